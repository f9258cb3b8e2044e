import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../protocol/errors.js";
import type { Log, LogListener } from "./log.js";
import { batchOf, batchOfBytes, offsetsOf, readNow, TestRead } from "./testing/batches.js";
import { appendTexts, closeCleanly, crashed, openLog } from "./testing/opened.js";

test("what is appended is readable at once, and written at the end of the turn", () => {
  const { ports, log } = openLog();
  appendTexts(log, "a", "b");
  appendTexts(log, "c");
  assert.equal(log.appendEndOffset, 3);
  assert.equal(log.logEndOffset, 0);
  assert.deepEqual(offsetsOf(readNow(ports, log, 0)), [
    [0, 1],
    [2, 2],
  ]);
  const writes = ports.disk.counts.get("write") ?? 0;
  ports.settle();
  assert.equal(log.logEndOffset, 3);
  assert.equal((ports.disk.counts.get("write") ?? 0) - writes, 1);
});

test("the listener hears of writes and of flushes", () => {
  const { ports, log } = openLog({}, { flushAfterWrite: true });
  const heard: string[] = [];
  const listener: LogListener = {
    onLogWritten: (one) => heard.push(`written ${one.logEndOffset}`),
    onLogFlushed: (one) => heard.push(`flushed ${one.flushedOffset}`),
    onLogFailed: () => heard.push("failed"),
    onLogDamaged: () => heard.push("damaged"),
  };
  log.listener = listener;
  appendTexts(log, "a");
  appendTexts(log, "b");
  ports.settle();
  appendTexts(log, "c");
  ports.settle();
  assert.deepEqual(heard, ["written 2", "flushed 2", "written 3", "flushed 3"]);
});

test("one sync serves all that was written while the one before it ran", () => {
  const { ports, log } = openLog({}, { flushAfterWrite: true });
  ports.settle();
  const before = ports.disk.counts.get("sync") ?? 0;
  appendTexts(log, "a");
  ports.loop.endTurn();
  ports.disk.runOne();
  for (const text of ["b", "c", "d"]) {
    appendTexts(log, text);
    ports.loop.endTurn();
    const write = ports.disk.waiting.findIndex((operation) => operation.name === "write");
    ports.disk.waiting.splice(write, 1)[0].run();
  }
  assert.equal(log.logEndOffset, 4);
  assert.equal(log.flushedOffset, 0);
  ports.settle();
  assert.equal(log.flushedOffset, 4);
  assert.equal((ports.disk.counts.get("sync") ?? 0) - before, 2);
});

test("reads from the disk find every offset, in whole batches, across segments", () => {
  const opened = openLog({ segmentBytes: 1000, indexIntervalBytes: 300 });
  for (let i = 0; i < 60; i++) appendTexts(opened.log, `a${i}`, `b${i}`, `c${i}`);
  opened.ports.settle();
  assert.ok(opened.log.segments().length > 3);
  closeCleanly(opened);
  const { ports, log } = openLog({ segmentBytes: 1000, indexIntervalBytes: 300 }, {}, opened.ports);
  assert.equal(log.appendEndOffset, 180);
  for (let offset = 0; offset < 180; offset++) {
    const read = readNow(ports, log, offset);
    assert.equal(read.error, 0);
    const [first, last] = offsetsOf(read)[0];
    assert.ok(first <= offset && offset <= last, `offset ${offset} in [${first}, ${last}]`);
  }
  assert.deepEqual(offsetsOf(readNow(ports, log, 180)), []);
  assert.equal(readNow(ports, log, 181).error, ErrorCode.OFFSET_OUT_OF_RANGE);
});

test("a read stops below maxOffset and maxBytes; the first batch may be larger where that is wanted", () => {
  for (const onDisk of [false, true]) {
    const opened = openLog();
    for (let i = 0; i < 5; i++) {
      assert.equal(opened.log.appendAsLeader(batchOfBytes(1000), 0).error, 0);
    }
    opened.ports.settle();
    if (onDisk) closeCleanly(opened);
    const { ports, log } = onDisk ? openLog({}, {}, opened.ports) : opened;
    assert.deepEqual(offsetsOf(readNow(ports, log, 1, 1048576, 3)), [
      [1, 1],
      [2, 2],
    ]);
    assert.deepEqual(offsetsOf(readNow(ports, log, 1, 2500)), [
      [1, 1],
      [2, 2],
    ]);
    assert.deepEqual(offsetsOf(readNow(ports, log, 1, 10)), [[1, 1]]);
    assert.deepEqual(offsetsOf(readNow(ports, log, 1, 10, 5, false)), []);
    assert.deepEqual(offsetsOf(readNow(ports, log, 3, 100, 3)), []);
  }
});

test("a batch larger than what is read at once comes whole from the disk", () => {
  const opened = openLog({ maxMessageBytes: 3000000 });
  assert.equal(opened.log.appendAsLeader(batchOf(["small"]), 0).error, 0);
  assert.equal(opened.log.appendAsLeader(batchOfBytes(2000000), 0).error, 0);
  opened.ports.settle();
  closeCleanly(opened);
  const { ports, log } = openLog({}, {}, opened.ports);
  const read = readNow(ports, log, 1, 1000);
  assert.deepEqual(offsetsOf(read), [[1, 1]]);
  assert.ok(read.bytes > 2000000);
});

test("after a crash what was written is there, a torn tail is cut", () => {
  const opened = openLog();
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.ports.settle();
  const path = opened.log.activeSegment.path;
  const node = opened.ports.disk.node(path);
  node.resize(node.length - 5);
  const { ports, log } = crashed(opened);
  assert.equal(log.appendEndOffset, 9);
  assert.equal(log.damage, null);
  assert.ok(log.recovery.truncatedBytes > 0);
  appendTexts(log, "again");
  ports.settle();
  assert.deepEqual(offsetsOf(readNow(ports, log, 8)).at(-1), [9, 9]);
  assert.equal(crashed({ ports, manager: opened.manager, log }).log.appendEndOffset, 10);
});

test("bytes that were durable are never cut: the log is marked damaged, also at the next start", () => {
  const opened = openLog({ segmentBytes: 1000 }, { flushAfterWrite: true });
  for (let i = 0; i < 30; i++) appendTexts(opened.log, `record ${i}`);
  opened.ports.settle();
  opened.ports.advance(5000);
  opened.ports.advance(5000);
  const bad = opened.log.activeSegment;
  const node = opened.ports.disk.node(bad.path);
  node.bytes[30] ^= 1;
  const size = node.length;
  let again = crashed(opened, { segmentBytes: 1000 }, { flushAfterWrite: true });
  assert.equal(again.log.damage?.offset, bad.baseOffset);
  assert.equal(again.log.appendEndOffset, bad.baseOffset);
  again.ports.advance(10000);
  assert.equal(again.ports.disk.node(bad.path).length, size);
  again = crashed(again, { segmentBytes: 1000 }, { flushAfterWrite: true });
  assert.equal(again.log.damage?.offset, bad.baseOffset);
  closeCleanly(again);
  again = openLog({ segmentBytes: 1000 }, { flushAfterWrite: true }, again.ports);
  assert.equal(again.log.damage?.offset, bad.baseOffset);
  // Refetched from a good leader: the damage is over.
  for (let i = bad.baseOffset; i < 30; i++) {
    assert.equal(again.log.appendAsFollower(batchOf([`record ${i}`], { baseOffset: i, leaderEpoch: 0 })).error, 0);
  }
  again.ports.settle();
  again.log.clearDamage();
  closeCleanly(again);
  again = openLog({ segmentBytes: 1000 }, { flushAfterWrite: true }, again.ports);
  assert.equal(again.log.damage, null);
  assert.equal(again.log.appendEndOffset, 30);
});

test("a log that lost its durable end is marked damaged", () => {
  const opened = openLog();
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.ports.settle();
  closeCleanly(opened);
  const node = opened.ports.disk.node(opened.log.activeSegment.path);
  node.resize(0);
  const { log } = openLog({}, {}, opened.ports);
  assert.equal(log.damage?.reason, "missing bytes");
  assert.equal(log.damage?.offset, 0);
});

test("rot that a read meets is not served, and marks the log", () => {
  const opened = openLog();
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.ports.settle();
  closeCleanly(opened);
  const { ports, log } = openLog({}, {}, opened.ports);
  const size = ports.disk.node(log.activeSegment.path).length / 10;
  ports.disk.node(log.activeSegment.path).bytes[size * 4 + 65] ^= 1;
  const read = readNow(ports, log, 0);
  assert.deepEqual(offsetsOf(read).at(-1), [3, 3]);
  assert.equal(log.damage?.offset, 4);
  assert.equal(readNow(ports, log, 4).error, ErrorCode.CORRUPT_MESSAGE);
});

test("truncation drops batches in memory, on disk, and of earlier segments", () => {
  for (const settled of [false, true]) {
    for (const target of [0, 1, 5, 17, 23, 29, 30]) {
      const opened = openLog({ segmentBytes: 1000 });
      for (let i = 0; i < 30; i++) appendTexts(opened.log, `record ${i}`);
      if (settled) opened.ports.settle();
      opened.log.truncateTo(target);
      assert.equal(opened.log.appendEndOffset, target);
      appendTexts(opened.log, "new");
      opened.ports.settle();
      assert.equal(opened.log.logEndOffset, target + 1);
      for (const again of [opened, crashed(opened, { segmentBytes: 1000 })]) {
        assert.equal(again.log.damage, null);
        assert.equal(again.log.appendEndOffset, target + 1);
        for (let offset = 0; offset <= target; offset++) {
          assert.deepEqual(offsetsOf(readNow(again.ports, again.log, offset, 1))[0], [offset, offset]);
        }
      }
    }
  }
});

test("a truncation while a write is under way wins", () => {
  const { ports, log, manager } = openLog();
  appendTexts(log, "a");
  ports.settle();
  appendTexts(log, "b");
  appendTexts(log, "c");
  ports.loop.endTurn();
  log.truncateTo(1);
  appendTexts(log, "x");
  ports.settle();
  assert.equal(log.logEndOffset, 2);
  assert.equal(log.appendEndOffset, 2);
  const again = crashed({ ports, manager, log });
  assert.equal(again.log.appendEndOffset, 2);
  const read = readNow(again.ports, again.log, 1);
  assert.equal(String.fromCharCode(read.chunks[0][read.chunks[0].length - 2]), "x");
});

test("a read under way during a truncation returns what the log is afterwards", () => {
  const opened = openLog();
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.ports.settle();
  closeCleanly(opened);
  const { ports, log } = openLog({}, {}, opened.ports);
  const read = new TestRead(2);
  assert.equal(log.read(read), false);
  log.truncateTo(4);
  appendTexts(log, "new");
  ports.settle();
  assert.ok(read.isDone);
  const found = offsetsOf(read);
  assert.deepEqual(found[0], [2, 2]);
  assert.ok(found.every(([, last]) => last <= 4));
});

test("a log that is deleted while it is read or written does no harm", () => {
  const opened = openLog();
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.ports.settle();
  closeCleanly(opened);
  const { ports, log, manager } = openLog({ fileDeleteDelayMs: 1000 }, {}, opened.ports);
  const heard: number[] = [];
  const read = readLater(log, 2, heard);
  appendTexts(log, "more");
  ports.loop.endTurn();
  manager.delete("t", 0);
  ports.settle();
  assert.deepEqual(heard, [ErrorCode.KAFKA_STORAGE_ERROR]);
  assert.equal(read.chunks.length, 0);
  assert.equal(manager.log("t", 0), undefined);
  assert.ok(ports.disk.list("/data").some((entry) => entry.name.endsWith("-delete")));
  ports.advance(100000);
  assert.ok(!ports.disk.list("/data").some((entry) => entry.isDirectory));
});

function readLater(log: Log, offset: number, heard: number[]): TestRead {
  const read = new Later(offset, heard);
  assert.equal(log.read(read), false);
  return read;
}

class Later extends TestRead {
  private readonly heard: number[];

  constructor(offset: number, heard: number[]) {
    super(offset);
    this.heard = heard;
  }

  override onLogRead(): void {
    this.heard.push(this.error);
  }
}

test("a killed process's logs are not synced at the next start, unless something was cut", () => {
  const opened = openLog();
  appendTexts(opened.log, "a");
  opened.ports.settle();
  const whole = crashed(opened);
  whole.ports.settle();
  assert.equal(whole.ports.disk.counts.get("sync") ?? 0, 0);
  appendTexts(whole.log, "b");
  whole.ports.settle();
  // Killed while the log is being cut.
  whole.log.truncateTo(1);
  const cut = crashed(whole);
  cut.ports.settle();
  assert.equal(cut.log.recovery.needsSync, true);
  assert.ok((cut.ports.disk.counts.get("sync") ?? 0) > 0);
  assert.equal(crashed(cut).log.recovery.needsSync, false);
});
