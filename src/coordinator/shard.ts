import type { Ports } from "../ports/index.js";
import type { CoordinatorRecord, Decision } from "./decision.js";
import type { ShardTimers } from "./shard-timers.js";

/** A record as a shard replays it. One object, overwritten by the next: what is to be kept is copied, key and value too. */
export interface ReplayedRecord {
  key: Uint8Array;
  value: Uint8Array | null;
  offset: number;
  /** −1 outside of transactions. */
  producerId: number;
  producerEpoch: number;
}

/**
 * The state of a coordinator in one partition of its log (Kafka: CoordinatorShard). What lasts changes in `replay` alone, at load and live, so
 * that whoever reads the log has the same state. State that is not in the log (who waits, timers) may change in handlers.
 */
export interface CoordinatorShard {
  /** Throws ProtocolError for a record that it cannot read, which is then skipped. */
  replay(record: ReplayedRecord): void;
  /** A transaction of this producer ended in this partition. */
  replayEndTransaction(producerId: number, producerEpoch: number, committed: boolean): void;
  /** The whole log was replayed; requests come from now on. */
  onLoaded(): void;
  /** This broker does not coordinate it any more: whoever waits is to be told so (NOT_COORDINATOR). The last call. */
  onUnloaded(): void;
}

/** What a shard may use. */
export interface ShardContext {
  readonly ports: Ports;
  readonly partition: number;
  readonly timers: ShardTimers;
  /** Decides and appends outside of a request: as `CoordinatorRuntime.write`, but ignored once the shard is unloaded. */
  commit(decision: Decision): void;
}

/** One request to a shard. */
export interface ShardOperation<S> {
  /** Must not throw but for programmers' errors; must not change what lasts (see `CoordinatorShard`). */
  decide(shard: S): Decision;
  /** What it appended, and everything before that, is committed: what it read is, too. */
  onCommitted(): void;
  /** As `Completion.onFailed`: whether records that are in the log will take effect is not known. */
  onFailed(error: number, isLogged: boolean): void;
}

export type { CoordinatorRecord, Decision };
