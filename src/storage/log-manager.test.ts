import assert from "node:assert/strict";
import { test } from "node:test";
import { DiskError } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import { asciiBytes, asciiText } from "./checkpoint-file.js";
import { DEFAULT_LOG_CONFIG, DEFAULT_STORAGE_CONFIG, type StorageConfig } from "./log-config.js";
import { LogManager } from "./log-manager.js";
import { OffsetLookup } from "./log-read.js";
import { StorageError, type StorageErrorCode } from "./storage-error.js";
import { ascii, batchOf, offsetsOf, readNow } from "./testing/batches.js";
import { appendTexts, closeCleanly, crashed, openLog, openManager, TEST_TOPIC_ID } from "./testing/opened.js";
import { TestPorts } from "./testing/ports.js";

function text(ports: TestPorts, path: string): string {
  return asciiText(ports.disk.readFile(path));
}

function put(ports: TestPorts, path: string, content: string): void {
  ports.disk.writeFileAtomicallySync(path, asciiBytes(content));
}

function refusal(ports: TestPorts, config: Partial<StorageConfig> = {}, paths = ["/data"]): StorageError {
  try {
    LogManager.open(ports, { ...DEFAULT_STORAGE_CONFIG, clusterId: "cluster-1", nodeId: 1, ...config }, paths, {
      onDirectoryFailed: () => {},
    });
  } catch (error) {
    assert.ok(error instanceof StorageError);
    return error;
  }
  throw new Error("the directory was accepted");
}

test("a directory that is not this node's is refused with a sentence that says what to do", () => {
  const cases: [StorageErrorCode, (ports: TestPorts) => StorageError][] = [
    ["FOREIGN_CLUSTER", (ports) => refusal(ports, { clusterId: "other" })],
    ["FOREIGN_NODE", (ports) => refusal(ports, { nodeId: 2 })],
    ["NOT_FORMATTED", (ports) => refusal(ports, { clusterId: null }, ["/empty"])],
    [
      "LATER_RELEASE",
      (ports) => {
        put(ports, "/data/holdfast.version", "format=2\nrelease=9.0.0\n");
        return refusal(ports);
      },
    ],
    [
      "DAMAGED",
      (ports) => {
        put(ports, "/data/meta.properties", "nonsense\n");
        return refusal(ports);
      },
    ],
    [
      "IN_USE",
      (ports) => {
        ports.disk.lock("/data");
        return refusal(ports);
      },
    ],
    [
      "UNUSABLE",
      (ports) => {
        ports.disk.fail = (name, path) => (name === "readFile" ? new DiskError("EACCES", path, "no access") : null);
        return refusal(ports);
      },
    ],
    [
      "DUPLICATE_DIRECTORY",
      (ports) => {
        ports.disk.makeDirectory("/copy");
        put(ports, "/copy/meta.properties", text(ports, "/data/meta.properties"));
        return refusal(ports, {}, ["/data", "/copy"]);
      },
    ],
  ];
  for (const [code, run] of cases) {
    const opened = openLog();
    closeCleanly(opened);
    const error = run(opened.ports);
    assert.equal(error.code, code);
    assert.match(error.message, /\/(data|empty|copy)/);
    // Nothing stays locked behind a refusal.
    if (code !== "IN_USE") assert.equal(opened.ports.disk.locks.size, 0);
  }
});

test("a clean stop leaves Kafka's files, and the next start knows all of it", () => {
  const opened = openLog();
  opened.log.startEpoch(0);
  for (let i = 0; i < 10; i++) appendTexts(opened.log, `r${i}`);
  opened.log.setHighWatermark(8);
  opened.log.advanceStart(3);
  opened.ports.settle();
  closeCleanly(opened, 42);
  const { ports } = opened;
  assert.equal(text(ports, "/data/.kafka_cleanshutdown"), '{"version":0,"brokerEpoch":42}');
  assert.equal(text(ports, "/data/recovery-point-offset-checkpoint"), "0\n1\nt 0 10\n");
  assert.equal(text(ports, "/data/replication-offset-checkpoint"), "0\n1\nt 0 8\n");
  assert.equal(text(ports, "/data/log-start-offset-checkpoint"), "0\n1\nt 0 3\n");
  assert.equal(text(ports, "/data/t-0/leader-epoch-checkpoint"), "0\n1\n0 3\n");
  assert.equal(text(ports, "/data/t-0/partition.metadata"), `version: 0\ntopic_id: ${TEST_TOPIC_ID}`);
  assert.match(text(ports, "/data/meta.properties"), /version=1[\s\S]*cluster.id=cluster-1/);
  assert.equal(ports.disk.openFiles, 0);
  const again = openLog({}, {}, ports);
  assert.equal(again.manager.previousBrokerEpoch, 42);
  assert.equal(again.log.topicId, TEST_TOPIC_ID);
  assert.equal(again.log.highWatermark, 8);
  assert.equal(again.log.logStartOffset, 3);
  assert.equal(again.log.appendEndOffset, 10);
  assert.ok(again.log.recovery.clean);
  assert.ok(!ports.disk.exists("/data/.kafka_cleanshutdown"));
});

test("the broker epoch survives an unclean stop only where nothing can have been lost", () => {
  for (const [flushAfterWrite, powerLost, expected] of [
    [false, false, 11],
    [false, true, -1],
    [true, true, 11],
  ] as const) {
    const opened = openLog({}, { flushAfterWrite });
    opened.manager.noteBrokerEpoch(11);
    opened.ports.settle();
    assert.equal(crashed(opened, {}, { flushAfterWrite }, powerLost).manager.previousBrokerEpoch, expected);
  }
});

test("a run that was never registered passes on the broker epoch that it found, where nothing can have been lost", () => {
  for (const [flushAfterWrite, ends, expected] of [
    [false, ["stop", "stop"], 11],
    [false, ["stop", "kill"], 11],
    [false, ["kill", "stop"], 11],
    [false, ["reboot", "stop"], -1],
    // Its clean marker told of an earlier boot of the machine.
    [false, ["stop, reboot", "kill"], 11],
    [false, ["stop, reboot", "reboot"], -1],
    [true, ["stop", "reboot"], 11],
    [true, ["reboot", "reboot"], 11],
  ] as const) {
    let opened = openLog({}, { flushAfterWrite });
    opened.manager.noteBrokerEpoch(11);
    opened.ports.settle();
    for (const [run, end] of ends.entries()) {
      if (end.startsWith("stop")) closeCleanly(opened, run === 0 ? 11 : -1);
      opened = crashed(opened, {}, { flushAfterWrite }, end.endsWith("reboot"));
    }
    assert.equal(opened.manager.previousBrokerEpoch, expected, `${flushAfterWrite}: ${ends.join("; ")}`);
  }
});

test("with durable acknowledgement switched off, what a run wrote before it was registered counts as unsynced", () => {
  const first = openLog({}, { flushAfterWrite: true });
  first.manager.noteBrokerEpoch(11);
  first.ports.settle();
  const second = crashed(first, {}, { flushAfterWrite: false });
  assert.equal(second.manager.previousBrokerEpoch, 11);
  assert.equal(crashed(second, {}, { flushAfterWrite: false }, true).manager.previousBrokerEpoch, -1);
});

test("after a kill only what came after the last checkpoint is read again", () => {
  const opened = openLog();
  for (let i = 0; i < 200; i++) appendTexts(opened.log, "x".repeat(20000));
  opened.ports.settle();
  opened.ports.advance(2500);
  opened.ports.advance(2500);
  for (let i = 0; i < 3; i++) appendTexts(opened.log, "y".repeat(20000));
  opened.ports.settle();
  const ports = opened.ports.afterCrash();
  let bytes = 0;
  const open = ports.disk.open.bind(ports.disk);
  ports.disk.open = (path, create) => {
    const file = open(path, create);
    const readSync = file.readSync.bind(file);
    file.readSync = (into, at, length, position) => {
      const read = readSync(into, at, length, position);
      bytes += read;
      return read;
    };
    return file;
  };
  const { log } = openLog({}, {}, ports);
  assert.equal(log.appendEndOffset, 203);
  assert.ok(bytes < 200000, `${bytes} bytes were read of ${log.sizeInBytes}`);
});

test("indexes that were lost, or are rotten, are built again", () => {
  const config = { segmentBytes: 3000, indexIntervalBytes: 200 };
  for (const harm of ["remove", "rot"] as const) {
    const opened = openLog(config);
    for (let i = 0; i < 100; i++) appendTexts(opened.log, `record ${i}`);
    opened.ports.settle();
    closeCleanly(opened);
    const { disk } = opened.ports;
    for (const path of [...disk.files.keys()].filter((one) => one.endsWith(".index"))) {
      if (harm === "remove") disk.remove(path);
      else for (let i = 4; i < disk.node(path).length; i += 8) disk.node(path).bytes[i + 3] ^= 77;
    }
    const { ports, log } = openLog(config, {}, opened.ports);
    assert.equal(log.appendEndOffset, 100);
    for (let offset = 0; offset < 100; offset++) {
      assert.deepEqual(offsetsOf(readNow(ports, log, offset, 1))[0], [offset, offset], `${harm} ${offset}`);
    }
    assert.equal(log.damage, null);
  }
});

test("a failed write takes its directory offline; what was not written is not there, and the other directory goes on", () => {
  const ports = new TestPorts();
  const failed: string[] = [];
  const config = { ...DEFAULT_STORAGE_CONFIG, clusterId: "cluster-1", nodeId: 1 };
  const manager = LogManager.open(ports, config, ["/a", "/b"], {
    onDirectoryFailed: (directory, error) => failed.push(`${directory.path} ${error.code}`),
  });
  manager.load({ onLogsLoaded: () => {} });
  ports.advance(1);
  const [a, b] = manager
    .directories()
    .map((directory, index) =>
      manager.create("t", TEST_TOPIC_ID, index, { config: DEFAULT_LOG_CONFIG, directoryId: directory.id }),
    );
  appendTexts(a, "kept");
  appendTexts(b, "kept");
  ports.settle();
  const heard: string[] = [];
  a.listener = {
    onLogWritten: () => heard.push("written"),
    onLogFlushed: () => {},
    onLogFailed: (_, error) => heard.push(error.code),
    onLogDamaged: () => {},
  };
  ports.disk.fail = (name, path) =>
    name === "write" && path.startsWith("/a/") ? new DiskError("ENOSPC", path, "no space left") : null;
  appendTexts(a, "lost");
  appendTexts(b, "kept too");
  ports.settle();
  assert.deepEqual(heard, ["ENOSPC"]);
  assert.deepEqual(failed, ["/a ENOSPC"]);
  assert.equal(a.appendAsLeader(batchOf(["x"]), 0).error, ErrorCode.KAFKA_STORAGE_ERROR);
  assert.equal(readNow(ports, a, 0).error, ErrorCode.KAFKA_STORAGE_ERROR);
  assert.equal(b.logEndOffset, 2);
  assert.deepEqual(
    manager.directories().map((directory) => directory.online),
    [false, true],
  );
  const again = openManager(ports.afterCrash(), {}, ["/a", "/b"]);
  assert.equal(again.log("t", 0)?.appendEndOffset, 1);
});

test("a failed sync is never tried again", () => {
  const opened = openLog({}, { flushAfterWrite: true });
  let syncs = 0;
  opened.ports.settle();
  opened.ports.disk.fail = (name, path) => {
    if (name !== "sync") return null;
    syncs++;
    return new DiskError("EIO", path, "input/output error");
  };
  appendTexts(opened.log, "a");
  opened.ports.settle();
  opened.ports.advance(60000);
  assert.equal(syncs, 1);
  assert.equal(opened.log.flushedOffset, 0);
  assert.ok(opened.manager.directories()[0].syncFailed);
});

test("the run after a failed sync writes again what may be in memory only, and the one after that does not", () => {
  const rewritten = (failsSync: boolean): string[][] => {
    const first = openLog({}, { flushAfterWrite: true });
    first.ports.settle();
    first.ports.disk.fail = (name, path) =>
      failsSync && name === "sync" ? new DiskError("EIO", path, "input/output error") : null;
    appendTexts(first.log, "a");
    first.ports.settle();
    const runs: string[][] = [];
    let before = first;
    for (let run = 0; run < 2; run++) {
      const paths: string[] = [];
      const ports = before.ports.afterCrash();
      ports.disk.fail = (name, path) => {
        if (name === "writeSync" && path.endsWith(".log")) paths.push(path);
        return null;
      };
      before = openLog({}, { flushAfterWrite: true }, ports);
      assert.equal(before.log.appendEndOffset, 1);
      runs.push(paths);
    }
    return runs;
  };
  assert.deepEqual(rewritten(true), [["/data/t-0/00000000000000000000.log"], []]);
  assert.deepEqual(rewritten(false), [[], []]);
});

test("retention by time and by size removes whole old segments, never above the high watermark", () => {
  const config = { segmentBytes: 1000, retentionMs: 1000, fileDeleteDelayMs: 100 };
  const opened = openLog(config);
  const { ports, log, manager } = opened;
  for (let i = 0; i < 40; i++) appendTexts(log, `record ${i}`);
  ports.settle();
  log.removeOldSegments();
  assert.equal(log.logStartOffset, 0);
  log.setHighWatermark(25);
  ports.clock.wall += 3600000;
  log.removeOldSegments();
  const start = log.logStartOffset;
  assert.ok(start > 10 && start <= 25, `${start}`);
  assert.equal(readNow(ports, log, start - 1).error, ErrorCode.OFFSET_OUT_OF_RANGE);
  assert.deepEqual(offsetsOf(readNow(ports, log, start, 1)), [[start, start]]);
  log.setHighWatermark(40);
  log.removeOldSegments();
  ports.settle();
  assert.equal(log.logStartOffset, 40);
  assert.equal(log.segments().length, 1);
  ports.advance(1000);
  const files = ports.disk.list("/data/t-0").map((entry) => entry.name);
  assert.ok(!files.some((name) => name.includes(".deleted")), files.join());
  appendTexts(log, "next");
  ports.settle();
  closeCleanly({ ports, manager });
  const again = openLog({ ...config, retentionMs: -1, retentionBytes: 2000 }, {}, ports);
  assert.equal(again.log.logStartOffset, 40);
  again.log.config = { ...DEFAULT_LOG_CONFIG, segmentBytes: 1000, retentionMs: -1, retentionBytes: 2000 };
  for (let i = 0; i < 60; i++) appendTexts(again.log, `record ${i}`);
  ports.settle();
  again.log.setHighWatermark(101);
  again.log.removeOldSegments();
  assert.ok(again.log.sizeInBytes >= 2000 && again.log.sizeInBytes < 3000, `${again.log.sizeInBytes}`);
});

test("a stray directory is kept under another name, a deleted one goes at the next start if not before", () => {
  const opened = openLog();
  appendTexts(opened.log, "a");
  opened.ports.settle();
  opened.manager.setAside("t", 0);
  const names = (): string[] =>
    opened.ports.disk
      .list("/data")
      .filter((one) => one.isDirectory)
      .map((one) => one.name);
  assert.match(names()[0], /^t-0\.[0-9a-f]{32}-stray$/);
  opened.manager.create("t", TEST_TOPIC_ID, 0, { config: DEFAULT_LOG_CONFIG });
  opened.ports.settle();
  opened.manager.delete("t", 0);
  const again = openManager(opened.ports.afterCrash());
  opened.ports.settle();
  assert.deepEqual([...again.logs()], []);
});

test("a time is found as the first record at or after it, in memory and on disk", () => {
  for (const onDisk of [false, true]) {
    const config = { segmentBytes: 2000, indexIntervalBytes: 100 };
    const opened = openLog(config);
    const base = 1_700_000_000_000;
    const times = Array.from({ length: 80 }, (_, i) => base + i * 10 - (i % 5) * 15);
    for (const [i, timestamp] of times.entries()) {
      assert.equal(opened.log.appendAsLeader(batchOf([`r${i}`], { timestamp }), 0).error, 0);
    }
    opened.ports.settle();
    if (onDisk) closeCleanly(opened);
    const { ports, log } = onDisk ? openLog(config, {}, opened.ports) : opened;
    for (const wanted of [base - 100, base, base + 95, base + 333, base + 750, base + 10000]) {
      const lookup = new Lookup(wanted);
      if (!log.offsetForTimestamp(lookup)) ports.settle();
      const expected = times.findIndex((time) => time >= wanted);
      assert.equal(lookup.offset, expected, `time ${wanted - base}`);
      assert.equal(lookup.foundTimestamp, expected < 0 ? -1 : times[expected]);
    }
    const newest = new Lookup(0);
    if (!log.offsetOfMaxTimestamp(newest)) ports.settle();
    assert.equal(newest.offset, times.indexOf(Math.max(...times)));
  }
});

class Lookup extends OffsetLookup {
  constructor(timestamp: number) {
    super();
    this.timestamp = timestamp;
  }

  override onOffsetFound(): void {}
}

test("the memory tail is bounded, and small batches do not pin the buffer they came in", () => {
  const opened = openLog({}, { memoryTailBytes: 10000 });
  const { ports, log, manager } = opened;
  for (let i = 0; i < 20; i++) appendTexts(log, "x".repeat(1000));
  assert.ok(manager.isBackedUp);
  ports.settle();
  assert.ok(!manager.isBackedUp);
  assert.ok(manager.context.tail.bytes <= 10000);
  assert.deepEqual(offsetsOf(readNow(ports, log, 0, 1)), [[0, 0]]);
  const frame = new Uint8Array(100000);
  const batch = batchOf(["small"]);
  frame.set(batch, 500);
  const view = frame.subarray(500, 500 + batch.length);
  assert.equal(log.appendAsLeader(view, 0).error, 0);
  frame.fill(0);
  ports.settle();
  const read = readNow(ports, log, 20);
  assert.ok(asciiText(read.chunks[0]).includes("small"));
  assert.deepEqual(ascii("ok"), ascii("ok"));
});

test("a follower takes the leader's offsets and epochs, and refuses what does not fit", () => {
  const { ports, log } = openLog();
  const leader = openLog();
  for (let i = 0; i < 5; i++) assert.equal(leader.log.appendAsLeader(batchOf([`r${i}`, "x"]), i).error, 0);
  const all = readNow(leader.ports, leader.log, 0);
  const bytes = Uint8Array.from(all.chunks.flatMap((chunk) => [...chunk]));
  const result = log.appendAsFollower(bytes.slice(0, bytes.length - 3));
  assert.equal(result.error, 0);
  assert.equal(log.appendEndOffset, 8);
  assert.deepEqual(
    log.epochs.entries.map((entry) => entry.startOffset),
    [0, 2, 4, 6],
  );
  assert.equal(log.appendAsFollower(bytes.slice()).error, ErrorCode.OFFSET_OUT_OF_RANGE);
  const rotten = batchOf(["z"], { baseOffset: 8, leaderEpoch: 4 });
  rotten[rotten.length - 1] ^= 1;
  assert.equal(log.appendAsFollower(rotten).error, ErrorCode.CORRUPT_MESSAGE);
  assert.equal(log.appendAsFollower(batchOf(["z"], { baseOffset: 8, leaderEpoch: 9 }), 8).bytes, 0);
  assert.equal(log.appendEndOffset, 8);
  log.truncateFullyAndStartAt(50);
  assert.equal(log.appendAsFollower(batchOf(["z"], { baseOffset: 50, leaderEpoch: 9 })).error, 0);
  ports.settle();
  assert.equal(log.logStartOffset, 50);
  assert.equal(log.logEndOffset, 51);
});

test("the metadata log is kept apart, and is always synced", () => {
  const opened = openLog();
  const log = opened.manager.openMetadataLog("/data", DEFAULT_LOG_CONFIG);
  log.startEpoch(1);
  const result = log.appendAsLeader(Uint8Array.from([...batchOf(["a"]), ...batchOf(["b", "c"])]), 1, "raft");
  assert.deepEqual([result.firstOffset, result.lastOffset], [0, 2]);
  opened.ports.settle();
  assert.equal(log.flushedOffset, 3);
  assert.equal(opened.manager.log("__cluster_metadata", 0), undefined);
  closeCleanly(opened);
  const again = openLog({}, {}, opened.ports);
  assert.equal([...again.manager.logs()].length, 1);
  assert.equal(again.manager.openMetadataLog("/data", DEFAULT_LOG_CONFIG).appendEndOffset, 3);
});
