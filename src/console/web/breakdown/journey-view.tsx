import type { StoryBase } from "../../story/event";
import { isExact, type JourneyStop, verdict, whyBounded, within } from "../../story/journey";
import type { Story } from "../../story/story";
import { Glyph } from "../ui/parts";
import { colourOf } from "../ui/theme";

/** The record's way as a waterfall of real durations. */
export function JourneyView({ story, base }: { story: Story; base: StoryBase }) {
  if (base.source === "protocol") return null;
  const { stops } = story.journey;
  // A read may come minutes later: the drawing is of the way in, the rest is told as times.
  const write = stops.filter((stop) => !isLater(stop));
  const end = Math.max(1, ...write.map(({ low, high }) => (Number.isFinite(high) ? high : low)));
  const why = whyBounded(stops);
  const acknowledged = stops.find((stop) => stop.key === "acknowledged");
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
          <span className="tag">{within(acknowledged)} ms from socket to acknowledgement</span>
        )}
      </header>
      {stops.length === 0 ? (
        <p className="muted small">
          Run the sample: each stop on the record's way appears with the time that its broker gave it.
        </p>
      ) : (
        <ol className="waterfall">
          {stops.map((stop, index) => {
            const { left, width } = place(stop, stops.slice(0, index), end);
            return (
              <li key={stop.key} data-journey={stop.key} data-exact={isExact(stop)}>
                <span className="journey-label">
                  <Glyph id={stop.broker} />
                  {stop.label}
                </span>
                <span className="journey-track" aria-hidden="true">
                  <i
                    className={isExact(stop) ? "" : "is-bound"}
                    style={{ left: `${left}%`, width: `${width}%`, ...fillOf(stop) }}
                  />
                </span>
                <span className="journey-time">+{within(stop)} ms</span>
              </li>
            );
          })}
        </ol>
      )}
      {why === "" ? null : (
        <p className="muted small bounded" data-bounded>
          {why} They are hatched.
        </p>
      )}
      {stops.length === 0 ? null : (
        <p className={`verdict is-${told.light}`} data-verdict={told.light}>
          {told.text}
        </p>
      )}
    </section>
  );
}

function isLater({ key }: JourneyStop): boolean {
  return key === "read" || key === "position";
}

/** From the stop before it whose time is known, or from one of its bounds to the other; percent of the way in. */
function place(stop: JourneyStop, before: readonly JourneyStop[], end: number): { left: number; width: number } {
  if (isLater(stop)) return { left: 99, width: 0 };
  const from = isExact(stop) ? (before.findLast(isExact)?.low ?? 0) : stop.low;
  const to = Number.isFinite(stop.high) ? stop.high : end;
  return { left: Math.min((from / end) * 100, 99), width: Math.max(0.6, ((to - from) / end) * 100) };
}

function fillOf(stop: JourneyStop): { background?: string; color?: string } {
  return isExact(stop) ? { background: colourOf(stop.broker) } : { color: colourOf(stop.broker) };
}
