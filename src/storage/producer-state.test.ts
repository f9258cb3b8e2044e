import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, crc32cUpdate } from "../base/crc32c.js";
import { ErrorCode } from "../protocol/errors.js";
import { buildEndTransactionMarker } from "../protocol/records/control.js";
import type { AppendResult } from "./append-result.js";
import type { Log } from "./log.js";
import { batchOf } from "./testing/batches.js";
import { appendTexts, closeCleanly, crashed, openLog } from "./testing/opened.js";
import { NoCompression } from "./testing/ports.js";

const PORTS = { digest: { crc32c, crc32cUpdate }, compression: new NoCompression() };

function produce(log: Log, sequence: number, epoch = 0, count = 1, isTransactional = false, id = 9): AppendResult {
  const texts = Array.from({ length: count }, (_, i) => `s${sequence + i}`);
  const batch = batchOf(texts, { producerId: id, producerEpoch: epoch, baseSequence: sequence, isTransactional });
  return log.appendAsLeader(batch, 0);
}

function mark(log: Log, commit: boolean, epoch = 0, coordinatorEpoch = 0, id = 9): AppendResult {
  const marker = buildEndTransactionMarker(
    { timestamp: 1_700_000_000_000, producerId: id, producerEpoch: epoch, coordinatorEpoch, commit },
    PORTS,
  );
  return log.appendAsLeader(marker, 0, "coordinator");
}

test("a retry of any of the last five batches is answered with its offset; an older one is out of order", () => {
  const { log } = openLog();
  for (let i = 0; i < 7; i++) assert.equal(produce(log, i * 2, 0, 2).error, 0);
  for (let i = 2; i < 7; i++) {
    const result = produce(log, i * 2, 0, 2);
    assert.equal(result.error, 0);
    assert.ok(result.isDuplicate);
    assert.deepEqual([result.firstOffset, result.lastOffset], [i * 2, i * 2 + 1]);
  }
  assert.equal(produce(log, 2, 0, 2).error, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  assert.equal(log.appendEndOffset, 14);
});

test("a gap is out of order; a new epoch starts at 0; an old epoch is fenced", () => {
  const { log } = openLog();
  assert.equal(produce(log, 0).error, 0);
  assert.equal(produce(log, 2).error, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  assert.equal(produce(log, 1).error, 0);
  assert.equal(produce(log, 2, 1).error, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  assert.equal(produce(log, 0, 1).error, 0);
  assert.equal(produce(log, 2, 0).error, ErrorCode.INVALID_PRODUCER_EPOCH);
  // One of which nothing is known starts at 0, else the second of its batches could get in where the first was refused.
  assert.equal(produce(log, 55, 3, 1, false, 10).error, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  // Unless all that is known of it may have been deleted.
  log.setHighWatermark(1);
  log.advanceStart(1);
  assert.equal(produce(log, 55, 3, 1, false, 10).error, 0);
});

test("sequences wrap from 2^31 − 1 to 0", () => {
  const { log } = openLog();
  log.producers.hasForgotten = true;
  assert.equal(produce(log, 2147483646, 0, 3).error, 0);
  assert.equal(log.producers.lastEntry(9)?.lastSequence, 0);
  assert.ok(produce(log, 2147483646, 0, 3).isDuplicate);
  assert.equal(produce(log, 1).error, 0);
});

test("the five batches are known after a crash, after a loss of power, after a clean stop, and on a follower", () => {
  const opened = openLog({ segmentBytes: 400 });
  for (let i = 0; i < 8; i++) assert.equal(produce(opened.log, i).error, 0);
  opened.ports.settle();
  opened.ports.advance(10000);
  assert.equal(produce(opened.log, 8).error, 0);
  opened.ports.settle();
  const follower = openLog();
  for (const chunk of chunksOf(opened.log)) assert.equal(follower.log.appendAsFollower(chunk.slice()).error, 0);
  const killed = crashed(opened, { segmentBytes: 400 });
  const unplugged = crashed(opened, { segmentBytes: 400 }, {}, true);
  const restarted = crashed(opened, { segmentBytes: 400 });
  closeCleanly(restarted);
  for (const log of [killed.log, unplugged.log, openLog({}, {}, restarted.ports).log, follower.log]) {
    for (let i = 4; i < 9; i++) assert.ok(produce(log, i).isDuplicate, `sequence ${i}`);
    assert.equal(produce(log, 10).error, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert.equal(produce(log, 9).error, 0);
  }
});

function chunksOf(log: Log): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < log.tail.length; i++) chunks.push(log.tail.at(i).bytes);
  return chunks;
}

test("truncation takes the producers back to what is left", () => {
  for (const settled of [false, true]) {
    const { ports, log } = openLog({ segmentBytes: 400 });
    for (let i = 0; i < 9; i++) produce(log, i);
    if (settled) ports.advance(5000);
    log.truncateTo(6);
    assert.equal(log.producers.lastEntry(9)?.lastSequence, 5);
    assert.equal(produce(log, 6).error, 0);
    assert.equal(log.appendEndOffset, 7);
  }
});

test("the last stable offset waits for open transactions and for their markers to be replicated", () => {
  const { log } = openLog();
  appendTexts(log, "plain");
  assert.equal(produce(log, 0, 0, 1, true).error, 0);
  assert.equal(produce(log, 0, 0, 1, true, 10).error, 0);
  log.setHighWatermark(3);
  assert.equal(log.lastStableOffset, 1);
  assert.equal(mark(log, false).error, 0);
  log.setHighWatermark(4);
  assert.equal(log.lastStableOffset, 2);
  assert.equal(mark(log, true, 0, 0, 10).error, 0);
  assert.equal(log.lastStableOffset, 2);
  log.setHighWatermark(5);
  assert.equal(log.lastStableOffset, 5);
  assert.deepEqual(log.abortedTransactions(0, 5), [{ producerId: 9, firstOffset: 1 }]);
  assert.deepEqual(log.abortedTransactions(4, 5), []);
});

test("aborted transactions are found after every kind of restart", () => {
  const opened = openLog({ segmentBytes: 500 });
  for (let i = 0; i < 12; i++) {
    assert.equal(produce(opened.log, i, 0, 1, true).error, 0);
    assert.equal(mark(opened.log, i % 3 === 0).error, 0);
    if (i === 6) opened.ports.advance(9000);
  }
  opened.ports.settle();
  const expected = opened.log.abortedTransactions(0, 24);
  assert.equal(expected.length, 8);
  const config = { segmentBytes: 500 };
  const killed = crashed(opened, config);
  assert.deepEqual(killed.log.abortedTransactions(0, 24), expected);
  assert.deepEqual(crashed(opened, config, {}, true).log.abortedTransactions(0, 24), expected);
  closeCleanly(killed);
  assert.deepEqual(openLog(config, {}, killed.ports).log.abortedTransactions(0, 24), expected);
});

test("an open transaction is still open after a restart", () => {
  const opened = openLog();
  produce(opened.log, 0, 0, 1, true);
  opened.ports.settle();
  const { log } = crashed(opened);
  log.setHighWatermark(1);
  assert.equal(log.lastStableOffset, 0);
  assert.ok(log.producers.hasOngoingTransaction(9, 0));
  assert.equal(produce(log, 1).error, ErrorCode.INVALID_TXN_STATE);
});

test("markers of old coordinators and producers are fenced", () => {
  const { log } = openLog();
  produce(log, 0, 5, 1, true);
  assert.equal(mark(log, true, 4).error, ErrorCode.INVALID_PRODUCER_EPOCH);
  assert.equal(mark(log, true, 5, 8).error, 0);
  produce(log, 1, 5, 1, true);
  assert.equal(mark(log, true, 5, 7).error, ErrorCode.TRANSACTION_COORDINATOR_FENCED);
});

test("a damaged snapshot is passed over for an older one", () => {
  const opened = openLog({ segmentBytes: 400 });
  for (let i = 0; i < 9; i++) produce(opened.log, i);
  opened.ports.settle();
  closeCleanly(opened);
  const { disk } = opened.ports;
  const last = [...disk.files.keys()]
    .filter((path) => path.endsWith(".snapshot"))
    .sort()
    .at(-1) as string;
  disk.node(last).bytes[12] ^= 1;
  const { log } = openLog({ segmentBytes: 400 }, {}, opened.ports);
  assert.equal(log.producers.lastEntry(9)?.lastSequence, 8);
});

test("producers that were silent for long are forgotten, not those with an open transaction", () => {
  const { log } = openLog();
  produce(log, 0);
  produce(log, 0, 0, 1, true, 10);
  log.producers.removeExpired(1_700_000_000_000 + 86400000, 86400000);
  assert.equal(log.producers.lastEntry(9), undefined);
  assert.notEqual(log.producers.lastEntry(10), undefined);
});
