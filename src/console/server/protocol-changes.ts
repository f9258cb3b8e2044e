import type { PartitionView } from "../story/event.js";
import type { Told } from "./feed.js";

/** What one look at the whole cluster shows, by the names of partitions. */
export interface ClusterView {
  readonly brokers: readonly number[];
  readonly partitions: ReadonlyMap<string, PlaceView>;
}

export interface PlaceView {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly epoch: number;
  readonly isr: readonly number[];
}

/** Says of an event that it was concluded from two answers: its time is that of the second. */
const SEEN = { via: "protocol" };

/**
 * What changed between two looks at one partition. `count` numbers changes of its leader and ISR: answers come in order, while the
 * protocol tells clients no partition epoch.
 */
export function partitionChanges(before: PartitionView, after: PartitionView, count: () => number): Told[] {
  const told: Told[] = [];
  const { topic, partition, epoch, isr, ends } = after;
  const leader = after.leader ?? -1;
  const place = { topic, partition, epoch, leader, broker: leader };
  for (const [id, end] of Object.entries(ends)) {
    const broker = Number(id);
    const known = before.ends[id] ?? (broker === leader ? firstEnd(before, after) : undefined);
    if (known === end) continue;
    if (known !== undefined && end < known) {
      told.push({ ...place, broker, kind: "truncated", offset: end, detail: { ...SEEN, from: known } });
      continue;
    }
    // `appended` names the first offset, `replica-appended` the end.
    if (broker !== leader)
      told.push({ ...place, broker, kind: "replica-appended", offset: end, detail: { ...SEEN, from: known ?? end } });
    else if (known !== undefined)
      told.push({ ...place, kind: "appended", offset: known, detail: { ...SEEN, records: end - known } });
  }
  if (before.leader !== after.leader || before.epoch !== epoch)
    told.push({ ...place, kind: "leader", isr, detail: { ...SEEN, partitionEpoch: count() } });
  if (before.isr.join() !== isr.join())
    told.push({ ...place, kind: "isr", isr, detail: { ...SEEN, partitionEpoch: count() } });
  if (before.elr.join() !== after.elr.join())
    told.push({ ...place, kind: "elr", detail: { ...SEEN, elr: after.elr.join(), partitionEpoch: count() } });
  for (const broker of isr) {
    if (before.isr.includes(broker) || ends[broker] === undefined) continue;
    told.push({ ...place, broker, kind: "caught-up", offset: ends[broker], detail: SEEN });
  }
  const hw = after.highWatermark;
  if (before.highWatermark !== hw && hw >= 0)
    told.push({ ...place, kind: "high-watermark", offset: hw, hw, detail: SEEN });
  return told;
}

/**
 * Where a leader's log ended in a look in which it did not tell its end: not below the high watermark; a partition that no other has led yet was
 * just made, and began empty. Undefined: nobody knows.
 */
function firstEnd(before: PartitionView, after: PartitionView): number | undefined {
  if (before.highWatermark >= 0) return before.highWatermark;
  return after.epoch === 0 && after.start >= 0 ? after.start : undefined;
}

/** Replicas that do not answer now keep the end that they told last: when they are back, it shows what they lost or gained. */
export function withKnownEnds(before: PartitionView | undefined, after: PartitionView): PartitionView {
  return before === undefined ? after : { ...after, ends: { ...before.ends, ...after.ends } };
}

/** What changed in the cluster between two looks; partitions in `apart` are told elsewhere, in more detail. */
export function clusterChanges(before: ClusterView, after: ClusterView, apart: ReadonlySet<string>): Told[] {
  const told: Told[] = [];
  const nobody = { broker: -1, detail: SEEN };
  for (const peer of before.brokers)
    if (!after.brokers.includes(peer))
      told.push({ ...nobody, kind: "fenced", peer, cause: "the cluster's metadata no longer lists it" });
  for (const peer of after.brokers)
    if (!before.brokers.includes(peer)) told.push({ ...nobody, kind: "unfenced", peer });
  for (const topic of topicsOf(before))
    if (!topicsOf(after).has(topic)) told.push({ ...nobody, kind: "topic", topic, cause: "deleted" });
  for (const topic of topicsOf(after))
    if (!topicsOf(before).has(topic)) told.push({ ...nobody, kind: "topic", topic, cause: "created" });
  for (const [name, place] of after.partitions) {
    const old = before.partitions.get(name);
    if (old === undefined || apart.has(name)) continue;
    const { topic, partition, leader, epoch, isr } = place;
    const event = { broker: leader, topic, partition, leader, epoch, isr, detail: SEEN };
    if (old.leader !== leader || old.epoch !== epoch) told.push({ ...event, kind: "leader" });
    if (old.isr.join() !== isr.join()) told.push({ ...event, kind: "isr" });
  }
  return told;
}

function topicsOf(view: ClusterView): Set<string> {
  return new Set([...view.partitions.values()].map(({ topic }) => topic));
}
