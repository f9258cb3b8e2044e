import type { Log } from "../storage/log.js";
import type { SnapshotId, SnapshotStore } from "./snapshot-store.js";
import { isBootstrapSnapshot } from "./snapshot-store.js";

/** Whether a replica's log is a prefix of this one, and what it must do otherwise (Kafka: ValidOffsetAndEpoch). */
export type Lineage =
  | { readonly kind: "valid" }
  | { readonly kind: "diverging"; readonly epoch: number; readonly offset: number }
  | { readonly kind: "snapshot"; readonly id: SnapshotId };

const VALID: Lineage = { kind: "valid" };

/** The end of `epoch` in this log, or of the latest epoch below it; `lastEpoch` and the end of the log where `epoch` is later. */
export function endOffsetForEpoch(
  log: Log,
  snapshots: SnapshotStore,
  lastEpoch: number,
  epoch: number,
): { readonly epoch: number; readonly offset: number } {
  const end = log.epochs.endOffsetFor(epoch, log.appendEndOffset);
  if (end.epoch < 0) return { epoch: lastEpoch, offset: log.appendEndOffset };
  const earliest = snapshots.earliest;
  if (earliest !== null && end.endOffset === earliest.offset && end.epoch === epoch) {
    return { epoch: earliest.epoch, offset: earliest.offset };
  }
  return { epoch: end.epoch, offset: end.endOffset };
}

/** Judges a fetch from `offset` by a replica whose last batch has `epoch`. */
export function judgeLineage(
  log: Log,
  snapshots: SnapshotStore,
  lastEpoch: number,
  offset: number,
  epoch: number,
): Lineage {
  const { latest, earliest } = snapshots;
  // With an empty log, a snapshot is always shorter than the log.
  if (offset === 0 && latest !== null && !isBootstrapSnapshot(latest)) return { kind: "snapshot", id: latest };
  if (log.logStartOffset === 0 && offset === 0) return VALID;
  if (earliest !== null && latest !== null) {
    const start = log.logStartOffset;
    if (offset < start || (offset === start && epoch !== earliest.epoch) || epoch < earliest.epoch) {
      return { kind: "snapshot", id: latest };
    }
  }
  const end = endOffsetForEpoch(log, snapshots, lastEpoch, epoch);
  if (end.epoch === epoch && end.offset >= offset) return VALID;
  return { kind: "diverging", epoch: end.epoch, offset: end.offset };
}
