import { useRef } from "react";
import type { StoryBase } from "../../story/event";
import { useAct } from "../ui/act";
import { command } from "../ui/api";
import { ErrorNote } from "../ui/parts";
import { REPLICATED } from "./actions";
import type { Place } from "./store";

/** On a scratch cluster this says so; where data is kept it offers one. */
export function ScratchNote({ base, onPlace }: { base: StoryBase; onPlace(place: Place): void }) {
  const { busy, error, act } = useAct();
  const note = useRef<HTMLDivElement>(null);
  const isHere = base.scratch === "here";
  if (!isHere && (base.scratch === null || base.ephemeral)) return null;

  const turn = (on: boolean): Promise<void> =>
    act(async () => {
      await command("/api/scratch", { on });
      onPlace({ topic: REPLICATED, partition: 0, isScratch: on });
      // The button is gone: where it was, another would be, that throws away what was just started.
      note.current?.focus({ preventScroll: true });
    });

  return (
    <div className={`note scratch ${isHere ? "is-amber" : ""}`} data-scratch={base.scratch} ref={note} tabIndex={-1}>
      <p>
        {isHere ? (
          <>
            <strong>A scratch cluster.</strong> Three brokers of their own, on a directory that is thrown away. Nothing
            here touches the cluster whose data you keep.
          </>
        ) : (
          <>
            <strong>This cluster's data is kept.</strong> What loses data runs on a scratch cluster beside it, which is
            thrown away afterwards.
          </>
        )}
      </p>
      <span className="buttons">
        {isHere ? (
          <>
            <button type="button" onClick={() => onPlace({ topic: REPLICATED, partition: 0, isScratch: false })}>
              Back to your cluster
            </button>
            <button type="button" disabled={busy} onClick={() => void turn(false)}>
              Throw it away
            </button>
          </>
        ) : (
          <button type="button" disabled={busy} onClick={() => void turn(true)}>
            {busy ? "Starting …" : base.scratch === "running" ? "Open the scratch cluster" : "Start a scratch cluster"}
          </button>
        )}
      </span>
      <ErrorNote error={error} />
    </div>
  );
}
