import type { StoryBase } from "../../story/event";
import { list } from "../../story/parts";
import type { Story } from "../../story/story";
import { Copy, Scroller } from "../ui/parts";

interface LearnProps {
  story: Story;
  onRow(step: number): void;
}

function RowLink({ step, onRow }: { step: number; onRow(step: number): void }) {
  return (
    <a href={`#row-${step}`} onClick={() => onRow(step)} className="row-link">
      row {step}
    </a>
  );
}

/** The origin's three questions, answered with the numbers of this cluster. */
export function KeyMoments({ story, base, onRow }: LearnProps & { base: StoryBase }) {
  const { run } = story;
  const where = run === null || run.offset === null ? null : `${story.topic}-${story.partition}@${run.offset}`;
  const holders = story.holders.map((lane) => lane.id);
  const min = base.view?.minInsync ?? -1;
  return (
    <section className="card" aria-label="Key moments">
      <header>
        <h2>Key moments</h2>
      </header>
      <details open>
        <summary>Why is the message still there when a broker fails?</summary>
        <p>
          Because its acknowledgement waited for copies on other brokers.{" "}
          {where === null
            ? "Run the sample, and the numbers of your message appear here."
            : `Yours is ${where}; brokers ${list(holders)} have logs that reach beyond it, and the high watermark is ${story.hw}.`}{" "}
          See <RowLink step={3} onRow={onRow} />.
        </p>
      </details>
      <details>
        <summary>What happens when all brokers fail at the same time?</summary>
        <p>
          Nothing can be delivered until one that has it comes back. Killed processes keep their disks, so the record
          returns with them; it is gone only when every disk that holds it is.{" "}
          {base.fsync
            ? "Here each copy was on stable storage before it was acknowledged."
            : "On this throw-away cluster a copy may still be in the operating system's memory: that survives the death of a process, not a power cut."}{" "}
          It is an experiment: <a href="#all-at-once">all brokers at once</a>.
        </p>
      </details>
      <details>
        <summary>How does replication make it more reliable?</summary>
        <p>
          {base.view === null
            ? "Each replica is a whole copy of the partition's log."
            : `This partition has ${base.view.replicas.length} replicas (${list(base.view.replicas)}), and acks=all needs ${min > 0 ? min : "enough"} of them in sync.`}{" "}
          {story.fault === null
            ? "Kill one and see how long writes stop."
            : `When broker ${story.fault.broker} failed, the leader went from ${story.fault.leaderBefore} to ${story.leader < 0 ? "none" : story.leader}, the epoch from ${story.fault.epochBefore} to ${story.epoch}; without a leader: ${story.unavailable}.`}{" "}
          See <RowLink step={2} onRow={onRow} /> and <RowLink step={3} onRow={onRow} />.
        </p>
      </details>
    </section>
  );
}

export function Snapshot({ story, onRow }: LearnProps) {
  const proof = (step: number) =>
    story.rows[step - 1].light === "dark" ? (
      <span className="muted">not seen yet</span>
    ) : (
      <RowLink step={step} onRow={onRow} />
    );
  return (
    <section className="card" aria-label="Concept snapshot">
      <header>
        <h2>Concept snapshot</h2>
      </header>
      <ol className="snapshot">
        <li>A partition's log is copied to several brokers: {proof(2)}.</li>
        <li>When one fails, the others still have every committed record: {proof(3)}.</li>
        <li>The acknowledgement comes after the copies, so what was promised is kept: {proof(2)}.</li>
        <li>Clients read from a broker that is left, below the high watermark: {proof(4)}.</li>
        <li>The one that failed comes back, cuts what was never committed, and catches up: {proof(5)}.</li>
      </ol>
    </section>
  );
}

/** Written by the events, as sentences. */
export function Transcript({ story }: { story: Story }) {
  const lines = story.transcript.slice(-300);
  return (
    <section className="card transcript" aria-label="Full transcript">
      <header>
        <h2>Full transcript</h2>
        {lines.length === 0 ? null : <Copy text={lines.map((line) => line.text).join("\n")} label="transcript" />}
      </header>
      {lines.length === 0 ? (
        <p className="muted small">The events of your run will write it.</p>
      ) : (
        <Scroller className="transcript-text" label="Sentences of the transcript">
          {lines.map((line) => (
            <p key={`${line.seq}-${line.text}`} id={`event-${line.seq}`}>
              <span className="muted">#{line.seq}</span> {line.text}
            </p>
          ))}
        </Scroller>
      )}
    </section>
  );
}
