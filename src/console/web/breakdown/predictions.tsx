import { useState } from "react";
import type { ConsoleEvent } from "../../story/event";
import { list } from "../../story/parts";
import type { Story } from "../../story/story";
import type { StoryStore } from "./store";

export type PredictionKind = "offset" | "leader" | "read";

interface Prediction {
  readonly kind: PredictionKind;
  readonly guess: string;
  /** It is graded by the first event of its kind with a greater number. */
  readonly after: number;
}

export interface Graded {
  readonly kind: PredictionKind;
  readonly seq: number;
  readonly isRight: boolean;
  readonly text: string;
}

export interface Predictions {
  readonly isOn: boolean;
  of(kind: PredictionKind): Prediction | null;
  /** null: it is not decided yet, or nothing was predicted. */
  outcome(kind: PredictionKind): Graded | null;
  /** All that were decided, the newest last. */
  readonly graded: readonly Graded[];
  predict(kind: PredictionKind, guess: string): void;
}

/** What was predicted of the partition that is shown, and what events made of it. */
export function usePredictions(store: StoryStore, story: Story | null, isOn: boolean): Predictions {
  const [made, setMade] = useState<{ place: string; all: readonly Prediction[] }>({ place: "", all: [] });
  const { topic, partition, isScratch } = store.place;
  const place = `${topic}-${partition} ${isScratch}`;
  const all = made.place === place ? made.all : [];
  const outcomes = new Map<Prediction, Graded>();
  if (story !== null) {
    for (const each of all) {
      const graded = grade(each, store.events, story);
      if (graded !== null) outcomes.set(each, graded);
    }
  }
  const newest = (kind: PredictionKind): Prediction | null => all.findLast((each) => each.kind === kind) ?? null;
  return {
    isOn,
    of: newest,
    outcome(kind) {
      const last = newest(kind);
      return last === null ? null : (outcomes.get(last) ?? null);
    },
    graded: [...outcomes.values()].sort((a, b) => a.seq - b.seq),
    predict(kind, guess) {
      // One that is not decided yet is only thought better of.
      const kept = all.filter((each) => each.kind !== kind || outcomes.has(each));
      setMade({ place, all: [...kept, { kind, guess, after: story?.seq ?? 0 }] });
    },
  };
}

interface GuessProps {
  readonly predictions: Predictions;
  readonly kind: PredictionKind;
  readonly question: string;
  /** What decides it, as an order. */
  readonly act: string;
  readonly options: readonly { readonly guess: string; readonly label: string }[];
}

/** Beside the button that it is about: what will happen? Then the answer of the event that happened. */
export function Guess({ predictions, kind, question, act, options }: GuessProps) {
  if (!predictions.isOn) return null;
  const made = predictions.of(kind);
  const outcome = predictions.outcome(kind);
  const isOpen = made !== null && outcome === null;
  return (
    <fieldset className="guess" data-guess={kind}>
      <legend>
        <span className="guess-mark" aria-hidden="true">
          ?
        </span>
        {question}
      </legend>
      <div className="choices">
        {options.map(({ guess, label }) => (
          <button
            key={guess}
            type="button"
            aria-pressed={isOpen && made.guess === guess}
            onClick={() => predictions.predict(kind, guess)}
          >
            {label}
          </button>
        ))}
      </div>
      <p className="small" role="status">
        {isOpen ? act : outcome === null ? "" : <Outcome graded={outcome} />}
      </p>
    </fieldset>
  );
}

export function Outcome({ graded }: { graded: Graded }) {
  return (
    <span className={graded.isRight ? "is-right" : "is-wrong"}>
      <b>{graded.isRight ? "Right." : "Not quite."}</b> {graded.text} <a href={`#event-${graded.seq}`}>#{graded.seq}</a>
    </span>
  );
}

function grade({ kind, guess, after }: Prediction, events: readonly ConsoleEvent[], story: Story): Graded | null {
  for (const event of events) {
    if (event.seq <= after || event.topic !== story.topic || event.partition !== story.partition) continue;
    const told = TELLERS[kind](event);
    if (told !== null) return { kind, seq: event.seq, isRight: told.guess === guess, text: told.text };
  }
  return null;
}

interface Told {
  /** The guess that it proves right. */
  readonly guess: string;
  readonly text: string;
}

function newLeader({ kind, leader = -1, epoch, isr = [] }: ConsoleEvent): Told | null {
  if (kind !== "leader") return null;
  const text =
    leader < 0
      ? `Nobody leads now, in epoch ${epoch}: no replica in sync runs.`
      : `Broker ${leader} leads in epoch ${epoch}; in sync: ${list(isr)}.`;
  return { guess: String(leader), text };
}

function ownOffset({ kind, offset }: ConsoleEvent): Told | null {
  if (kind !== "acknowledged") return null;
  return { guess: String(offset), text: `It is at offset ${offset}: the log's end before it came.` };
}

const TELLERS = { leader: newLeader, offset: ownOffset, read: ownRead } as const;

function ownRead({ kind, broker, offset, hw, cause, detail }: ConsoleEvent): Told | null {
  if (kind !== "read") return null;
  if (detail?.failed === true) return { guess: "no", text: `The reader got nothing: ${cause}.` };
  const where = `Broker ${broker} served offset ${offset}, below high watermark ${hw}`;
  return detail?.equal === true
    ? { guess: "yes", text: `${where}, with the bytes that were sent.` }
    : { guess: "no", text: `${where}, but other bytes than were sent.` };
}
