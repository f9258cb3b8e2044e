import { isControl, isTransactional, lastOffset, producerId } from "../../protocol/records/batch.js";
import { ControlType, controlTypeOf } from "../../protocol/records/control.js";
import type { RecordCursor } from "../../protocol/records/cursor.js";
import type { IndexedTransaction, TransactionIndex } from "../transaction-index.js";

/**
 * Follows the transactions through the batches of a cleaning, in the order of the log: which data is of aborted ones and goes, and which
 * markers end a transaction of which nothing is left (Kafka: CleanedTransactionMetadata).
 */
export class CleanedTransactions {
  /** Aborted ones whose first record was not passed yet, by first offset. */
  private readonly aborted: IndexedTransaction[];
  private next: number;
  private readonly ongoingAborted: Map<number, { readonly transaction: IndexedTransaction; hasData: boolean }>;
  private readonly ongoingCommitted: Set<number>;

  constructor(aborted: readonly IndexedTransaction[]) {
    this.aborted = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
    this.next = 0;
    this.ongoingAborted = new Map();
    this.ongoingCommitted = new Set();
  }

  /**
   * Whether the batch may go as a whole: it is data of an aborted transaction, or a marker with nothing before it. A marker of an aborted
   * transaction that still has data is noted in `index`.
   */
  onBatch(bytes: Uint8Array, at: number, cursor: RecordCursor, index: TransactionIndex | null): boolean {
    const end = lastOffset(bytes, at);
    while (this.next < this.aborted.length && this.aborted[this.next].firstOffset <= end) {
      const transaction = this.aborted[this.next++];
      this.ongoingAborted.set(transaction.producerId, { transaction, hasData: false });
    }
    const id = producerId(bytes, at);
    if (isControl(bytes, at)) return this.onMarker(bytes, at, id, cursor, index);
    if (!isTransactional(bytes, at)) return false;
    const aborted = this.ongoingAborted.get(id);
    if (aborted === undefined) {
      this.ongoingCommitted.add(id);
      return false;
    }
    aborted.hasData = true;
    return true;
  }

  private onMarker(
    bytes: Uint8Array,
    at: number,
    id: number,
    cursor: RecordCursor,
    index: TransactionIndex | null,
  ): boolean {
    cursor.reset(bytes, at);
    // Emptied, and kept for its producer only.
    if (!cursor.next()) return true;
    const type = controlTypeOf(cursor.key);
    if (type === ControlType.COMMIT) return !this.ongoingCommitted.delete(id);
    if (type !== ControlType.ABORT) return false;
    const aborted = this.ongoingAborted.get(id);
    this.ongoingAborted.delete(id);
    if (aborted === undefined || !aborted.hasData) return true;
    const { firstOffset, lastOffset: last, lastStableOffset } = aborted.transaction;
    index?.append(id, firstOffset, last, lastStableOffset);
    return false;
  }
}
