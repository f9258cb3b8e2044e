import type { MetadataImage } from "../../metadata/image.js";

/** What a log knows of a producer. */
export interface ProducerProbe {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly lastOffset: number;
}

/** What the checker reads of a replica's log; the broker's `Log` has it. */
export interface LogProbe {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly logStartOffset: number;
  readonly appendEndOffset: number;
  readonly logEndOffset: number;
  readonly flushedOffset: number;
  /** Null, or where it lost bytes that were durable. */
  readonly damage: { readonly offset: number } | null;
  readonly latestEpoch: number;
  readonly producers: { producers(): Iterable<ProducerProbe> };
}

/** What the checker reads of a partition on a broker; the broker's `Partition` has it. */
export interface PartitionProbe {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly log: LogProbe | null;
  readonly isLeader: boolean;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  /** The ISR with the additions of a proposal under way. */
  readonly maximalIsr: Iterable<number>;
}

export interface RaftProbe {
  readonly isLeader: boolean;
  readonly leaderId: number | null;
  readonly epoch: number;
  /** Exclusive; −1 or 0 when unknown. */
  readonly highWatermark: number;
  /** Null until it is open. */
  readonly log: LogProbe | null;
}

/** A group as its coordinator has it; the broker's `ClassicGroup` has it. */
export interface GroupProbe {
  readonly state: string;
  readonly generationId: number;
  readonly leaderId: string | null;
  readonly members: ReadonlyMap<string, { readonly instanceId: string | null; readonly assignment: Uint8Array }>;
}

/** A partition of `__consumer_offsets` that a broker coordinates, loaded; the broker's `ShardHost` has it. */
export interface CoordinatedProbe {
  readonly partition: number;
  /** Offset after the last record that it has replayed. */
  readonly endOffset: number;
  readonly shard: {
    readonly groups: ReadonlyMap<string, GroupProbe>;
    readonly offsets: {
      readonly committed: {
        forEach(
          visit: (
            group: string,
            topic: string,
            partition: number,
            position: { readonly recordOffset: number; readonly offset: number },
          ) => void,
        ): void;
      };
    };
  };
}

export interface CoordinatorProbe {
  coordinated(): readonly CoordinatedProbe[];
}

/** What the active controller decides by; the metadata room's `ControllerState` has it. */
export interface ControllerStateProbe {
  readonly topics: ReadonlyMap<string, unknown>;
  readonly brokers: ReadonlyMap<number, unknown>;
  readonly controllers: ReadonlyMap<number, unknown>;
  readonly configs: ReadonlyMap<string, unknown>;
  readonly features: ReadonlyMap<string, number>;
  readonly metadataVersion: number;
  readonly nextProducerId: number;
}

export interface ControllerProbe {
  /** Null while it is not the active one. */
  readonly state: ControllerStateProbe | null;
  /** Offset of the last record in `state`, committed or not. */
  readonly stateOffset: number;
}

/** A running broker as the checker sees it. */
export interface BrokerProbe {
  /** The latest image that this broker published; null before the first. */
  readonly image: MetadataImage | null;
  /** Its replicas; a new array when the set has changed. */
  partitions(): readonly PartitionProbe[];
  readonly raft: RaftProbe | null;
  readonly groups: CoordinatorProbe | null;
  readonly controller: ControllerProbe | null;
}
