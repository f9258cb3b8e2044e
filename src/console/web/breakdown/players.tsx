import { useState } from "react";
import { hex } from "../../story/parts";
import type { Story } from "../../story/story";
import { useAct } from "../ui/act";
import { BrokerTag, ErrorNote, errorOf, FieldError } from "../ui/parts";
import { type Acks, type CopyAnswer, read, readFromEach } from "./actions";
import { Guess, type Predictions } from "./predictions";
import type { Place, StoryStore } from "./store";
import { TopicPicker } from "./topic-picker";

/** What the console's server takes. */
const VALUE_BYTES_MAX = 1_000_000;

interface ProducerProps {
  value: string;
  onValue(value: string): void;
  acks: Acks;
  onAcks(acks: Acks): void;
  onRun(): void;
  sending: boolean;
  answer: string;
  store: StoryStore;
  story: Story;
  readOnly: boolean;
  onPlace(place: Place): void;
  onMinInsync(value: number): void;
  predictions: Predictions;
  /** Why the last message was not sent. */
  error: unknown;
}

/** The sample, to be changed and run. */
export function Producer(props: ProducerProps) {
  const { value, acks, story, store } = props;
  const { topic, minInsync } = story;
  const copies = story.replicas.length;
  const tooLong = errorOf(props.error, "value");
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
        <textarea
          rows={2}
          value={value}
          onChange={(event) => props.onValue(event.target.value)}
          spellCheck={false}
          aria-invalid={bytes > VALUE_BYTES_MAX || tooLong !== null}
          aria-describedby="message-error"
        />
        {bytes > VALUE_BYTES_MAX ? (
          <span className="field-error" role="alert" id="message-error">
            {bytes.toLocaleString("en")} bytes: this page sends up to {VALUE_BYTES_MAX.toLocaleString("en")}.
          </span>
        ) : (
          <FieldError id="message-error" error={tooLong} />
        )}
      </label>
      <div className="field-row">
        <label className="field">
          <span>acks</span>
          <select value={acks} onChange={(event) => props.onAcks(Number(event.target.value) as Acks)}>
            <option value={-1}>all</option>
            <option value={1}>1 (the leader only)</option>
            <option value={0}>0 (nobody answers)</option>
          </select>
        </label>
        {copies === 0 || minInsync < 0 ? null : (
          <label className="field">
            <span>min.insync.replicas</span>
            <select
              value={minInsync}
              disabled={props.readOnly}
              onChange={(event) => props.onMinInsync(Number(event.target.value))}
            >
              {Array.from({ length: Math.max(copies, minInsync) }, (_, index) => index + 1).map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <TopicPicker store={store} onPlace={props.onPlace} />
      <Guess
        predictions={props.predictions}
        kind="offset"
        question="At which offset will it be?"
        act="Now press Run."
        options={offsetsAround(story.hw)}
      />
      <button
        type="button"
        className="primary"
        onClick={props.onRun}
        disabled={props.sending || props.readOnly || bytes > VALUE_BYTES_MAX}
      >
        {props.sending ? "Sending …" : "Run"} <kbd>s</kbd>
      </button>
      <p className="small" role="status">
        {props.answer}
      </p>
      <ErrorNote error={tooLong === null ? props.error : null} />
      <ol className="comments">
        <li>the leader appends it, followers copy it</li>
        <li>
          {acks !== -1
            ? acks === 0
              ? "nobody acknowledges: the producer does not know what became of it"
              : "acknowledged by the leader alone, before there are copies"
            : minInsync > 0
              ? `acknowledged with at least ${minInsync} in-sync copies`
              : "acknowledged when it is committed"}
        </li>
        <li>a consumer reads it from the brokers that are left</li>
      </ol>
      <p className="small muted">This sends a message to a topic that several brokers keep, for reliability.</p>
    </section>
  );
}

function offsetsAround(hw: number): { guess: string; label: string }[] {
  const next = Math.max(0, hw);
  return [next - 1, next, next + 1]
    .filter((offset) => offset >= 0)
    .map((offset) => ({ guess: String(offset), label: String(offset) }));
}

interface ConsumerProps {
  store: StoryStore;
  story: Story;
  predictions: Predictions;
}

export function Consumer({ store, story, predictions }: ConsumerProps) {
  const [value, setValue] = useState<{ run: string; text: string } | null>(null);
  const [copies, setCopies] = useState<{ run: string; copies: readonly CopyAnswer[] } | null>(null);
  const { busy, error, act } = useAct();
  const { run } = story;
  const ready = run !== null && run.offset !== null && store.feed !== "file" && store.base?.readOnly !== true;

  return (
    <section className="card player" aria-label="Consumer">
      <header>
        <h2>Consumer</h2>
        <span className="tag">group breakdown-reader</span>
      </header>
      <Guess
        predictions={predictions}
        kind="read"
        question="Will it be delivered?"
        act="Now press Read it."
        options={[
          { guess: "yes", label: "Yes, the same bytes" },
          { guess: "no", label: "No" },
        ]}
      />
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
