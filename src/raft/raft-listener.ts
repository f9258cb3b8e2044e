import type { DiskError } from "../ports/index.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";

/** A committed batch of metadata records; a control batch of raft has none, but its offsets count. */
export interface CommittedRecords {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly appendTimestamp: number;
  readonly records: readonly MetadataRecord[];
}

/** A snapshot that replaces all that was delivered before. */
export interface RaftSnapshot {
  /** Exclusive end offset, as in the file's name. */
  readonly offset: number;
  readonly epoch: number;
  readonly timestamp: number;
  readonly records: Iterable<MetadataRecord>;
}

/** What raft tells its node. Commits and snapshots come in the order of the log, each once; no call comes within a call of the node into raft. */
export interface RaftListener {
  onCommit(batch: CommittedRecords): void;
  onLoadSnapshot(snapshot: RaftSnapshot): void;
  /** The level of kraft.version that the log, as far as it is delivered, says. */
  onKraftVersion(level: number): void;
  /** This node leads, and everything of earlier epochs is committed and was delivered. */
  onLeading(epoch: number): void;
  /** It leads no more: `onLeading(epoch)` came before. */
  onResigned(epoch: number): void;
  onLeaderChanged(leaderId: number | null, epoch: number): void;
  /** The metadata log or the quorum's state cannot be kept any more: the node must stop. The last call. */
  onRaftFailed(error: DiskError | Error): void;
}
