import { assert } from "../base/assert.js";
import { ErrorCode } from "../protocol/errors.js";
import {
  baseOffset,
  baseSequence,
  decrementSequence,
  isControl,
  isTransactional,
  lastOffset,
  lastOffsetDelta,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
} from "../protocol/records/batch.js";
import { ControlType, controlTypeOf, markerCoordinatorEpoch } from "../protocol/records/control.js";
import type { RecordCursor } from "../protocol/records/cursor.js";

/** Batches of a producer that are remembered, so that a retry of any of them is told apart from a gap. */
const WINDOW = 5;

/** One batch that a producer appended. */
export interface ProducedBatch {
  lastSequence: number;
  lastOffset: number;
  offsetDelta: number;
  timestamp: number;
}

/** What is known of one producer in one partition (Kafka's ProducerStateEntry). */
export class ProducerEntry {
  readonly producerId: number;
  /** −1 none. */
  epoch: number;
  coordinatorEpoch: number;
  lastTimestamp: number;
  /** −1: no transaction is open. */
  transactionFirstOffset: number;
  /** At most five, oldest first, all of `epoch`. */
  readonly batches: ProducedBatch[];

  constructor(id: number) {
    this.producerId = id;
    this.epoch = -1;
    this.coordinatorEpoch = -1;
    this.lastTimestamp = -1;
    this.transactionFirstOffset = -1;
    this.batches = [];
  }

  get lastSequence(): number {
    return this.batches.length === 0 ? -1 : this.batches[this.batches.length - 1].lastSequence;
  }

  get lastOffset(): number {
    return this.batches.length === 0 ? -1 : this.batches[this.batches.length - 1].lastOffset;
  }

  setEpoch(epoch: number): void {
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.batches.length = 0;
  }

  addBatch(epoch: number, last: number, offset: number, offsetDelta: number, timestamp: number): void {
    this.setEpoch(epoch);
    this.lastTimestamp = timestamp;
    const batches = this.batches;
    if (batches.length < WINDOW) {
      batches.push({ lastSequence: last, lastOffset: offset, offsetDelta, timestamp });
      return;
    }
    const reused = batches[0];
    for (let i = 1; i < WINDOW; i++) batches[i - 1] = batches[i];
    reused.lastSequence = last;
    reused.lastOffset = offset;
    reused.offsetDelta = offsetDelta;
    reused.timestamp = timestamp;
    batches[WINDOW - 1] = reused;
  }

  /** The remembered batch with exactly these sequences, or null. */
  findDuplicate(epoch: number, first: number, last: number): ProducedBatch | null {
    if (epoch !== this.epoch) return null;
    for (const batch of this.batches) {
      if (batch.lastSequence === last && decrementSequence(last, batch.offsetDelta) === first) return batch;
    }
    return null;
  }
}

interface Transaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of its marker; −1 while the transaction is open. */
  lastOffset: number;
}

/** A transaction that a marker ended. */
export interface CompletedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
  readonly isAborted: boolean;
  /** The last stable offset once this transaction is decided. */
  readonly lastStableOffset: number;
}

/**
 * The producers of a partition: what makes their retries harmless, and their transactions (KIP-98; Kafka's
 * ProducerStateManager and ProducerAppendInfo). It equals what replaying the log gives.
 */
export class ProducerState {
  /** The state is that of the log up to here, exclusive. */
  endOffset: number;
  /** Whether producers were dropped that may still send: one that is not known need not be new then. */
  hasForgotten: boolean;
  /** Of the last check that found a duplicate. */
  duplicate: ProducedBatch | null;
  /** Says more about the last check that failed. */
  message: string | null;
  private readonly entries: Map<number, ProducerEntry>;
  /** Open, by first offset. */
  private ongoing: Transaction[];
  /** Decided, but their marker is not below the high watermark yet. */
  private unreplicated: Transaction[];

  constructor() {
    this.endOffset = 0;
    this.hasForgotten = false;
    this.duplicate = null;
    this.message = null;
    this.entries = new Map();
    this.ongoing = [];
    this.unreplicated = [];
  }

  get size(): number {
    return this.entries.size;
  }

  lastEntry(id: number): ProducerEntry | undefined {
    return this.entries.get(id);
  }

  producers(): IterableIterator<ProducerEntry> {
    return this.entries.values();
  }

  hasOngoingTransaction(id: number, epoch: number): boolean {
    const entry = this.entries.get(id);
    return entry !== undefined && entry.transactionFirstOffset >= 0 && entry.epoch === epoch;
  }

  /** First offset that is not stable, −1 when all is decided and replicated. */
  get firstUnstableOffset(): number {
    let first = this.ongoing.length > 0 ? this.ongoing[0].firstOffset : -1;
    for (const transaction of this.unreplicated) {
      if (first < 0 || transaction.firstOffset < first) first = transaction.firstOffset;
    }
    return first;
  }

  /** First offset of the oldest open transaction, −1 when none is open. */
  get firstUndecidedOffset(): number {
    return this.ongoing.length > 0 ? this.ongoing[0].firstOffset : -1;
  }

  /**
   * Whether this batch of a client or a coordinator, at `at` in `b`, may be appended: an ErrorCode. 0 with `duplicate` set: it
   * was appended before. `transactionVersion` is that of a marker's WriteTxnMarkers.
   */
  check(b: Uint8Array, at: number, fromClient: boolean, cursor: RecordCursor, transactionVersion: number): number {
    this.duplicate = null;
    this.message = null;
    const id = producerId(b, at);
    if (id < 0) return 0;
    const entry = this.entries.get(id);
    const epoch = producerEpoch(b, at);
    if (isControl(b, at)) return this.checkMarker(b, at, entry, epoch, cursor, transactionVersion);
    const first = baseSequence(b, at);
    if (entry === undefined) {
      // With several batches under way, the second must not get in where the first was refused. Apache Kafka asks so of transactions only.
      if (!fromClient || first === 0 || this.hasForgotten) return 0;
      return this.outOfOrder(`Producer ${id} is not known here and starts with sequence ${first}, not 0.`);
    }
    if (fromClient) {
      this.duplicate = entry.findDuplicate(epoch, first, lastSequence(b, at));
      if (this.duplicate !== null) return 0;
    }
    if (epoch < entry.epoch) return this.staleEpoch(entry, epoch);
    if (fromClient) {
      if (epoch !== entry.epoch) {
        if (first !== 0 && entry.epoch !== -1) {
          return this.outOfOrder(`Epoch ${epoch} of producer ${id} must start with sequence 0, not ${first}.`);
        }
      } else {
        const last = entry.lastSequence;
        if (first !== last + 1 && !(first === 0 && last === 2147483647)) {
          return this.outOfOrder(`Producer ${id} sent sequence ${first} after ${last}.`);
        }
      }
    }
    if (entry.transactionFirstOffset >= 0 && !isTransactional(b, at)) {
      this.message = `Producer ${id} has an open transaction, but sent a batch outside of it.`;
      return ErrorCode.INVALID_TXN_STATE;
    }
    return 0;
  }

  private checkMarker(
    b: Uint8Array,
    at: number,
    entry: ProducerEntry | undefined,
    epoch: number,
    cursor: RecordCursor,
    transactionVersion: number,
  ): number {
    if (entry === undefined) return 0;
    const stale = transactionVersion >= 2 ? epoch <= entry.epoch : epoch < entry.epoch;
    // A marker that is sent again after its transaction ended is harmless (KAFKA-19999).
    const isRetry =
      transactionVersion >= 2 && epoch === entry.epoch && (entry.transactionFirstOffset < 0 || epoch === 32767);
    if (stale && !isRetry) return this.staleEpoch(entry, epoch);
    cursor.reset(b, at);
    if (cursor.next() && markerCoordinatorEpoch(cursor) < entry.coordinatorEpoch) {
      this.message = `The marker's coordinator epoch ${markerCoordinatorEpoch(cursor)} is older than ${entry.coordinatorEpoch}.`;
      return ErrorCode.TRANSACTION_COORDINATOR_FENCED;
    }
    return 0;
  }

  private staleEpoch(entry: ProducerEntry, epoch: number): number {
    this.message = `Epoch ${epoch} of producer ${entry.producerId} is older than ${entry.epoch}.`;
    return ErrorCode.INVALID_PRODUCER_EPOCH;
  }

  private outOfOrder(message: string): number {
    this.message = message;
    return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  }

  /**
   * Takes in a batch that is in the log: appended here, replicated, or read at recovery. A transaction that it ends is
   * returned, for the transaction index.
   */
  update(b: Uint8Array, at: number, cursor: RecordCursor): CompletedTransaction | null {
    const offset = lastOffset(b, at);
    this.endOffset = offset + 1;
    const id = producerId(b, at);
    if (id < 0) return null;
    if (isControl(b, at)) return this.applyMarker(b, at, id, cursor);
    let entry = this.entries.get(id);
    if (entry === undefined) {
      entry = new ProducerEntry(id);
      this.entries.set(id, entry);
    }
    entry.addBatch(producerEpoch(b, at), lastSequence(b, at), offset, lastOffsetDelta(b, at), maxTimestamp(b, at));
    if (isTransactional(b, at) && entry.transactionFirstOffset < 0) {
      entry.transactionFirstOffset = baseOffset(b, at);
      this.ongoing.push({ producerId: id, firstOffset: entry.transactionFirstOffset, lastOffset: -1 });
    }
    return null;
  }

  private applyMarker(b: Uint8Array, at: number, id: number, cursor: RecordCursor): CompletedTransaction | null {
    cursor.reset(b, at);
    // An empty control batch is what compaction leaves of a transaction of which nothing is left.
    if (!cursor.next()) return null;
    const type = controlTypeOf(cursor.key);
    if (type !== ControlType.ABORT && type !== ControlType.COMMIT) return null;
    let entry = this.entries.get(id);
    if (entry === undefined) {
      entry = new ProducerEntry(id);
      this.entries.set(id, entry);
    }
    const firstOffset = entry.transactionFirstOffset;
    entry.setEpoch(producerEpoch(b, at));
    entry.coordinatorEpoch = markerCoordinatorEpoch(cursor);
    entry.lastTimestamp = maxTimestamp(b, at);
    entry.transactionFirstOffset = -1;
    if (firstOffset < 0) return null;
    const markerOffset = baseOffset(b, at);
    const index = this.ongoing.findIndex((transaction) => transaction.firstOffset === firstOffset);
    assert(index >= 0, "an open transaction is in the list of open ones");
    const transaction = this.ongoing[index];
    this.ongoing.splice(index, 1);
    transaction.lastOffset = markerOffset;
    this.unreplicated.push(transaction);
    return {
      producerId: id,
      firstOffset,
      lastOffset: markerOffset,
      isAborted: type === ControlType.ABORT,
      lastStableOffset: this.ongoing.length > 0 ? this.ongoing[0].firstOffset : markerOffset + 1,
    };
  }

  onHighWatermark(offset: number): void {
    if (this.unreplicated.length === 0) return;
    this.unreplicated = this.unreplicated.filter((transaction) => transaction.lastOffset >= offset);
  }

  /** Forgets everything; the state is then that of an empty log at `offset`. */
  clear(offset: number): void {
    this.entries.clear();
    this.ongoing = [];
    this.unreplicated = [];
    this.endOffset = offset;
  }

  /** Forgets producers that were silent for so long and have no open transaction. */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const entry of this.entries.values()) {
      if (!isExpired(entry, nowMs, expirationMs)) continue;
      this.entries.delete(entry.producerId);
      this.hasForgotten = true;
    }
  }

  /** Starts over from a snapshot's entries. */
  restore(entries: readonly ProducerEntry[], offset: number, nowMs: number, expirationMs: number): void {
    this.clear(offset);
    for (const entry of entries) {
      if (isExpired(entry, nowMs, expirationMs)) {
        this.hasForgotten = true;
        continue;
      }
      this.entries.set(entry.producerId, entry);
      if (entry.transactionFirstOffset >= 0) {
        this.ongoing.push({ producerId: entry.producerId, firstOffset: entry.transactionFirstOffset, lastOffset: -1 });
      }
    }
    this.ongoing.sort((a, b) => a.firstOffset - b.firstOffset);
  }
}

function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.transactionFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs;
}
