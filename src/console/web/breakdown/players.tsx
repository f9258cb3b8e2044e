import { useState } from "react";
import { hex, type Story } from "../../story/story";
import { BrokerTag, ErrorNote } from "../ui/parts";
import { type CopyAnswer, read, readFromEach } from "./actions";
import type { StoryStore } from "./store";

interface ProducerProps {
  value: string;
  onValue(value: string): void;
  acks: -1 | 1;
  onAcks(acks: -1 | 1): void;
  onRun(): void;
  sending: boolean;
  answer: string;
  topic: string;
  onTopic(topic: string): void;
  minInsync: number;
}

/** The sample, to be changed and run. */
export function Producer(props: ProducerProps) {
  const { value, acks, topic, minInsync } = props;
  const bytes = new TextEncoder().encode(value).length;
  return (
    <section className="card player" aria-label="Producer">
      <header>
        <h2>Producer</h2>
        <span className="tag">client</span>
      </header>
      <p className="code-line">
        <span className="fn">producer.send</span>(<span className="str">"{topic}"</span>, message)
      </p>
      <label className="field">
        <span>message</span>
        <textarea rows={2} value={value} onChange={(event) => props.onValue(event.target.value)} spellCheck={false} />
        {bytes > 1_000_000 ? (
          <span className="field-error" role="alert">
            {bytes.toLocaleString("en")} bytes: this page sends up to 1,000,000.
          </span>
        ) : null}
      </label>
      <div className="field-row">
        <label className="field">
          <span>acks</span>
          <select value={acks} onChange={(event) => props.onAcks(Number(event.target.value) as -1 | 1)}>
            <option value={-1}>all</option>
            <option value={1}>1 (the leader only)</option>
          </select>
        </label>
        <label className="field">
          <span>replication</span>
          <select value={topic} onChange={(event) => props.onTopic(event.target.value)}>
            <option value="breakdown">three copies</option>
            <option value="breakdown-single">without replication</option>
            {topic.startsWith("breakdown") ? null : <option value={topic}>topic {topic}</option>}
          </select>
        </label>
      </div>
      <button type="button" className="primary" onClick={props.onRun} disabled={props.sending || bytes > 1_000_000}>
        {props.sending ? "Sending …" : "Run"} <kbd>s</kbd>
      </button>
      <p className="small" role="status">
        {props.answer}
      </p>
      <ol className="comments">
        <li>the leader appends it, followers copy it</li>
        <li>
          {minInsync > 0
            ? `acknowledged with at least ${minInsync} in-sync copies`
            : "acknowledged when it is committed"}
        </li>
        <li>a consumer reads it from the brokers that are left</li>
      </ol>
      <p className="small muted">This sends a message to a topic that several brokers keep, for reliability.</p>
    </section>
  );
}

export function Consumer({ store, story }: { store: StoryStore; story: Story }) {
  const [value, setValue] = useState<{ run: string; text: string } | null>(null);
  const [copies, setCopies] = useState<{ run: string; copies: readonly CopyAnswer[] } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { run } = story;
  const ready = run !== null && run.offset !== null && store.feed !== "file";

  const act = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="card player" aria-label="Consumer">
      <header>
        <h2>Consumer</h2>
        <span className="tag">group breakdown-reader</span>
      </header>
      <div className="buttons">
        <button
          type="button"
          disabled={!ready || busy}
          onClick={() =>
            void act(async () => {
              const told = await read(store);
              const note = told.commit === null ? "" : ` (its position was not committed: ${told.commit})`;
              setValue({ run: run?.id ?? "", text: `“${told.value}” from broker ${told.broker}${note}` });
            })
          }
        >
          {busy ? "Reading …" : "Read it"}
        </button>
        <button
          type="button"
          disabled={!ready || busy}
          onClick={() =>
            void act(async () => {
              setCopies({ run: run?.id ?? "", ...(await readFromEach(store)) });
            })
          }
        >
          Read from each
        </button>
      </div>
      <p className="read-value" role="status">
        {value !== null && value.run === run?.id ? value.text : ready ? "" : "There is nothing to read yet."}
      </p>
      {copies === null || copies.run !== run?.id ? null : (
        <ul className="copies" data-copies>
          {copies.copies.map((copy) => (
            <li key={copy.broker}>
              <BrokerTag id={copy.broker} />
              {copy.error === null ? (
                <span className={copy.equal ? "good" : "bad"}>
                  {copy.equal ? "✓ same bytes" : "✕ other bytes"} <code>{hex(copy.crc ?? 0)}</code>
                </span>
              ) : (
                <span className="muted">{copy.error}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <ErrorNote error={error} />
    </section>
  );
}
