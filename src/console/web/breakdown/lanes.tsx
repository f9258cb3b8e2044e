import type { StoryBase } from "../../story/event";
import { type Lane, list } from "../../story/parts";
import type { Story } from "../../story/story";
import { Copy, ErrorNote, Glyph } from "../ui/parts";
import { colourOf } from "../ui/theme";
import { OffsetStrip } from "./offset-strip";
import { Guess, type Predictions } from "./predictions";
import type { StoryStore } from "./store";

interface LanesProps {
  store: StoryStore;
  story: Story;
  base: StoryBase;
  selected: number | null;
  onSelect(broker: number): void;
  onFault(verb: string, broker: number): void;
  predictions: Predictions;
  /** Why the last fault was refused. */
  error: unknown;
}

export function Lanes({ store, story, base, selected, onSelect, onFault, predictions, error }: LanesProps) {
  const lanes = [...story.lanes.values()].sort((a, b) => a.id - b.id);
  const leader = story.lanes.get(story.leader);
  const isLed = leader !== undefined && story.isUp(leader);
  return (
    <section className="lanes" aria-label="Brokers">
      <header className="lanes-head">
        <h2>
          {story.topic}-{story.partition}
        </h2>
        <dl className="inline-facts">
          <Fact
            label="leader"
            value={story.leader < 0 ? "none" : String(story.leader)}
            name="leader"
            note={story.leader >= 0 && !isLed ? "was the last, is down" : ""}
          />
          <Fact label="epoch" value={story.epoch < 0 ? "–" : String(story.epoch)} name="epoch" />
          <Fact label="ISR" value={story.isr.length === 0 ? "–" : list(story.isr)} name="isr" />
          {story.elr.length === 0 ? null : <Fact label="ELR" value={list(story.elr)} name="elr" />}
          <Fact label="high watermark" value={story.hw < 0 ? "–" : String(story.hw)} name="hw" />
        </dl>
        {store.slowed === "" ? null : <span className="slowed">{store.slowed}</span>}
      </header>
      {base.noFaults === null && (isLed || predictions.of("leader") !== null) ? (
        <Guess
          predictions={predictions}
          kind="leader"
          question={
            isLed
              ? `If broker ${story.leader}, the leader, is killed: who leads next?`
              : "If the leader is killed: who leads next?"
          }
          act={isLed ? `Now kill broker ${story.leader}.` : "Nobody leads now."}
          options={[
            ...lanes
              .filter(({ id }) => id !== story.leader)
              .map(({ id }) => ({ guess: String(id), label: `Broker ${id}` })),
            { guess: "-1", label: "Nobody" },
          ]}
        />
      ) : null}
      <ErrorNote error={error} />
      {lanes.map((lane) => (
        <LaneCard
          key={lane.id}
          lane={lane}
          story={story}
          base={base}
          isSelected={selected === lane.id}
          onSelect={() => onSelect(lane.id)}
          onFault={(verb) => onFault(verb, lane.id)}
          isPast={store.cursor !== null || store.feed === "file"}
        />
      ))}
      {story.isForgotten ? (
        <p className="note is-red">
          Every disk was emptied, and the cluster's metadata with them: it starts again as a new one, which knows
          neither this topic nor its records. Run makes the topic anew.
        </p>
      ) : story.leader < 0 && story.replicas.length > 0 ? (
        <p className="note is-red" data-offline>
          The partition is offline: no replica that may lead is running.{" "}
          {story.loss === null
            ? "Its records are unavailable, not lost, while a disk that holds them can come back."
            : `Its record will not come back: ${story.loss}.`}
        </p>
      ) : null}
      {story.down.length * 2 > base.brokers.length ? (
        <p className="note is-red" data-quorum-lost>
          A majority of the brokers is gone, and with it the quorum of controllers: nobody can elect a leader or
          acknowledge with acks=all.{" "}
          {lanes.some((lane) => story.isUp(lane))
            ? "What is committed can still be read from a survivor."
            : "None is left to read from either, until one that has the record comes back."}
        </p>
      ) : null}
      {base.noFaults === null ? null : <p className="small muted">No fault buttons: {base.noFaults}</p>}
      <div className="visually-hidden">
        <table>
          <caption>The brokers as a table</caption>
          <thead>
            <tr>
              <th>Broker</th>
              <th>Role</th>
              <th>State</th>
              <th>End offset</th>
              <th>High watermark</th>
              <th>Holds the message</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => (
              <tr key={lane.id}>
                <td>{lane.id}</td>
                <td>{roleOf(lane, story)}</td>
                <td>{stateOf(lane)}</td>
                <td>{lane.end}</td>
                <td>{lane.hw}</td>
                <td>{story.run?.offset != null && lane.end > story.run.offset ? "yes" : "no"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Fact({ label, value, name, note = "" }: { label: string; value: string; name: string; note?: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span data-fact={name}>{value}</span>
        {note === "" ? null : <span className="bad"> {note}</span>}
      </dd>
    </div>
  );
}

interface LaneCardProps {
  lane: Lane;
  story: Story;
  base: StoryBase;
  isSelected: boolean;
  isPast: boolean;
  onSelect(): void;
  onFault(verb: string): void;
}

function LaneCard({ lane, story, base, isSelected, isPast, onSelect, onFault }: LaneCardProps) {
  const role = roleOf(lane, story);
  const isUp = lane.state === "running" || lane.state === "paused";
  const can = (verb: string): boolean => base.verbs.includes(verb) && !isPast;
  return (
    <article
      className={`lane is-${story.isUp(lane) ? "up" : "down"} ${isSelected ? "is-selected" : ""}`}
      data-lane={lane.id}
      data-state={lane.state}
      style={{ "--broker": colourOf(lane.id) } as React.CSSProperties}
    >
      <div className="lane-head">
        <button type="button" className="lane-name" aria-pressed={isSelected} onClick={onSelect}>
          <Glyph id={lane.id} />
          Broker {lane.id}
        </button>
        <span className={`role is-${role} ${story.isUp(lane) ? "" : "is-past"}`}>
          {role === "leader" ? `${story.isUp(lane) ? "leader" : "last leader"} · epoch ${story.epoch}` : role}
        </span>
        <span className={`state is-${lane.state}`}>{stateOf(lane)}</span>
        {lane.hindrance === "" ? null : <span className="state is-paused">{lane.hindrance}</span>}
        {lane.pid === null || base.inProcess ? null : <Copy text={`kill -9 ${lane.pid}`} />}
      </div>
      <OffsetStrip lane={lane} story={story} />
      <div className="lane-foot">
        <span className="ends">
          end <b data-end={lane.id}>{lane.end < 0 ? "–" : lane.end}</b>
          {lane.hw < 0 ? null : (
            <>
              {" "}
              · knows HW <b>{lane.hw}</b>
            </>
          )}
        </span>
        {base.noFaults === null ? (
          <span className="lane-buttons">
            {isUp ? (
              <button type="button" className="danger" disabled={isPast} onClick={() => onFault("kill")}>
                Kill<span className="visually-hidden"> broker {lane.id}</span>
              </button>
            ) : null}
            <button type="button" disabled={isPast} onClick={() => onFault("restart")}>
              {isUp ? "Restart" : "Start"}
              <span className="visually-hidden"> broker {lane.id}</span>
            </button>
            {isUp ? (
              <button
                type="button"
                disabled={isPast}
                onClick={() => onFault(lane.state === "paused" ? "heal" : "pause")}
              >
                {lane.state === "paused" ? "Go on" : "Pause"}
                <span className="visually-hidden"> broker {lane.id}</span>
              </button>
            ) : null}
            {!isUp && base.ephemeral && can("wipe") ? (
              <button type="button" className="danger" onClick={() => onFault("wipe")}>
                Wipe<span className="visually-hidden"> the disk of broker {lane.id}</span>
              </button>
            ) : null}
            {isUp && lane.hindrance !== "" ? (
              <button type="button" onClick={() => onFault("heal")}>
                Heal<span className="visually-hidden"> broker {lane.id}</span>
              </button>
            ) : null}
            {isUp && lane.hindrance === "" && can("partition") ? (
              <button type="button" onClick={() => onFault("partition")}>
                Partition<span className="visually-hidden"> broker {lane.id}</span>
              </button>
            ) : null}
            {isUp && lane.hindrance === "" && can("slow-disk") ? (
              <button type="button" onClick={() => onFault("slow-disk")}>
                Slow disk<span className="visually-hidden"> of broker {lane.id}</span>
              </button>
            ) : null}
          </span>
        ) : null}
      </div>
    </article>
  );
}

type Role = "leader" | "follower" | "eligible" | "out of sync" | "no replica" | "no replica yet" | "not known";

function roleOf(lane: Lane, story: Story): Role {
  if (lane.id === story.leader) return "leader";
  // There is no such topic, or nobody is left who could tell.
  if (story.replicas.length === 0) return story.isUp(lane) ? "no replica yet" : "not known";
  if (!story.replicas.includes(lane.id)) return "no replica";
  if (story.isr.includes(lane.id)) return "follower";
  return story.elr.includes(lane.id) ? "eligible" : "out of sync";
}

function stateOf(lane: Lane): string {
  const fenced = lane.fenced && lane.state === "running" ? "fenced" : lane.state;
  return { died: "its process is gone", killed: "killed", unknown: "by protocol" }[fenced] ?? fenced;
}
