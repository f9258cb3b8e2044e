import { type RefObject, useEffect, useRef, useState } from "react";
import type { StoryBase } from "../../story/event";
import { list } from "../../story/parts";
import type { Story } from "../../story/story";
import { useAct } from "../ui/act";
import { ErrorNote } from "../ui/parts";
import { fault, send } from "./actions";
import type { Place, StoryStore } from "./store";

const STALE_TOPIC = "breakdown-stale";
const FIRST = "Both copies have this.";
const SECOND = "Only one copy has this.";

interface Roles {
  /** Leads first, and has both messages in the end. */
  readonly holder: number;
  readonly stale: number;
}

interface Props {
  store: StoryStore;
  story: Story;
  base: StoryBase;
  isPast: boolean;
  onPlace(place: Place): void;
}

/** A replica that missed an acknowledged record comes back first. Each step is done when the events say so. */
export function StaleReplica({ store, story, base, isPast, onPlace }: Props) {
  const [guess, setGuess] = useState<string | null>(null);
  const { busy, error, act } = useAct();
  const isHere = story.topic === STALE_TOPIC;
  const [holder = 1, stale = 2] = isHere ? story.replicas : [];
  const done = isHere ? progressOf(story, { holder, stale }) : 0;
  const whole = useRef<HTMLDivElement>(null);
  const keepPlace = useFocusOnNext(whole, done, busy);
  const take = (step: () => Promise<unknown>): void => {
    keepPlace();
    void act(step);
  };

  const prepare = async (): Promise<void> => {
    await store.command("/api/experiment/stale", {});
    const place = { ...store.place, topic: STALE_TOPIC, partition: 0 };
    const opening = store.open(place);
    onPlace(place);
    await opening;
    await store.untilLive();
    await send(store, FIRST, -1);
  };

  const steps: readonly { label: string; text: string; run(): Promise<unknown> }[] = [
    {
      label: done >= 6 ? "Start anew" : "Make a topic of two copies",
      text: "One copy is enough to acknowledge; both get a first message.",
      run: prepare,
    },
    {
      label: `Kill broker ${stale}, the follower`,
      text: "From now on its copy is stale.",
      run: () => fault(store, "kill", stale),
    },
    {
      label: "Send another message",
      text: `Acknowledged on one copy only, that of broker ${holder}.`,
      run: () => send(store, SECOND, -1),
    },
    { label: `Kill broker ${holder}, the leader`, text: "No copy runs now.", run: () => fault(store, "kill", holder) },
    {
      label: `Start broker ${stale} first`,
      text: "It runs, and lacks what was acknowledged: the partition stays offline rather than forget it.",
      run: () => fault(store, "restart", stale),
    },
  ];

  return (
    <div className="stale" data-stale={done} ref={whole}>
      <h3>c · the stale replica comes first</h3>
      <p className="small">
        A replica that missed an acknowledged record must not lead. What if it is the only one that runs? Predict:
      </p>
      <div className="choices">
        {["It leads; the record is lost", "Nobody leads until the other is back"].map((text) => (
          <button key={text} type="button" aria-pressed={guess === text} onClick={() => setGuess(text)}>
            {text}
          </button>
        ))}
      </div>
      <ol className="stale-steps">
        {steps.map((step, index) => (
          <li key={step.text} className={index < done ? "is-done" : index === done ? "is-next" : ""}>
            <button
              type="button"
              disabled={isPast || busy || guess === null || !base.ephemeral || (index !== done && index !== 0)}
              onClick={() => take(step.run)}
            >
              {step.label}
            </button>
            <span className="small">{step.text}</span>
          </li>
        ))}
        <li className={done >= 6 ? "is-done" : done === 5 ? "is-next" : ""}>
          <span className="buttons">
            <button
              type="button"
              disabled={isPast || busy || done !== 5}
              onClick={() => take(() => fault(store, "restart", holder))}
            >
              Start broker {holder}
            </button>
            <button
              type="button"
              className="danger"
              disabled={isPast || busy || done !== 5}
              onClick={() => take(() => store.command("/api/experiment/unclean", { topic: STALE_TOPIC, partition: 0 }))}
            >
              Allow the unclean election
            </button>
          </span>
          <span className="small">The safe way, or the switch unclean.leader.election.enable.</span>
        </li>
      </ol>
      <p role="status" className={story.loss !== null && isHere ? "is-wrong" : ""} data-stale-outcome>
        {isHere ? outcome(story, { holder, stale }, done, guess) : ""}
      </p>
      {isHere && story.loss !== null && done >= 6 && story.lanes.get(holder)?.state !== "running" ? (
        <button type="button" disabled={busy} onClick={() => void act(() => fault(store, "restart", holder))}>
          Start broker {holder}, which still has it
        </button>
      ) : null}
      <ErrorNote error={error} />
    </div>
  );
}

/** A step's button goes out when it is pressed: who goes on by keyboard finds himself on the next one when that can be taken. */
function useFocusOnNext(whole: RefObject<HTMLDivElement | null>, done: number, busy: boolean): () => void {
  const pressedAt = useRef<number | null>(null);
  useEffect(() => {
    if (pressedAt.current === null || pressedAt.current === done || busy) return;
    pressedAt.current = null;
    if (document.activeElement !== document.body) return;
    const next = ".is-next button:not(:disabled), [data-stale-outcome] + button";
    whole.current?.querySelector<HTMLButtonElement>(next)?.focus({ preventScroll: true });
  }, [whole, done, busy]);
  return () => {
    pressedAt.current = done;
  };
}

/** How many steps the events have shown. */
function progressOf(story: Story, { holder, stale }: Roles): number {
  const { run } = story;
  const isUp = (id: number): boolean => {
    const lane = story.lanes.get(id);
    return lane !== undefined && story.isUp(lane);
  };
  if (run === null || story.rows[1].light === "dark") return 0;
  if (run.value !== SECOND) return isUp(stale) || story.isr.includes(stale) ? 1 : 2;
  if (story.fault?.broker !== holder) return 3;
  if (story.loss !== null || isUp(holder)) return 6;
  return isUp(stale) && story.leader < 0 ? 5 : 4;
}

function outcome(story: Story, { holder, stale }: Roles, done: number, guess: string | null): string {
  const offset = story.run?.offset ?? 0;
  if (done < 5) return "";
  const isRight = guess === "Nobody leads until the other is back";
  const grade = guess === null ? "" : isRight ? "As predicted: " : "Not as predicted: ";
  if (story.loss !== null) {
    const cut = story.returns.cutOf(holder);
    const end = cut === null ? "" : ` Broker ${holder} came back and cut its log to ${cut}: its copy is gone too.`;
    return `Lost: ${story.loss}.${end} The record at offset ${offset} had been acknowledged.`;
  }
  if (done === 5)
    return `${grade}broker ${stale} runs, its log ends at ${story.lanes.get(stale)?.end ?? "?"}, and nobody leads. Eligible: ${list(story.elr)}. An unclean election would lose the record at offset ${offset}.`;
  return `Broker ${holder} leads again in epoch ${story.epoch}: the record at offset ${offset} is still there. Waiting was worth it.`;
}
