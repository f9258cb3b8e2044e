import type { ProcessChange } from "../../shapes";
import { clockTime } from "../ui/parts";

const SHOWN = 8;

/** When the broker's process began, was paused and ended: the newest first. */
export function BrokerHistory({ id, history }: { id: number; history: readonly ProcessChange[] }) {
  const starts = history.filter((each, i) => each.state === "running" && history[i + 1]?.state !== "paused").length;
  return (
    <details data-history={id}>
      <summary>
        Restart history <span className="muted">({starts < 2 ? "never restarted" : `started ${starts} times`})</span>
      </summary>
      <ol className="small history">
        {history.slice(0, SHOWN).map((each) => (
          <li key={`${each.at}-${each.state}`}>
            <time dateTime={new Date(each.at).toISOString()}>{clockTime(each.at)}</time> {each.state}
            {each.pid === null ? "" : `, process ${each.pid}`}
            {each.cause === "" ? "" : ` (${each.cause})`}
          </li>
        ))}
      </ol>
    </details>
  );
}
