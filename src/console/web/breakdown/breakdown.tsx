import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Dialog, ErrorNote } from "../ui/parts";
import { fault, send } from "./actions";
import { AllAtOnce } from "./experiments";
import { JourneyView } from "./journey-view";
import { Lanes } from "./lanes";
import { KeyMoments, Snapshot, Transcript } from "./learn";
import { Consumer, Producer } from "./players";
import { ProcessTable, StatusTracker } from "./process-table";
import { Quiz } from "./quiz";
import { RunFile } from "./run-file";
import { Stepper } from "./stepper";
import { StoryStore } from "./store";
import { Timeline } from "./timeline";

const FIRST_VALUE = "Hello, survive this.";

export function Breakdown() {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const topic = search.topic ?? "breakdown";
  const store = useMemo(() => new StoryStore(), []);
  useSyncExternalStore(store.subscribe, store.getVersion);
  const [value, setValue] = useState(FIRST_VALUE);
  const [acks, setAcks] = useState<-1 | 1>(-1);
  const [sending, setSending] = useState(false);
  const [answer, setAnswer] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const [letters, setLetters] = useState(() => localStorage.getItem("holdfast.letters") !== "off");
  const [help, setHelp] = useState(false);
  const [row, setRow] = useState<number | null>(null);

  useEffect(() => {
    void store.open(topic);
    return () => store.close();
  }, [store, topic]);

  const run = useCallback(async () => {
    if (sending) return;
    setSending(true);
    setError(null);
    setAnswer("");
    const wasLive = store.feed === "live";
    try {
      const told = await send(store, value, acks);
      setAnswer(
        wasLive || store.feed === "live"
          ? `Acknowledged at offset ${told.offset} after ${told.ms.toFixed(1)} ms.`
          : `The producer got offset ${told.offset}. The event feed is lost, so nothing lights: this page shows only what it is told.`,
      );
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  }, [store, value, acks, sending]);

  const breakBroker = useCallback(async (verb: string, broker: number | null) => {
    setError(null);
    try {
      await fault(verb, broker);
    } catch (problem) {
      setError(problem);
    }
  }, []);

  useEffect(() => {
    if (!letters) return;
    const onKey = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const { key } = event;
      if (key === "s") void run();
      else if (key >= "1" && key <= "9") setSelected(Number(key));
      else if (key === "k" && selected !== null) void breakBroker("kill", selected);
      else if (key === "r" && selected !== null) void breakBroker("restart", selected);
      else if (key === "p") store.pause(!store.isPaused);
      else if (key === "[") store.step(-1);
      else if (key === "]") store.step(1);
      else if (key === "?") setHelp(true);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [letters, run, selected, store, breakBroker]);

  const { story, base } = store;
  const last = story?.transcript.at(-1)?.text ?? "";
  return (
    <div className="breakdown">
      <header className="hero">
        <div>
          <p className="eyebrow">The Breakdown · live</p>
          <h1>
            <span>Send a message.</span> <span>Break a broker.</span> <span>Read it back.</span>
          </h1>
          <p className="lede">
            Everything here happens to a real cluster
            {base === null ? "" : ` of ${base.brokers.length} broker processes`}; nothing lights up before it did.
          </p>
        </div>
        <div className="hero-do">
          <button type="button" className="primary big" onClick={() => void run()} disabled={sending}>
            {sending ? "Sending …" : story?.run ? "Run again" : "Run"}
          </button>
          <FeedBadge store={store} />
        </div>
      </header>
      {store.feed === "lost" ? (
        <div className="note is-red" role="alert">
          <strong>The event feed is lost.</strong> Nothing will light up until it is back; the page tries again by
          itself.
        </div>
      ) : null}
      {base?.source === "protocol" ? (
        <div className="note is-amber">
          This cluster has no event feed: leaders, epochs, ISR and end offsets are asked for four times a second, and
          changes are shown when an answer tells them. The journey of a record needs Holdfast's feed.
        </div>
      ) : null}
      <ErrorNote error={error} />
      {story === null || base === null ? null : (
        <>
          <Stepper story={story} />
          <div className="stage">
            <div className="players">
              <Producer
                value={value}
                onValue={setValue}
                acks={acks}
                onAcks={setAcks}
                onRun={() => void run()}
                sending={sending}
                answer={answer}
                topic={topic}
                onTopic={(next) => void navigate({ to: "/", search: next === "breakdown" ? {} : { topic: next } })}
                minInsync={base.view?.minInsync ?? -1}
              />
              <Consumer store={store} story={story} />
            </div>
            <Lanes
              store={store}
              story={story}
              base={base}
              selected={selected}
              onSelect={setSelected}
              onFault={(verb, broker) => void breakBroker(verb, broker)}
            />
            <div className="facts">
              <ProcessTable story={story} highlighted={row} />
              <StatusTracker story={story} />
            </div>
          </div>
          <Timeline store={store} story={story} />
          <JourneyView story={story} base={base} />
          <AllAtOnce
            store={store}
            story={story}
            base={base}
            onFault={(verb, broker) => void breakBroker(verb, broker)}
          />
          <div className="learn">
            <KeyMoments story={story} base={base} onRow={setRow} />
            <Quiz store={store} story={story} onRow={setRow} />
            <Snapshot story={story} onRow={setRow} />
            <Transcript story={story} />
          </div>
          <RunFile store={store} />
          <p className="keys">
            <label className="check">
              <input
                type="checkbox"
                checked={letters}
                onChange={(event) => {
                  setLetters(event.target.checked);
                  localStorage.setItem("holdfast.letters", event.target.checked ? "on" : "off");
                }}
              />
              Single-letter keys
            </label>
            <button type="button" className="quiet" onClick={() => setHelp(true)}>
              Which keys?
            </button>
          </p>
        </>
      )}
      <p className="visually-hidden" role="status" aria-live="polite">
        {last}
      </p>
      {help ? (
        <Dialog title="Keys" onClose={() => setHelp(false)}>
          <dl className="keylist">
            {KEYS.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      ) : null}
    </div>
  );
}

const KEYS = [
  ["s", "send the message"],
  ["1 – 9", "select a broker"],
  ["k", "kill the selected broker"],
  ["r", "restart it"],
  ["p", "pause the display"],
  ["[ and ]", "step through what happened"],
  ["?", "this list"],
] as const;

function FeedBadge({ store }: { store: StoryStore }) {
  if (store.cursor !== null || store.feed === "file") {
    return (
      <button
        type="button"
        className="feed is-past"
        onClick={() => (store.feed === "file" ? void store.open("breakdown") : store.scrub(null))}
      >
        {store.feed === "file" ? "A saved run — back to LIVE" : "In the past — back to LIVE"}
      </button>
    );
  }
  const texts = { live: "LIVE", connecting: "Connecting …", lost: "Feed lost", file: "" };
  return (
    <span className={`feed is-${store.feed}`} data-feed={store.feed}>
      <i aria-hidden="true" />
      {texts[store.feed]}
    </span>
  );
}
