import { useState } from "react";
import type { Row } from "../../story/parts";
import type { Story } from "../../story/story";
import { Scroller } from "../ui/parts";

export function ProcessTable({ story, highlighted }: { story: Story; highlighted: number | null }) {
  return (
    <section className="card" aria-label="Process table">
      <header>
        <h2>Process table</h2>
        <span className="tag">filled by events</span>
      </header>
      <Scroller className="scroll" label="Process table, scrollable">
        <table className="process-table">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Action</th>
              <th scope="col">Message state</th>
              <th scope="col">Broker status</th>
              <th scope="col">Result</th>
              <th scope="col">Evidence</th>
            </tr>
          </thead>
          <tbody>
            {story.rows.map((row) => (
              <TableRow key={row.step} row={row} isHighlighted={highlighted === row.step} story={story} />
            ))}
          </tbody>
        </table>
      </Scroller>
      <p className="small muted">
        {story.rows[4].light === "lit" && story.rows[3].light === "lit"
          ? "The end: the message is stored and was delivered although a broker failed."
          : "It ends when the message is stored and was delivered although a broker failed."}
      </p>
    </section>
  );
}

function TableRow({ row, isHighlighted, story }: { row: Row; isHighlighted: boolean; story: Story }) {
  const [open, setOpen] = useState(false);
  const done = row.light !== "dark";
  return (
    <>
      <tr
        id={`row-${row.step}`}
        className={`is-${row.light} ${isHighlighted ? "is-highlighted" : ""}`}
        data-row={row.step}
        data-light={row.light}
      >
        <th scope="row">
          <span className="step">{row.step}</span>
        </th>
        <td data-label="Action">{row.action}</td>
        <td data-label="Message state">{done ? row.message : <Dash />}</td>
        <td data-label="Broker status">{done ? row.brokers : <Dash />}</td>
        <td data-label="Result">{done ? row.result : <Dash />}</td>
        <td data-label="Evidence">
          {done ? (
            <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? "Hide" : "Show"}
              <span className="visually-hidden"> the evidence of step {row.step}</span>
            </button>
          ) : (
            <Dash />
          )}
        </td>
      </tr>
      {open && done ? (
        <tr className="evidence-row">
          <td colSpan={6}>
            <dl className="evidence">
              {row.evidence.map((each) => (
                <div key={each.label}>
                  <dt>{each.label}</dt>
                  <dd>{each.value}</dd>
                </div>
              ))}
              <div>
                <dt>Event</dt>
                <dd>
                  <a href={`#event-${row.seq}`}>#{row.seq}</a>
                </dd>
              </div>
            </dl>
            {row.step === 5 && story.rows[4].light === "lit" ? (
              <p className="small muted">
                All up again needs the dead broker to be started and to fetch what it missed.
              </p>
            ) : null}
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Dash() {
  return <span className="muted">–</span>;
}

export function StatusTracker({ story }: { story: Story }) {
  return (
    <section className="card" aria-label="Status tracker">
      <header>
        <h2>Status tracker</h2>
      </header>
      <Scroller className="scroll" label="Status tracker, scrollable">
        <table className="tracker">
          <thead>
            <tr>
              <th scope="col">Variable</th>
              {story.tracker.map((each) => (
                <th key={each.when} scope="col">
                  {each.when}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Message state</th>
              {story.tracker.map((each) => (
                <td key={each.when} className={`is-${each.light}`} data-tracked={each.when}>
                  {each.light === "dark" ? <Expected text={each.expectedMessage} /> : each.message}
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">Broker status</th>
              {story.tracker.map((each) => (
                <td key={each.when} className={`is-${each.brokersLight}`} data-tracked-brokers={each.when}>
                  {each.brokersLight === "dark" ? <Expected text={each.expectedBrokers} /> : each.brokers}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}

function Expected({ text }: { text: string }) {
  return <span className="expected">expected: {text.toLowerCase()}</span>;
}
