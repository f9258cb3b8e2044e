import type { Story } from "../../story/story";

const LIGHTS = { dark: "not yet", lit: "happened", amber: "happened, on less than promised", red: "did not hold" };

/** The seven stations; each lights by the event that it names. */
export function Stepper({ story }: { story: Story }) {
  return (
    <section aria-label="Process flow" className="stepper">
      <ol>
        {story.stations.map((station, index) => (
          <li key={station.title} className={`is-${station.light}`} data-station={index + 1} data-light={station.light}>
            <span className="dot" key={station.seq}>
              {station.light === "lit"
                ? "✓"
                : station.light === "red"
                  ? "✕"
                  : station.light === "amber"
                    ? "!"
                    : index + 1}
            </span>
            <span className="station-title">{station.title}</span>
            <span className="station-note">
              {station.seq === 0 ? (
                <span className="visually-hidden">{LIGHTS.dark}</span>
              ) : (
                <>
                  {station.note} <a href={`#event-${station.seq}`}>#{station.seq}</a>
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
      <p className="caption">
        The client sends a message; brokers keep copies. When one fails, the others still have it. To be exact: the
        producer sends to the leader, followers pull from it, and consumers read what is below the high watermark.
      </p>
    </section>
  );
}
