import type { ConsoleEvent } from "../../story/event";
import { ms } from "../../story/parts";
import type { Story } from "../../story/story";
import { colourOf } from "../ui/theme";
import type { StoryStore } from "./store";

const SHOWN = 400;
const WIDTH = 1000;

/** What happened, on a line; moving along it shows the page as it was, and changes nothing. */
export function Timeline({ store, story }: { store: StoryStore; story: Story }) {
  const from = story.run?.seq ?? 0;
  const events = store.events.filter((each) => each.seq >= from && isShown(each, store.topic)).slice(-SHOWN);
  const at =
    store.cursor === null ? events.length - 1 : events.findLastIndex((each) => each.seq <= (store.cursor ?? 0));
  const current = events[at];
  const gap = story.gap;
  return (
    <section className="card timeline" aria-label="Timeline">
      <header>
        <h2>Timeline</h2>
        <span className="tag">{events.length} events of this run</span>
        <span className="timeline-buttons">
          <button type="button" onClick={() => store.step(-1)} aria-label="One event back">
            ‹
          </button>
          <button type="button" onClick={() => store.pause(!store.isPaused)} aria-pressed={store.isPaused}>
            {store.isPaused ? "Go on" : "Pause display"}
          </button>
          <button type="button" onClick={() => store.step(1)} aria-label="One event on">
            ›
          </button>
          <button type="button" className={store.cursor === null ? "live" : ""} onClick={() => store.scrub(null)}>
            LIVE
          </button>
          <label className="check">
            <input
              type="checkbox"
              checked={store.slow}
              onChange={(event) => {
                store.slow = event.target.checked;
                store.pause(store.isPaused);
              }}
            />
            Slow motion
          </label>
        </span>
      </header>
      <svg
        viewBox={`0 0 ${WIDTH} 42`}
        className="timeline-line"
        role="img"
        aria-label={`${events.length} events`}
        preserveAspectRatio="none"
      >
        <line x1="0" x2={WIDTH} y1="21" y2="21" />
        {events.map((event, index) => (
          <rect
            key={event.seq}
            x={x(index, events.length)}
            y={isMajor(event) ? 5 : 14}
            width={Math.max(2, Math.min(6, WIDTH / events.length - 1))}
            height={isMajor(event) ? 32 : 14}
            rx="1"
            fill={event.broker < 0 ? "currentColor" : colourOf(event.broker)}
            opacity={index <= at ? 1 : 0.25}
          />
        ))}
      </svg>
      <input
        type="range"
        aria-label="Scrub through the events"
        min={0}
        max={Math.max(0, events.length - 1)}
        value={Math.max(0, at)}
        disabled={events.length === 0}
        onChange={(event) => {
          const index = Number(event.target.value);
          store.scrub(index >= events.length - 1 && store.feed !== "file" ? null : events[index].seq);
        }}
      />
      <p className="small">
        {current === undefined ? (
          <span className="muted">Nothing has happened to this partition since the page was opened.</span>
        ) : (
          <>
            <b>#{current.seq}</b> {current.kind}
            {current.broker < 0 ? "" : ` on broker ${current.broker}`}
            {current.offset === undefined ? "" : ` at ${current.offset}`}
            {current.cause === undefined || current.cause === "" ? "" : `: ${current.cause}`}
            <span className="muted"> · +{ms(current.tNs - events[0].tNs)} ms</span>
          </>
        )}
      </p>
      {gap === null ? null : (
        <p className="gap-ruler" data-gap>
          <span className="gap-bar" aria-hidden="true" />
          {gap.leaderNs === null
            ? "No leader yet: writes are stopped."
            : `Writes stopped for ${ms(gap.leaderNs - gap.fromNs)} ms until another broker led`}
          {gap.writeNs === null
            ? ""
            : `; the next one was acknowledged ${ms(gap.writeNs - gap.fromNs)} ms after the failure.`}
        </p>
      )}
    </section>
  );
}

function isShown(event: ConsoleEvent, topic: string): boolean {
  return event.topic === topic || event.kind === "process" || event.kind === "fenced" || event.kind === "unfenced";
}

function isMajor(event: ConsoleEvent): boolean {
  return /^(process|fenced|unfenced|leader|isr|run|acknowledged|read|truncated|caught-up)$/.test(event.kind);
}

function x(index: number, total: number): number {
  return total < 2 ? 4 : 4 + (index / (total - 1)) * (WIDTH - 14);
}
