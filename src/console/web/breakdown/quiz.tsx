import { useState } from "react";
import { list } from "../../story/parts";
import type { Story } from "../../story/story";
import { Outcome, type Predictions } from "./predictions";

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

interface QuizProps {
  readonly predictions: Predictions;
  readonly story: Story;
  onRow(step: number): void;
  onPredicting(on: boolean): void;
}

export function Quiz({ predictions, story, onRow, onPredicting }: QuizProps) {
  return (
    <section className="card quiz" aria-label="Quiz">
      <header>
        <h2>Predict, then act</h2>
        <span className="tag">graded by the next event</span>
      </header>
      <Score predictions={predictions} onPredicting={onPredicting} />
      <h3>Test your understanding</h3>
      {QUESTIONS.map((question, index) => (
        <QuestionCard key={question.text} question={question} number={index + 1} story={story} onRow={onRow} />
      ))}
    </section>
  );
}

function Score({ predictions, onPredicting }: Pick<QuizProps, "predictions" | "onPredicting">) {
  const { isOn, graded } = predictions;
  const right = graded.filter(({ isRight }) => isRight).length;
  return (
    <div className="score">
      <p>
        {isOn
          ? "Beside the buttons that send, kill and read stands a question now. Answer it, act, and see."
          : "Say what will happen before you send, kill or read; the cluster itself tells whether you were right."}
      </p>
      <button type="button" aria-pressed={isOn} onClick={() => onPredicting(!isOn)}>
        Predict first
      </button>
      {graded.length === 0 ? null : (
        <>
          <p data-score>
            <b>
              {right} of {graded.length}
            </b>{" "}
            {graded.length === 1 ? "prediction was" : "predictions were"} right.
          </p>
          <ol className="graded small">
            {graded.slice(-SHOWN_MAX).map((each) => (
              <li key={`${each.kind}-${each.seq}`}>
                <Outcome graded={each} />
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

const SHOWN_MAX = 6;

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
