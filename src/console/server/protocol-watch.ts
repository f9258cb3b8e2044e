import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf, type TopicPartition } from "../../cluster/partition-offsets.js";
import type { PartitionView } from "../story/event.js";
import type { Told } from "./feed.js";
import { partitionView } from "./partition-view.js";
import {
  type ClusterView,
  clusterChanges,
  type PlaceView,
  partitionChanges,
  withKnownEnds,
} from "./protocol-changes.js";
import type { Target } from "./target.js";

const EVERY_MS = 250;
/** One look at all topics for so many at those that are watched: it is large in a large cluster. */
const ROUNDS_PER_LOOK = 4;

/**
 * For brokers without an event feed: asks again and again what the protocol tells, and tells what changed. Every event says so by
 * `via: "protocol"`: its time is that of the answer, not of the change.
 */
export class ProtocolWatch {
  private readonly target: Target;
  private readonly tell: (event: Told) => void;
  private watched: readonly TopicPartition[] = [];
  private readonly last = new Map<string, PartitionView>();
  private cluster: ClusterView | null = null;
  private changes = 0;
  private rounds = 0;
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(target: Target, tell: (event: Told) => void) {
    this.target = target;
    this.tell = tell;
    void this.round();
  }

  watch(partitions: readonly TopicPartition[]): void {
    this.watched = partitions;
  }

  /** Now, and not only in the next round: what comes after this is told as a change. */
  lookAt(place: TopicPartition): Promise<void> {
    return this.expectAnswer(() => this.ask(place));
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async round(): Promise<void> {
    await this.expectAnswer(() => this.look(this.rounds++ % ROUNDS_PER_LOOK === 0));
    await Promise.all(this.watched.map((each) => this.expectAnswer(() => this.ask(each))));
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.round(), EVERY_MS);
    this.timer.unref();
  }

  /** Nobody may answer now, and what is watched may not have been created yet. */
  private async expectAnswer(question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  private async look(atAllTopics: boolean): Promise<void> {
    const before = this.cluster;
    const view = await this.target.ask((admin) => clusterView(admin, atAllTopics ? null : before));
    if (this.isClosed) return;
    this.cluster = view;
    if (before === null) return;
    const apart = new Set(this.watched.map(nameOf));
    for (const event of clusterChanges(before, view, apart)) this.tell(event);
  }

  private async ask(place: TopicPartition): Promise<void> {
    const name = nameOf(place);
    const answer = await this.target.ask((admin) => partitionView(admin, place.topic, place.partition));
    if (this.isClosed) return;
    const before = this.last.get(name);
    const view = withKnownEnds(before, answer);
    this.last.set(name, view);
    if (before === undefined) return;
    for (const event of partitionChanges(before, view, () => ++this.changes)) this.tell(event);
  }
}

/** With the partitions of `known`; null: as they are now. */
async function clusterView(admin: Admin, known: ClusterView | null): Promise<ClusterView> {
  const { brokers, topics } = await admin.metadata(known === null ? null : []);
  const ids = brokers.map(({ nodeId }) => nodeId);
  if (known !== null) return { brokers: ids, partitions: known.partitions };
  const partitions = new Map<string, PlaceView>();
  for (const { name, partitions: each } of topics) {
    if (name === null) continue;
    for (const { partitionIndex: partition, leaderId: leader, leaderEpoch: epoch, isrNodes: isr } of each)
      partitions.set(`${name}-${partition}`, { topic: name, partition, leader, epoch, isr });
  }
  return { brokers: ids, partitions };
}
