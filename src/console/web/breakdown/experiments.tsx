import { useState } from "react";
import type { StoryBase } from "../../story/event";
import type { Story } from "../../story/story";
import { ErrorNote } from "../ui/parts";
import { StaleReplica } from "./stale";
import type { Place, StoryStore } from "./store";

interface Props {
  store: StoryStore;
  story: Story;
  base: StoryBase;
  onFault(verb: string, broker: number | null): void;
  onPlace(place: Place): void;
  /** Why the last of them was refused. */
  error: unknown;
}

/** All brokers at once: on real processes and, where data is thrown away anyway, real directories. */
export function AllAtOnce({ store, story, base, onFault, onPlace, error }: Props) {
  const [guess, setGuess] = useState<string | null>(null);
  if (base.noFaults !== null) return null;
  const isPast = store.cursor !== null || store.feed === "file";
  const down = story.down.length;
  return (
    <section className="card" id="all-at-once" aria-label="All brokers at once">
      <header>
        <h2>All brokers at once</h2>
        <span className="tag">an experiment</span>
      </header>
      <p>Every process is killed in the same moment. What becomes of an acknowledged record? Predict first.</p>
      <div className="choices">
        {["It returns with the brokers", "It is lost"].map((text) => (
          <button key={text} type="button" aria-pressed={guess === text} onClick={() => setGuess(text)}>
            {text}
          </button>
        ))}
      </div>
      <div className="experiment-grid">
        <div>
          <h3>a · kill all, keep the disks</h3>
          <p className="small">
            The page cache belongs to the operating system, not to the process: what a broker wrote is still there. A
            power cut is another matter; that is what <code>holdfast.ack.after=fsync</code> is for.
          </p>
          <button
            type="button"
            className="danger"
            disabled={isPast || guess === null}
            onClick={() => onFault("kill", null)}
          >
            Kill all
          </button>
        </div>
        <div>
          <h3>b · wipe the disks</h3>
          <p className="small">
            {base.ephemeral
              ? "Every directory is emptied: records, topics and the cluster's own metadata are gone. This is what loss looks like."
              : "Not here: this cluster's data is kept. Start a scratch cluster above."}
          </p>
          <button
            type="button"
            className="danger"
            disabled={isPast || guess === null || !base.ephemeral}
            onClick={() => onFault("wipe", null)}
          >
            Kill all and wipe
          </button>
        </div>
        <div>
          <h3>then</h3>
          <p className="small">
            Start them again and press “Read it”. With only one of three started there is no quorum: no leader can be
            elected.
          </p>
          <button type="button" disabled={isPast || down === 0} onClick={() => onFault("heal", null)}>
            Start all
          </button>
        </div>
      </div>
      <p className="small" role="status" data-all-outcome>
        {outcome(story, guess)}
      </p>
      <ErrorNote error={error} />
      <StaleReplica store={store} story={story} base={base} isPast={isPast} onPlace={onPlace} />
    </section>
  );
}

function outcome(story: Story, guess: string | null): string {
  if (down(story) === story.lanes.size && story.lanes.size > 0) return "All are down. Start them again, then read.";
  const row = story.rows[3];
  const isRead = row.light !== "dark" && story.fault !== null && row.seq > story.fault.seq;
  if (!story.wasAllDown || !isRead) return "";
  const returned = row.light === "lit";
  const isRight = guess === null ? "" : (guess === "It is lost") === returned ? "Not as predicted. " : "As predicted. ";
  return returned ? `${isRight}The record was read again, with the same bytes.` : `${isRight}The reader got nothing.`;
}

function down(story: Story): number {
  return story.down.length;
}
