import type { StoryBase } from "../../story/event";
import { verdict } from "../../story/journey";
import { ms } from "../../story/parts";
import type { Story } from "../../story/story";
import { Glyph } from "../ui/parts";
import { colourOf } from "../ui/theme";

/** The record's way as a waterfall of real durations. */
export function JourneyView({ story, base }: { story: Story; base: StoryBase }) {
  const { marks } = story.journey;
  if (base.source === "protocol") return null;
  const begin = marks[0]?.tNs ?? 0;
  // A read may come minutes later: the drawing is of the way in, the rest is told as times.
  const write = marks.filter((mark) => mark.key !== "read" && mark.key !== "position");
  const end = Math.max(begin + 1, ...write.map((mark) => mark.tNs));
  const acknowledged = marks.find((mark) => mark.key === "acknowledged");
  const holders = story.holders.map((lane) => lane.id).sort((a, b) => a - b);
  const isCommitted = story.run?.offset != null && story.hw > story.run.offset;
  const told =
    story.loss === null
      ? verdict(holders, isCommitted, base.fsync)
      : { light: "red", text: `It was lost: ${story.loss}.` };
  return (
    <section className="card journey" aria-label="Journey of the record">
      <header>
        <h2>Journey of the record</h2>
        {acknowledged === undefined ? null : (
          <span className="tag">{ms(acknowledged.tNs - begin)} ms from socket to acknowledgement</span>
        )}
      </header>
      {marks.length === 0 ? (
        <p className="muted small">
          Run the sample: each stop on the record's way appears with the time that its broker gave it.
        </p>
      ) : (
        <ol className="waterfall">
          {marks.map((mark, index) => {
            const before = index === 0 ? begin : marks[index - 1].tNs;
            const isLater = mark.key === "read" || mark.key === "position";
            const left = isLater ? 100 : ((before - begin) / (end - begin)) * 100;
            const width = isLater ? 0 : Math.max(0.6, ((mark.tNs - before) / (end - begin)) * 100);
            return (
              <li key={mark.key} data-journey={mark.key}>
                <span className="journey-label">
                  <Glyph id={mark.broker} />
                  {mark.label}
                </span>
                <span className="journey-track" aria-hidden="true">
                  <i
                    style={{ left: `${Math.min(left, 99)}%`, width: `${width}%`, background: colourOf(mark.broker) }}
                  />
                </span>
                <span className="journey-time">+{ms(mark.tNs - begin)} ms</span>
              </li>
            );
          })}
        </ol>
      )}
      {marks.length === 0 ? null : (
        <p className={`verdict is-${told.light}`} data-verdict={told.light}>
          {told.text}
        </p>
      )}
    </section>
  );
}
