import { useQuery } from "@tanstack/react-query";
import type { Topic } from "../../shapes";
import { REPLICATED, SINGLE } from "./actions";
import type { Place, StoryStore } from "./store";

/** Which partition the page tells of: the page's own topics, or any other of the cluster. */
export function TopicPicker({ store, onPlace }: { store: StoryStore; onPlace(place: Place): void }) {
  const { place } = store;
  const topics = useQuery({
    queryKey: ["breakdown-topics", place.isScratch],
    queryFn: () => store.ask<readonly Topic[]>("/api/topics"),
    refetchInterval: 10_000,
  });
  const others = (topics.data ?? [])
    .filter((each) => !each.isInternal && each.name !== REPLICATED && each.name !== SINGLE)
    .map((each) => each.name);
  const isOther = place.topic !== REPLICATED && place.topic !== SINGLE;
  const partitions = topics.data?.find((each) => each.name === place.topic)?.partitions.length ?? 1;
  return (
    <div className="field-row">
      <label className="field">
        <span>topic</span>
        <select
          value={place.topic}
          onChange={(event) => onPlace({ ...place, topic: event.target.value, partition: 0 })}
        >
          <option value={REPLICATED}>three copies</option>
          <option value={SINGLE}>without replication</option>
          {isOther && !others.includes(place.topic) ? <option value={place.topic}>{place.topic}</option> : null}
          {others.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {partitions < 2 ? null : (
        <label className="field">
          <span>partition</span>
          <select
            value={place.partition}
            onChange={(event) => onPlace({ ...place, partition: Number(event.target.value) })}
          >
            {Array.from({ length: partitions }, (_, index) => index).map((index) => (
              <option key={index}>{index}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
