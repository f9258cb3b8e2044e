import assert from "node:assert/strict";
import { test } from "node:test";
import { baseOffset, batchBytes, lastOffset, recordCount } from "../../protocol/records/batch.js";
import { type BatchOptions, buildBatch } from "../../protocol/records/builder.js";
import { buildEndTransactionMarker } from "../../protocol/records/control.js";
import { RecordCursor } from "../../protocol/records/cursor.js";
import type { Log } from "../log.js";
import type { LogConfig, StorageConfig } from "../log-config.js";
import { OffsetLookup } from "../log-read.js";
import { ascii, readNow } from "../testing/batches.js";
import { closeCleanly, crashed, type Opened, openLog } from "../testing/opened.js";

const COMPACT: Partial<LogConfig> = {
  compact: true,
  delete: false,
  segmentBytes: 400,
  indexIntervalBytes: 100,
  deleteRetentionMs: 100000,
  fileDeleteDelayMs: 1000,
};
const STORAGE: Partial<StorageConfig> = { backgroundFlushMs: 1000 };
const PAST_CLEANING_MS = 40000;

/** `k=v` a record, `k` a tombstone. */
function records(text: string): { key: Uint8Array; value: Uint8Array | null }[] {
  return text.split(" ").map((each) => {
    const [key, value] = each.split("=");
    return { key: ascii(key), value: value === undefined ? null : ascii(value) };
  });
}

function append(opened: Opened, text: string, options: Partial<BatchOptions> = {}): void {
  const timestamp = opened.ports.clock.wallMs();
  const batch = buildBatch({ timestamp, ...options }, records(text), opened.ports);
  const result = opened.log.appendAsLeader(batch, 0, "coordinator");
  assert.equal(result.error, 0, result.message ?? "");
  opened.ports.settle();
}

function end(opened: Opened, producerId: number, commit: boolean): void {
  const { ports, log } = opened;
  const marker = buildEndTransactionMarker(
    { timestamp: ports.clock.wallMs(), producerId, producerEpoch: 0, coordinatorEpoch: 0, commit },
    ports,
  );
  assert.equal(log.appendAsLeader(marker, 0, "coordinator").error, 0);
  ports.settle();
}

/** All is replicated, and the cleaner has had its time. */
function clean(opened: Opened, rolls = true): void {
  const { log, ports } = opened;
  if (rolls) log.roll();
  ports.settle();
  log.setHighWatermark(log.appendEndOffset);
  ports.advance(PAST_CLEANING_MS);
}

/** `offset:k=v` of each record that is left, and the offsets of batches without one. */
function contents(opened: Opened): string {
  const { ports, log } = opened;
  const cursor = new RecordCursor(ports.compression);
  const found: string[] = [];
  for (let at = log.logStartOffset; at < log.appendEndOffset; ) {
    const read = readNow(ports, log, at);
    assert.equal(read.error, 0);
    if (read.bytes === 0) break;
    for (const chunk of read.chunks) {
      for (let i = 0; i < chunk.length; i += batchBytes(chunk, i)) {
        if (recordCount(chunk, i) === 0) found.push(`${baseOffset(chunk, i)}-${lastOffset(chunk, i)}:`);
        cursor.reset(chunk, i);
        while (cursor.next()) {
          const key = String.fromCharCode(...(cursor.key ?? []));
          const value = cursor.value === null ? "" : `=${String.fromCharCode(...cursor.value)}`;
          found.push(`${cursor.offset}:${key.startsWith("\0") ? "marker" : key + value}`);
        }
        assert.equal(cursor.flaw, null);
      }
    }
    assert.ok(read.nextOffset > at, "reads go on");
    at = read.nextOffset;
  }
  return found.join(" ");
}

function bases(log: Log): number[] {
  return log.segments().map((segment) => segment.baseOffset);
}

class Lookup extends OffsetLookup {
  override onOffsetFound(): void {}
}

test("the last record of each key stays, at its offset; the active segment is left alone", () => {
  const opened = openLog({ ...COMPACT, minCleanableDirtyRatio: 0 }, STORAGE);
  append(opened, "a=1 b=1");
  append(opened, "a=2 c=1");
  append(opened, "b=2");
  opened.log.roll();
  append(opened, "c=2 a=3");
  opened.log.setHighWatermark(opened.log.appendEndOffset);
  opened.ports.advance(PAST_CLEANING_MS);
  // The keys of the active segment replace nothing yet.
  assert.equal(contents(opened), "2:a=2 3:c=1 4:b=2 5:c=2 6:a=3");
  assert.deepEqual(bases(opened.log), [0, 5]);
  clean(opened);
  assert.equal(contents(opened), "4:b=2 5:c=2 6:a=3");
  assert.equal(opened.log.logStartOffset, 0);
  assert.equal(opened.log.cleanedOffset, 7);
});

test("nothing above the high watermark, and nothing of an open transaction, is compacted", () => {
  const opened = openLog(COMPACT, STORAGE);
  append(opened, "a=1");
  append(opened, "a=2");
  opened.log.roll();
  opened.ports.advance(PAST_CLEANING_MS);
  assert.equal(contents(opened), "0:a=1 1:a=2");
  opened.log.setHighWatermark(1);
  opened.ports.advance(PAST_CLEANING_MS);
  assert.equal(contents(opened), "0:a=1 1:a=2");
  clean(opened);
  assert.equal(contents(opened), "1:a=2");
  append(opened, "t=1", { producerId: 5, producerEpoch: 0, baseSequence: 0, isTransactional: true });
  append(opened, "a=3");
  clean(opened);
  assert.equal(contents(opened), "1:a=2 2:t=1 3:a=3");
  end(opened, 5, true);
  clean(opened);
  // The marker is the producer's last batch.
  assert.equal(contents(opened), "2:t=1 3:a=3 4:marker");
});

test("a tombstone stays for delete.retention.ms after it was compacted first", () => {
  const opened = openLog({ ...COMPACT, minCleanableDirtyRatio: 0 }, STORAGE);
  append(opened, "a=1 b=1");
  append(opened, "a x=1");
  clean(opened);
  assert.equal(contents(opened), "1:b=1 2:a 3:x=1");
  append(opened, "y=1");
  clean(opened);
  assert.equal(contents(opened), "1:b=1 2:a 3:x=1 4:y=1");
  opened.ports.advance(100000);
  append(opened, "z=1");
  clean(opened);
  assert.equal(contents(opened), "1:b=1 3:x=1 4:y=1 5:z=1");
});

test("timestamps stay as they were, also where a delete horizon took the place of the base", () => {
  const opened = openLog(COMPACT, STORAGE);
  const start = opened.ports.clock.wallMs();
  append(opened, "a=1 b=1", { timestamp: start + 1000 });
  append(opened, "a b=2", { timestamp: start + 2000 });
  append(opened, "d=1", { timestamp: start + 3000 });
  clean(opened);
  assert.equal(contents(opened), "2:a 3:b=2 4:d=1");
  const lookup = new Lookup();
  for (const [timestamp, offset] of [
    [start, 2],
    [start + 2000, 2],
    [start + 2001, 4],
    [start + 3001, -1],
  ]) {
    lookup.timestamp = timestamp;
    if (!opened.log.offsetForTimestamp(lookup)) opened.ports.settle();
    assert.equal(lookup.offset, offset, `at ${timestamp - start}`);
  }
  if (!opened.log.offsetOfMaxTimestamp(lookup)) opened.ports.settle();
  assert.equal(lookup.offset, 4);
  assert.equal(lookup.foundTimestamp, start + 3000);
});

test("aborted data goes, its marker once nothing is left; a producer's last batch stays, empty", () => {
  const opened = openLog({ ...COMPACT, minCleanableDirtyRatio: 0 }, STORAGE);
  append(opened, "a=1", { producerId: 5, producerEpoch: 0, baseSequence: 0, isTransactional: true });
  end(opened, 5, false);
  append(opened, "a=2", { producerId: 6, producerEpoch: 0, baseSequence: 0 });
  append(opened, "a=3 b=1");
  clean(opened);
  assert.equal(contents(opened), "0-0: 1:marker 2-2: 3:a=3 4:b=1");
  assert.deepEqual(opened.log.abortedTransactions(0, 5), [{ producerId: 5, firstOffset: 0 }]);
  assert.equal(opened.log.producers.lastEntry(6)?.lastSequence, 0);
  closeCleanly(opened);
  const again = openLog({ ...COMPACT, minCleanableDirtyRatio: 0 }, STORAGE, opened.ports.afterCrash());
  assert.equal(contents(again), "0-0: 1:marker 2-2: 3:a=3 4:b=1");
  assert.equal(again.log.producers.lastEntry(6)?.lastSequence, 0);
});

test("small segments become one; the checkpoint file tells how far it went, also after a crash", () => {
  const config = { ...COMPACT, minCleanableDirtyRatio: 0 };
  const opened = openLog(config, STORAGE);
  for (let i = 0; i < 29; i++) append(opened, `k${i % 5}=${i}`);
  const before = bases(opened.log).length;
  clean(opened);
  append(opened, "k4=29");
  clean(opened);
  assert.equal(contents(opened), "25:k0=25 26:k1=26 27:k2=27 28:k3=28 29:k4=29");
  assert.ok(bases(opened.log).length < before - 2, `${bases(opened.log)}`);
  opened.ports.advance(5000);
  assert.equal(String.fromCharCode(...opened.ports.disk.readFile("/data/cleaner-offset-checkpoint")), "0\n1\nt 0 30\n");
  const again = crashed(opened, config, STORAGE, true);
  assert.equal(again.log.damage, null);
  assert.equal(again.log.cleanedOffset, 30);
  assert.equal(contents(again), "25:k0=25 26:k1=26 27:k2=27 28:k3=28 29:k4=29");
});

test("min.cleanable.dirty.ratio, min.compaction.lag.ms and max.compaction.lag.ms say when", () => {
  const ratio = openLog({ ...COMPACT, minCleanableDirtyRatio: 0.5 }, STORAGE);
  for (let i = 0; i < 8; i++) append(ratio, `k${i}=1`);
  clean(ratio);
  assert.equal(ratio.log.cleanedOffset, 8);
  append(ratio, "k0=2");
  clean(ratio);
  assert.equal(ratio.log.cleanedOffset, 8);

  const young = openLog({ ...COMPACT, minCompactionLagMs: 60000 }, STORAGE);
  append(young, "a=1 a=2");
  clean(young);
  assert.equal(young.log.cleanedOffset, 0);
  clean(young, false);
  assert.equal(young.log.cleanedOffset, 2);

  const late = openLog({ ...COMPACT, minCleanableDirtyRatio: 1, maxCompactionLagMs: 60000 }, STORAGE);
  append(late, "a=1");
  clean(late);
  append(late, "a=2");
  clean(late);
  assert.equal(late.log.cleanedOffset, 1);
  clean(late, false);
  assert.equal(late.log.cleanedOffset, 2);
  // And what is appended to is rolled in time.
  append(late, "a=3");
  late.ports.advance(60001);
  append(late, "a=4");
  assert.deepEqual(bases(late.log).slice(-1), [3]);
});

test("keys that do not fit into the memory are compacted in several goes", () => {
  const cleaner = { isEnabled: true, backoffMs: 15000, bytesPerSecond: 1e9, bufferBytes: 200, keyBytes: 24 * 3 };
  const opened = openLog({ ...COMPACT, minCleanableDirtyRatio: 0 }, { ...STORAGE, cleaner });
  for (let i = 0; i < 20; i++) append(opened, `k${i % 10}=${i}`);
  clean(opened);
  opened.ports.advance(1000);
  assert.equal(opened.log.cleanedOffset, 20);
  const left = contents(opened).split(" ");
  for (let i = 10; i < 20; i++) assert.ok(left.includes(`${i}:k${i % 10}=${i}`), `${i}`);
});

test("with log.cleaner.enable=false nothing is compacted", () => {
  const cleaner = { isEnabled: false, backoffMs: 1, bytesPerSecond: 1e9, bufferBytes: 200, keyBytes: 1e6 };
  const opened = openLog(COMPACT, { ...STORAGE, cleaner });
  append(opened, "a=1 a=2");
  clean(opened);
  assert.equal(contents(opened), "0:a=1 1:a=2");
});

test("a truncation meanwhile leaves nothing of the cleaning behind", () => {
  const opened = openLog(COMPACT, STORAGE);
  for (let i = 0; i < 12; i++) append(opened, `k${i % 3}=${i}`);
  opened.log.roll();
  opened.ports.settle();
  opened.log.setHighWatermark(12);
  const { disk, timers, loop, clock } = opened.ports;
  // Step by step, up to where the files of the first group are written.
  const isCleaned = (): boolean => [...disk.files.keys()].some((path) => path.endsWith(".log.cleaned"));
  for (let i = 0; i < 10000 && !isCleaned(); i++) {
    loop.endTurn();
    if (disk.runOne() || loop.hasWork) continue;
    clock.moveTo(timers.nextDue() ?? clock.monotonic);
    timers.fireOne();
  }
  assert.ok(isCleaned());
  opened.log.truncateTo(2);
  opened.ports.settle();
  assert.deepEqual(
    [...disk.files.keys()].filter((path) => path.endsWith(".cleaned") || path.endsWith(".swap")),
    [],
  );
  append(opened, "z=1");
  assert.equal(contents(opened), "0:k0=0 1:k1=1 2:z=1");
  clean(opened);
  assert.equal(contents(opened), "0:k0=0 1:k1=1 2:z=1");
});
