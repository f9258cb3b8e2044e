import type { Random } from "../../ports/random.js";

export interface UsableBroker {
  readonly id: number;
  readonly rack: string | null;
  readonly fenced: boolean;
}

/** The sentence that goes with INVALID_REPLICATION_FACTOR. */
export type PlacementError = string;

/**
 * Spreads replicas in stripes over racks and brokers (Kafka: StripedReplicaPlacer): leaders move round the racks, the
 * replicas of a partition go to as many racks as there are, a fenced broker gets none while an unfenced one of its rack is
 * left, and never the first. The replicas of each partition, or why they cannot be placed.
 */
export function placeReplicas(
  random: Random,
  brokers: readonly UsableBroker[],
  partitionCount: number,
  replicationFactor: number,
): number[][] | PlacementError {
  if (replicationFactor <= 0) {
    return `Invalid replication factor ${replicationFactor}: the replication factor must be positive.`;
  }
  if (!brokers.some((broker) => !broker.fenced)) {
    return "All brokers are currently fenced, or have all their log directories cordoned.";
  }
  if (replicationFactor > brokers.length) {
    return (
      `The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} ` +
      "broker(s) are registered or some brokers have all their log directories cordoned."
    );
  }
  const racks = new Racks(random, brokers);
  const placements: number[][] = [];
  for (let i = 0; i < partitionCount; i++) placements.push(racks.place(replicationFactor));
  return placements;
}

class Racks {
  private readonly random: Random;
  private readonly racks: Rack[];
  private readonly unfencedCount: number;
  private epoch: number;
  private offset: number;

  constructor(random: Random, brokers: readonly UsableBroker[]) {
    this.random = random;
    const byName = new Map<string | null, UsableBroker[]>();
    for (const broker of brokers) {
      const inRack = byName.get(broker.rack);
      if (inRack === undefined) byName.set(broker.rack, [broker]);
      else inRack.push(broker);
    }
    const names = [...byName.keys()].sort(compareRacks);
    this.racks = names.map((name) => new Rack(random, byName.get(name) as UsableBroker[]));
    this.unfencedCount = brokers.filter((broker) => !broker.fenced).length;
    this.epoch = 0;
    this.offset = random.below(this.racks.length);
  }

  place(replicationFactor: number): number[] {
    const { racks } = this;
    // Once every broker was first, a new order: or the same brokers would share partitions for ever.
    if (this.epoch === this.unfencedCount && this.unfencedCount > 1) {
      shuffle(this.random, racks);
      for (const rack of racks) rack.shuffle(this.random);
      this.epoch = 0;
    }
    if (this.offset === racks.length) this.offset = 0;
    const placed: number[] = [];
    let first = this.offset;
    for (;;) {
      const broker = racks[first].unfenced.next(this.epoch);
      if (broker >= 0) {
        placed.push(broker);
        break;
      }
      first = (first + 1) % racks.length;
    }
    let at = this.offset;
    while (placed.length < replicationFactor) {
      let broker = -1;
      // The rack of the leader sits out the first round, so that the others come before its second broker.
      if (at === first) first = -1;
      else broker = racks[at].next(this.epoch);
      at = (at + 1) % racks.length;
      if (broker >= 0) placed.push(broker);
    }
    this.epoch++;
    this.offset++;
    return placed;
  }
}

class Rack {
  readonly unfenced: BrokerRing;
  readonly fenced: BrokerRing;

  constructor(random: Random, brokers: readonly UsableBroker[]) {
    this.unfenced = new BrokerRing(
      random,
      brokers.filter((broker) => !broker.fenced).map((broker) => broker.id),
    );
    this.fenced = new BrokerRing(
      random,
      brokers.filter((broker) => broker.fenced).map((broker) => broker.id),
    );
  }

  /** The next broker of this epoch, unfenced ones first; −1 when all were given. */
  next(epoch: number): number {
    const broker = this.unfenced.next(epoch);
    return broker >= 0 ? broker : this.fenced.next(epoch);
  }

  shuffle(random: Random): void {
    this.fenced.shuffle(random);
    this.unfenced.shuffle(random);
  }
}

/** Brokers in a circle; each epoch begins one further and gives each broker once. */
class BrokerRing {
  private readonly brokers: number[];
  private index: number;
  private offset: number;
  private epoch: number;

  constructor(random: Random, brokers: number[]) {
    this.brokers = brokers.sort((a, b) => a - b);
    this.index = 0;
    this.offset = brokers.length === 0 ? 0 : random.below(brokers.length);
    this.epoch = 0;
  }

  next(epoch: number): number {
    const { length } = this.brokers;
    if (length === 0) return -1;
    if (this.epoch !== epoch) {
      this.epoch = epoch;
      this.index = 0;
      this.offset = (this.offset + 1) % length;
    }
    if (this.index >= length) return -1;
    return this.brokers[(this.index++ + this.offset) % length];
  }

  shuffle(random: Random): void {
    shuffle(random, this.brokers);
  }
}

function shuffle<T>(random: Random, items: T[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
}

function compareRacks(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
