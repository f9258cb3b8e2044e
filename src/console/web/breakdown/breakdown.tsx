import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Dialog, ErrorNote, Loading } from "../ui/parts";
import { type Acks, fault, REPLICATED, send } from "./actions";
import { AllAtOnce } from "./experiments";
import { JourneyView } from "./journey-view";
import { Lanes } from "./lanes";
import { KeyMoments, Snapshot, Transcript } from "./learn";
import { Consumer, Producer } from "./players";
import { usePredictions } from "./predictions";
import { ProcessTable, StatusTracker } from "./process-table";
import { Quiz } from "./quiz";
import { RunFile } from "./run-file";
import { ScratchNote } from "./scratch";
import { Stepper } from "./stepper";
import { type Place, StoryStore } from "./store";
import { Timeline } from "./timeline";

/** What was refused last, by where it is said. */
interface Refused {
  readonly run: unknown;
  readonly fault: unknown;
  readonly all: unknown;
}

const NOTHING: Refused = { run: null, fault: null, all: null };
const FIRST_VALUE = "Hello, survive this.";

export function Breakdown() {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const topic = search.topic ?? REPLICATED;
  const partition = Number(search.partition ?? 0) || 0;
  const isScratch = search.cluster === "scratch";
  const store = useMemo(() => new StoryStore(), []);
  useSyncExternalStore(store.subscribe, store.getVersion);
  const [value, setValue] = useState(FIRST_VALUE);
  const [acks, setAcks] = useState<Acks>(-1);
  const [sending, setSending] = useState(false);
  const [answer, setAnswer] = useState("");
  const [refused, setRefused] = useState<Refused>(NOTHING);
  const [selected, setSelected] = useState<number | null>(null);
  const [letters, setLetters] = useState(() => localStorage.getItem("holdfast.letters") !== "off");
  const [help, setHelp] = useState(false);
  const [row, setRow] = useState<number | null>(null);

  useEffect(() => {
    const { place } = store;
    const isOpen = place.topic === topic && place.partition === partition && place.isScratch === isScratch;
    // Who moves the page may have opened it already.
    if (!isOpen) void store.open({ topic, partition, isScratch });
  }, [store, topic, partition, isScratch]);
  useEffect(() => () => store.close(), [store]);

  const go = (place: Place): void => {
    void navigate({
      to: "/",
      search: {
        ...(place.topic === REPLICATED ? {} : { topic: place.topic }),
        ...(place.partition === 0 ? {} : { partition: String(place.partition) }),
        ...(place.isScratch ? { cluster: "scratch" } : {}),
        ...(search.predict === undefined ? {} : { predict: search.predict }),
      },
    });
  };
  const setPredicting = (on: boolean): void => {
    const { predict: _, ...rest } = search;
    void navigate({ to: "/", search: on ? { ...rest, predict: "on" } : rest, replace: true, resetScroll: false });
  };
  const predictions = usePredictions(store, store.story, search.predict !== undefined);

  const run = useCallback(async () => {
    if (sending) return;
    setSending(true);
    setRefused(NOTHING);
    setAnswer("");
    const wasLive = store.feed === "live";
    try {
      const told = await send(store, value, acks);
      setAnswer(
        told.offset === null
          ? "Sent. With acks=0 no answer comes: the producer knows nothing more, the events do."
          : wasLive || store.feed === "live"
            ? `Acknowledged at offset ${told.offset} after ${told.ms.toFixed(1)} ms.`
            : `The producer got offset ${told.offset}. The event feed is lost, so nothing lights: this page shows only what it is told.`,
      );
    } catch (problem) {
      setRefused({ ...NOTHING, run: problem });
    } finally {
      setSending(false);
    }
  }, [store, value, acks, sending]);

  const breakBroker = useCallback(
    async (verb: string, broker: number | null) => {
      setRefused(NOTHING);
      try {
        await fault(store, verb, broker);
      } catch (problem) {
        setRefused({ ...NOTHING, [broker === null ? "all" : "fault"]: problem });
      }
    },
    [store],
  );

  const setMinInsync = async (value: number): Promise<void> => {
    setRefused(NOTHING);
    try {
      await store.command(`/api/topics/${topic}/config`, { key: "min.insync.replicas", value: String(value) });
      if (store.base?.source === "protocol") await store.open(store.place);
    } catch (problem) {
      setRefused({ ...NOTHING, run: problem });
    }
  };

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
          <p className="eyebrow">The Breakdown{store.feed === "live" ? " · live" : ""}</p>
          <h1>
            <span>Send a message.</span> <span>Break a broker.</span> <span>Read it back.</span>
          </h1>
          <p className="lede">
            Everything here happens to a real cluster
            {base === null ? "" : ` of ${base.brokers.length} ${base.inProcess ? "brokers" : "broker processes"}`}, and
            nothing lights up before it did.
          </p>
        </div>
        <div className="hero-do">
          <button
            type="button"
            className="primary big"
            onClick={() => void run()}
            disabled={sending || base?.readOnly === true}
          >
            {sending ? "Sending …" : story?.run ? "Run again" : "Run"}
          </button>
          <button type="button" aria-pressed={predictions.isOn} onClick={() => setPredicting(!predictions.isOn)}>
            Predict first
          </button>
          <FeedBadge store={store} />
        </div>
      </header>
      {store.feed === "lost" ? (
        <div className="note is-red" role="alert">
          <strong>The event feed is lost.</strong> Nothing will light up until it is back; the page tries again by
          itself.{store.problem instanceof Error ? ` ${store.problem.message}` : ""}
        </div>
      ) : null}
      {base?.source === "protocol" ? (
        <div className="note is-amber">
          This cluster has no event feed: leaders, epochs, ISR and end offsets are asked for four times a second, and
          changes are shown when an answer tells them. The journey of a record needs Holdfast's feed
          {base.noFaults === null || base.readOnly
            ? "."
            : ": brokers of Holdfast are heard when this console is started with --http."}
        </div>
      ) : null}
      {base?.readOnly ? (
        <div className="note is-amber" data-read-only>
          This console is read-only: it shows what happens, and sends, reads and breaks nothing.
        </div>
      ) : null}
      {base === null || store.feed === "file" ? null : <ScratchNote base={base} onPlace={go} />}
      {story === null || base === null ? (
        <>
          <ErrorNote error={refused.run} />
          {store.feed === "connecting" ? <Loading what={`${topic}-${partition}`} /> : null}
        </>
      ) : (
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
                store={store}
                story={story}
                readOnly={base.readOnly}
                onPlace={go}
                onMinInsync={(each) => void setMinInsync(each)}
                predictions={predictions}
                error={refused.run}
              />
              <Consumer store={store} story={story} predictions={predictions} />
            </div>
            <div className="centre">
              <Lanes
                store={store}
                story={story}
                base={base}
                selected={selected}
                onSelect={setSelected}
                onFault={(verb, broker) => void breakBroker(verb, broker)}
                predictions={predictions}
                error={refused.fault}
              />
              <Timeline store={store} story={story} />
            </div>
            <div className="facts">
              <ProcessTable story={story} highlighted={row} />
              <StatusTracker story={story} />
            </div>
          </div>
          <JourneyView story={story} base={base} />
          <AllAtOnce
            store={store}
            story={story}
            base={base}
            onFault={(verb, broker) => void breakBroker(verb, broker)}
            onPlace={go}
            error={refused.all}
          />
          <div className="learn">
            <KeyMoments story={story} base={base} onRow={setRow} />
            <Quiz predictions={predictions} story={story} onRow={setRow} onPredicting={setPredicting} />
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
        onClick={() =>
          store.feed === "file"
            ? void store.open({ topic: REPLICATED, partition: 0, isScratch: false })
            : store.scrub(null)
        }
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
