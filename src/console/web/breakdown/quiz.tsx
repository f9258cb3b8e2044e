import { useState } from "react";
import type { ConsoleEvent } from "../../story/event";
import { list } from "../../story/parts";
import type { Story } from "../../story/story";
import type { StoryStore } from "./store";

interface Question {
  readonly text: string;
  readonly options: readonly string[];
  readonly right: number;
  readonly hint: string;
  readonly row: number;
  why(story: Story): string;
}

const QUESTIONS: readonly Question[] = [
  {
    text: "In the process table, what is the broker status at step 3?",
    options: ["One broker down", "All brokers up", "All brokers down", "Some brokers down"],
    right: 0,
    hint: "Look at the column Broker status of row 3.",
    row: 3,
    why: (story) =>
      story.rows[2].light === "dark"
        ? "A single broker fails at that step; kill one to see it here."
        : `Here it reads “${story.rows[2].brokers}”, with ISR ${list(story.isr)} in epoch ${story.epoch}.`,
  },
  {
    text: "At which step does the client read the message although a broker failed?",
    options: ["Step 2", "Step 3", "Step 4", "Step 5"],
    right: 2,
    hint: "Look for the reading in the column Action.",
    row: 4,
    why: (story) =>
      story.rows[3].light === "dark"
        ? "Step 4; press “Read it” to fill that row."
        : `Step 4: ${story.rows[3].evidence.map((each) => `${each.label.toLowerCase()} ${each.value}`).join(", ")}.`,
  },
  {
    text: "Without replication, what would happen at step 3?",
    options: [
      "It would stay available on all brokers",
      "It would be lost with its broker",
      "It would be copied more often",
      "The client could not send",
    ],
    right: 1,
    hint: "Think of what row 3 would name as the brokers that still have it.",
    row: 3,
    why: () =>
      "The expected answer, with a correction: as long as the disk is intact the record is unavailable rather than lost, and it returns when its broker does. Try it: choose “without replication”.",
  },
];

interface Prediction {
  readonly kind: "leader" | "offset" | "read";
  readonly guess: string;
  readonly after: number;
}

export function Quiz({ store, story, onRow }: { store: StoryStore; story: Story; onRow(step: number): void }) {
  return (
    <section className="card quiz" aria-label="Quiz">
      <header>
        <h2>Predict, then act</h2>
        <span className="tag">graded by the next event</span>
      </header>
      <Predictions store={store} story={story} />
      <h3>Test your understanding</h3>
      {QUESTIONS.map((question, index) => (
        <QuestionCard key={question.text} question={question} number={index + 1} story={story} onRow={onRow} />
      ))}
    </section>
  );
}

function Predictions({ store, story }: { store: StoryStore; story: Story }) {
  const [prediction, setPrediction] = useState<Prediction | null>(null);
  const brokers = [...story.lanes.keys()].sort((a, b) => a - b);
  const predict = (kind: Prediction["kind"], guess: string) => setPrediction({ kind, guess, after: story.seq });
  const outcome = prediction === null ? null : grade(prediction, store.events, story);
  return (
    <div className="predict">
      <p>If you kill broker {story.leader < 0 ? "…" : story.leader}, the leader: who leads next?</p>
      <div className="choices">
        {brokers
          .filter((id) => id !== story.leader)
          .map((id) => (
            <Choice key={id} label={`Broker ${id}`} is={prediction} kind="leader" onPick={predict} guess={String(id)} />
          ))}
        <Choice label="Nobody" is={prediction} kind="leader" onPick={predict} guess="-1" />
      </div>
      <p>At which offset will your next message be?</p>
      <div className="choices">
        {[story.hw - 1, story.hw, story.hw + 1]
          .filter((offset) => offset >= 0)
          .map((offset) => (
            <Choice
              key={offset}
              label={String(offset)}
              is={prediction}
              kind="offset"
              onPick={predict}
              guess={String(offset)}
            />
          ))}
      </div>
      <p>After a kill: will “Read it” deliver your message?</p>
      <div className="choices">
        <Choice label="Yes, the same bytes" is={prediction} kind="read" onPick={predict} guess="yes" />
        <Choice label="No" is={prediction} kind="read" onPick={predict} guess="no" />
      </div>
      <p className={`outcome ${outcome === null ? "" : outcome.isRight ? "is-right" : "is-wrong"}`} role="status">
        {prediction === null ? "" : outcome === null ? "Now act: the next event decides." : outcome.text}
      </p>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  guess: string;
  kind: Prediction["kind"];
  is: Prediction | null;
  onPick(kind: Prediction["kind"], guess: string): void;
}

function Choice({ label, guess, kind, is, onPick }: ChoiceProps) {
  const pressed = is?.kind === kind && is.guess === guess;
  return (
    <button type="button" aria-pressed={pressed} onClick={() => onPick(kind, guess)}>
      {label}
    </button>
  );
}

function grade(
  { kind, guess, after }: Prediction,
  events: readonly ConsoleEvent[],
  story: Story,
): { isRight: boolean; text: string } | null {
  for (const event of events) {
    if (event.seq <= after || event.topic !== story.topic) continue;
    if (kind === "leader" && event.kind === "leader") {
      const isRight = String(event.leader ?? -1) === guess;
      const who = event.leader === undefined || event.leader < 0 ? "Nobody leads" : `Broker ${event.leader} leads`;
      return {
        isRight,
        text: `${isRight ? "Right." : "Not quite."} ${who} in epoch ${event.epoch}, with ISR ${list(event.isr ?? [])} (event #${event.seq}).`,
      };
    }
    if (kind === "offset" && event.kind === "acknowledged") {
      const isRight = String(event.offset) === guess;
      return {
        isRight,
        text: `${isRight ? "Right." : "Not quite."} It was acknowledged at offset ${event.offset}: the high watermark is the offset of the record that comes next (event #${event.seq}).`,
      };
    }
    if (kind === "read" && event.kind === "read") {
      const delivered = event.detail?.failed !== true && event.detail?.equal === true;
      const isRight = delivered === (guess === "yes");
      return {
        isRight,
        text: `${isRight ? "Right." : "Not quite."} ${delivered ? `Broker ${event.broker} served offset ${event.offset} below high watermark ${event.hw}` : event.cause} (event #${event.seq}).`,
      };
    }
  }
  return null;
}

interface QuestionCardProps {
  question: Question;
  number: number;
  story: Story;
  onRow(step: number): void;
}

function QuestionCard({ question, number, story, onRow }: QuestionCardProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  return (
    <fieldset className="question" data-question={number}>
      <legend>{question.text}</legend>
      <div className="choices">
        {question.options.map((option, index) => (
          <button
            key={option}
            type="button"
            aria-pressed={chosen === index}
            className={chosen === null || chosen !== index ? "" : index === question.right ? "is-right" : "is-wrong"}
            onClick={() => setChosen(index)}
          >
            <span aria-hidden="true">{"ABCD"[index]}</span> {option}
          </button>
        ))}
      </div>
      <p className="small">
        <a href={`#row-${question.row}`} onClick={() => onRow(question.row)}>
          Hint
        </a>
        : {question.hint}
      </p>
      <p role="status" className={chosen === null ? "" : chosen === question.right ? "is-right" : "is-wrong"}>
        {chosen === null ? "" : `${chosen === question.right ? "Right. " : "Not quite. "}${question.why(story)}`}
      </p>
    </fieldset>
  );
}
