import type { PartitionChecker } from "../checkers/partition-checker.js";
import { Violation } from "../checkers/violation.js";
import type { World } from "../world.js";

/** What the clients know of one partition. */
export class PartitionHistory {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  /** What the checkers hold for true; null until the topic is there. */
  truth: PartitionChecker | null;
  /** Every value that any consumer saw, by offset. */
  readonly seen: Map<number, string>;
  /** Where each value was seen. */
  readonly placeOf: Map<string, number>;
  /** Acknowledged values; −1 where the broker did not say at which offset. */
  readonly acknowledged: Map<string, number>;
  /** Values that were sent at all. */
  readonly sent: Set<string>;
  /** Records below were deleted, or may have been. */
  deletedBelow: number;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
    this.name = `${topic}-${partition}`;
    this.truth = null;
    this.seen = new Map();
    this.placeOf = new Map();
    this.acknowledged = new Map();
    this.sent = new Set();
    this.deletedBelow = 0;
  }
}

/** All that clients sent, got acknowledged and read, and what must hold of it (invariants 10, 16 and 30). */
export class History {
  private readonly world: World;
  private readonly partitions: Map<string, PartitionHistory>;

  constructor(world: World) {
    this.world = world;
    this.partitions = new Map();
  }

  of(topic: string, partition: number): PartitionHistory {
    const name = `${topic}-${partition}`;
    let history = this.partitions.get(name);
    if (history === undefined) {
      history = new PartitionHistory(topic, partition);
      this.partitions.set(name, history);
    }
    return history;
  }

  private truthOf(history: PartitionHistory): PartitionChecker | null {
    history.truth ??= this.world.checker.checkerNamed(history.topic, history.partition);
    return history.truth;
  }

  onSent(history: PartitionHistory, values: readonly string[]): void {
    for (const value of values) history.sent.add(value);
  }

  /** `offset` of the first value, −1 when unknown. */
  onAcknowledged(history: PartitionHistory, values: readonly string[], offset: number): void {
    const truth = this.truthOf(history);
    const tainted = truth?.tainted ?? false;
    if (truth !== null && !tainted && offset >= 0 && offset + values.length > truth.trueHighWatermark) {
      throw new Violation(
        1,
        `${history.name}: offsets ${offset} to ${offset + values.length - 1} were acknowledged, the true high watermark is ${truth.trueHighWatermark}`,
      );
    }
    values.forEach((value, i) => {
      if (!history.sent.has(value))
        throw new Violation(30, `${history.name}: ${value} was acknowledged but never sent`);
      const place = offset < 0 ? -1 : offset + i;
      history.acknowledged.set(value, place);
      const seenAt = history.placeOf.get(value);
      if (!tainted && place >= 0 && seenAt !== undefined && seenAt !== place) {
        throw new Violation(16, `${history.name}: ${value} was acknowledged at ${place}, and is at ${seenAt}`);
      }
    });
  }

  /** A consumer read a record from a broker. */
  onRead(history: PartitionHistory, offset: number, value: string, broker: number): void {
    const truth = this.truthOf(history);
    if (truth?.tainted) return;
    const before = history.seen.get(offset);
    if (before !== undefined) {
      if (before === value) return;
      throw new Violation(10, `${history.name}: offset ${offset} was ${before}, now broker ${broker} serves ${value}`);
    }
    if (!history.sent.has(value))
      throw new Violation(30, `${history.name}: broker ${broker} serves ${value}, which nobody sent`);
    const place = history.placeOf.get(value);
    if (place !== undefined) {
      throw new Violation(
        16,
        `${history.name}: ${value} is there twice, at ${place} and at ${offset} (broker ${broker})`,
      );
    }
    const acknowledged = history.acknowledged.get(value);
    if (acknowledged !== undefined && acknowledged >= 0 && acknowledged !== offset) {
      throw new Violation(
        30,
        `${history.name}: ${value} was acknowledged at ${acknowledged}, broker ${broker} serves it at ${offset}`,
      );
    }
    if (truth !== null && offset >= truth.trueHighWatermark) {
      throw new Violation(
        10,
        `${history.name}: broker ${broker} serves offset ${offset}, the true high watermark is ${truth.trueHighWatermark}`,
      );
    }
    history.seen.set(offset, value);
    history.placeOf.set(value, offset);
  }

  onDeletedBelow(topic: string, partition: number, offset: number): void {
    const history = this.of(topic, partition);
    history.deletedBelow = Math.max(history.deletedBelow, offset);
  }

  /** All was read again from the log start to `end`: what was acknowledged must be there, in the order of each producer. */
  onReadToEnd(topic: string, partition: number, start: number, end: number): void {
    const history = this.of(topic, partition);
    if (this.truthOf(history)?.tainted) return;
    for (const [value, offset] of history.acknowledged) {
      const place = history.placeOf.get(value);
      if (place !== undefined) continue;
      if (offset >= 0 ? offset < Math.max(start, history.deletedBelow) : start > 0) continue;
      throw new Violation(30, `${history.name}: ${value}, acknowledged at ${offset}, is not in [${start}, ${end})`);
    }
    this.checkOrder(history, Math.max(start, history.deletedBelow));
  }

  /** A value is `<lane>:<number>`; numbers of a lane rise with the offset. */
  private checkOrder(history: PartitionHistory, from: number): void {
    const last = new Map<string, number>();
    for (const offset of [...history.seen.keys()].sort((a, b) => a - b)) {
      if (offset < from) continue;
      const value = history.seen.get(offset) as string;
      const colon = value.indexOf(":");
      const lane = value.slice(0, colon);
      const number = Number.parseInt(value.slice(colon + 1), 10);
      const before = last.get(lane);
      if (before !== undefined && number !== before + 1) {
        throw new Violation(16, `${history.name}: at offset ${offset} ${lane} goes from ${before} to ${number}`);
      }
      last.set(lane, number);
    }
  }
}
