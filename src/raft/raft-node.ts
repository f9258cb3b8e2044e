import type { HostPort } from "../config/node-config.js";
import type { Ports } from "../ports/index.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import type { Log } from "../storage/log.js";
import type { RaftListener } from "./raft-listener.js";
import type { RaftOptions } from "./raft-options.js";
import type { RaftRequest } from "./raft-request.js";

export interface RaftStopped {
  onRaftStopped(): void;
}

/** One node's part in the quorum of the metadata log (Kafka: KafkaRaftClient). */
export class RaftNode {
  readonly log: Log;
  constructor(_ports: Ports, _options: RaftOptions, log: Log, _listener: RaftListener) {
    this.log = log;
  }
  get isLeader(): boolean {
    return false;
  }
  get leaderId(): number | null {
    return null;
  }
  get leaderEndpoint(): HostPort | null {
    return null;
  }
  get epoch(): number {
    return 0;
  }
  /** Exclusive; 0 while it is not known. */
  get highWatermark(): number {
    return 0;
  }
  get kraftVersion(): number {
    return 0;
  }
  voterIds(): readonly number[] {
    return [];
  }
  /** Exclusive end of the log, what is not committed included. */
  get logEndOffset(): number {
    return this.log.appendEndOffset;
  }
  /** Bytes appended to the log since its latest snapshot. */
  get bytesSinceSnapshot(): number {
    return 0;
  }
  /** Throws StorageError where the state of the quorum on disk cannot be read. */
  start(): void {
    throw new Error("raft is not written yet");
  }
  /** Hands leadership over, within a second or so. */
  shutdown(_done: RaftStopped): void {
    throw new Error("raft is not written yet");
  }
  /** At once, as a killed process would. */
  stop(): void {}
  /** Appends the records as one batch; the offset of the last, or null when this node does not lead in this epoch. */
  propose(_records: readonly MetadataRecord[], _epoch: number): number | null {
    return null;
  }
  handle(_request: RaftRequest): void {
    throw new Error("raft is not written yet");
  }
  /** Writes a snapshot of what is committed below `offset` (exclusive; the end of a batch), in slices of turns. False: there is one, or one is being written. */
  writeSnapshot(_records: Iterable<MetadataRecord>, _offset: number, _epoch: number, _timestampMs: number): boolean {
    return false;
  }
}
