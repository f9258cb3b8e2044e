import assert from "node:assert/strict";
import { test } from "node:test";
import { readInt32, writeInt32 } from "../base/bytes.js";
import { ErrorCode } from "../protocol/errors.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import { buildBatch } from "../protocol/records/builder.js";
import { buildEndTransactionMarker } from "../protocol/records/control.js";
import { type CoordinatorRecord, type Decision, decided, NO_DECISION } from "./decision.js";
import { CoordinatorRuntime } from "./runtime.js";
import type { CoordinatorShard, ReplayedRecord, ShardContext } from "./shard.js";
import { TestCoordinatorLogs } from "./testing/coordinator-logs.js";

/** A shard that knows what was added to it. */
class Ledger implements CoordinatorShard {
  readonly context: ShardContext;
  readonly entries: number[];
  readonly offsets: number[];
  readonly ended: string[];
  isUnloaded: boolean;

  constructor(context: ShardContext) {
    this.context = context;
    this.entries = [];
    this.offsets = [];
    this.ended = [];
    this.isUnloaded = false;
  }

  replay(record: ReplayedRecord): void {
    if (record.value === null || record.value.length < 4) throw new ProtocolError("no number");
    this.entries.push(readInt32(record.value, 0));
    this.offsets.push(record.offset);
  }

  replayEndTransaction(producerId: number, producerEpoch: number, committed: boolean): void {
    this.ended.push(`${producerId}/${producerEpoch} ${committed ? "commit" : "abort"}`);
  }

  onLoaded(): void {}

  onUnloaded(): void {
    this.isUnloaded = true;
  }
}

function entry(value: number, padding = 0): CoordinatorRecord {
  const bytes = new Uint8Array(4 + padding);
  writeInt32(bytes, 0, value);
  return { key: new Uint8Array(2), value: bytes };
}

class Lab {
  readonly logs: TestCoordinatorLogs;
  runtime: CoordinatorRuntime<Ledger>;
  epoch: number;

  constructor() {
    this.logs = new TestCoordinatorLogs("__ledger");
    this.runtime = this.start();
    this.epoch = 0;
    this.lead();
  }

  start(): CoordinatorRuntime<Ledger> {
    const runtime = new CoordinatorRuntime(this.logs.ports, this.logs, {
      topic: "__ledger",
      newShard: (context) => new Ledger(context),
      commitTimeoutMs: 5_000,
      codec: 0,
    });
    runtime.start();
    return runtime;
  }

  lead(): void {
    this.logs.lead(0, ++this.epoch);
  }

  restart(): void {
    this.logs.resign(0);
    this.runtime = this.start();
    this.lead();
  }

  get shard(): Ledger {
    const shard = this.runtime.shard(0);
    assert.ok(shard);
    return shard;
  }

  /** How it went, "committed" or the error; grows when it is known. The turn does not end. */
  write(decision: Decision, partition = 0): (string | number)[] {
    const outcome: (string | number)[] = [];
    this.runtime.write(partition, {
      decide: () => decision,
      onCommitted: () => outcome.push("committed"),
      onFailed: (error) => outcome.push(error),
    });
    return outcome;
  }
}

test("what is decided in one turn goes into one batch; each decision sees the one before it", () => {
  const lab = new Lab();
  const outcomes = [1, 2, 3].map((value) => lab.write(decided([entry(value)])));
  assert.deepEqual(lab.shard.entries, [1, 2, 3]);
  assert.deepEqual(outcomes, [[], [], []], "nothing is committed yet");
  lab.logs.settle();
  assert.deepEqual(outcomes, [["committed"], ["committed"], ["committed"]]);
  assert.equal(lab.logs.batches.length, 1);
});

test("a batch is never larger than the topic takes; a decision that is to stay whole and does not fit is refused", () => {
  const lab = new Lab();
  lab.logs.batchBytesMax = 1_000;
  const outcomes = [1, 2, 3, 4].map((value) => lab.write(decided([entry(value, 300)])));
  const many = [5, 6, 7, 8].map((value) => entry(value, 300));
  const whole = lab.write(decided(many));
  const split = lab.write(decided(many, true));
  lab.logs.settle();
  assert.deepEqual(outcomes.flat(), ["committed", "committed", "committed", "committed"]);
  assert.deepEqual(whole, [ErrorCode.UNKNOWN_SERVER_ERROR]);
  assert.deepEqual(split, ["committed"]);
  assert.deepEqual(lab.shard.entries, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.ok(lab.logs.batches.every((bytes) => bytes <= 1_000));
  assert.deepEqual(lab.write(decided([entry(9, 2_000)])), [ErrorCode.UNKNOWN_SERVER_ERROR]);
});

test("who only reads waits for what was written before", () => {
  const lab = new Lab();
  lab.logs.commitsByItself = false;
  assert.deepEqual(lab.write(NO_DECISION), ["committed"]);
  lab.write(decided([entry(1)]));
  const read = lab.write(NO_DECISION);
  lab.logs.settle();
  assert.deepEqual(read, []);
  lab.logs.commit();
  assert.deepEqual(read, ["committed"]);
});

test("state and offsets are the same after a restart, whatever the number of slices", () => {
  const lab = new Lab();
  for (let turn = 0; turn < 40; turn++) {
    for (let i = 0; i < 50; i++) lab.write(decided([entry(turn * 50 + i, 400)]));
    lab.logs.settle();
  }
  const before = { entries: lab.shard.entries, offsets: lab.shard.offsets };
  const old = lab.shard;
  lab.logs.resign(0);
  assert.ok(old.isUnloaded);
  lab.runtime = lab.start();
  lab.lead();
  assert.equal(lab.runtime.shard(0), null, "800 kB are more than a slice");
  assert.deepEqual(lab.write(NO_DECISION), [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]);
  lab.logs.advance(1_000);
  assert.deepEqual({ entries: lab.shard.entries, offsets: lab.shard.offsets }, before);
});

test("a record that cannot be read is skipped, with a warning", () => {
  const lab = new Lab();
  const bad = { key: new Uint8Array(2), value: new Uint8Array(1) };
  const batch = buildBatch({ timestamp: 1 }, [entry(1), bad, entry(2)], lab.logs.ports);
  lab.logs.append("__ledger", 0, lab.epoch, batch);
  lab.restart();
  assert.deepEqual(lab.shard.entries, [1, 2]);
  assert.ok(lab.logs.ports.logger.lines.some(({ level, fields }) => level === "warn" && fields.offset === 1));
});

test("ends of transactions are replayed in their place", () => {
  const lab = new Lab();
  const { ports } = lab.logs;
  const batch = buildBatch(
    { timestamp: 1, producerId: 7, producerEpoch: 2, baseSequence: 0, isTransactional: true },
    [entry(1)],
    ports,
  );
  lab.logs.append("__ledger", 0, lab.epoch, batch);
  const marker = { timestamp: 1, producerId: 7, producerEpoch: 2, coordinatorEpoch: 1, commit: true };
  lab.logs.append("__ledger", 0, lab.epoch, buildEndTransactionMarker(marker, ports));
  lab.restart();
  assert.deepEqual(lab.shard.ended, ["7/2 commit"]);
  lab.write(decided([entry(2)]));
  lab.logs.settle();
  assert.deepEqual(lab.shard.offsets, [0, 2]);
});

test("a broker that does not lead says so at once; so does one that loses the partition to all who wait", () => {
  const lab = new Lab();
  assert.deepEqual(lab.write(decided([entry(1)]), 3), [ErrorCode.NOT_COORDINATOR]);
  lab.logs.commitsByItself = false;
  const waiting = lab.write(decided([entry(1)]));
  lab.logs.settle();
  lab.logs.resign(0);
  assert.deepEqual(waiting, [ErrorCode.NOT_COORDINATOR]);
});

test("a leader of an epoch that is over appends nothing", () => {
  const lab = new Lab();
  const { logs } = lab;
  const end = logs.logOf(0).appendEndOffset;
  // Another broker is elected; this one is not told yet.
  logs.leaderEpoch = () => -1;
  logs.appendError = () => ErrorCode.NOT_LEADER_OR_FOLLOWER;
  assert.deepEqual(lab.write(decided([entry(1)])), [ErrorCode.NOT_COORDINATOR]);
  assert.deepEqual(lab.shard.entries, []);
  assert.equal(logs.logOf(0).appendEndOffset, end);
});

test("an epoch in which another broker may have led makes the shard load anew", () => {
  const lab = new Lab();
  lab.write(decided([entry(1)]));
  lab.logs.settle();
  const first = lab.shard;
  lab.lead();
  assert.equal(lab.shard, first, "the next epoch, nothing in between");
  lab.epoch++;
  lab.lead();
  assert.notEqual(lab.shard, first);
  assert.deepEqual(lab.shard.entries, [1]);
});

test("a timer that is set again rings at the new time, also when that is earlier", () => {
  const lab = new Lab();
  const rung: string[] = [];
  const { timers } = lab.shard.context;
  const ring = (name: string) => () => {
    rung.push(name);
    return decided([entry(rung.length)]);
  };
  timers.schedule("a", 1_000, ring("late"));
  timers.schedule("a", 500, ring("early"));
  timers.schedule("b", 500, ring("never"));
  timers.schedule("b", 1_500, ring("moved"));
  timers.schedule("c", 500, ring("cancelled"));
  timers.cancel("c");
  lab.logs.advance(600);
  assert.deepEqual(rung, ["early"]);
  lab.logs.advance(1_000);
  assert.deepEqual(rung, ["early", "moved"]);
  assert.deepEqual(lab.shard.entries, [1, 2]);
});
