import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../src/base/random.js";
import { METADATA_TOPIC_ID } from "../../src/base/uuid.js";
import type { Ports } from "../../src/ports/index.js";
import { batchBytes, lastOffset } from "../../src/protocol/records/batch.js";
import { buildBatch } from "../../src/protocol/records/builder.js";
import { RecordCursor } from "../../src/protocol/records/cursor.js";
import { SimDisk } from "../../src/sim/disk/sim-disk.js";
import { Machine } from "../../src/sim/kernel/machine.js";
import type { SimProcess } from "../../src/sim/kernel/process.js";
import { Simulation } from "../../src/sim/kernel/simulation.js";
import { LogRing } from "../../src/sim/log-ring.js";
import { SimNetwork } from "../../src/sim/network/sim-network.js";
import { createSimPorts } from "../../src/sim/ports.js";
import type { Log } from "../../src/storage/log.js";
import { DEFAULT_LOG_CONFIG, DEFAULT_STORAGE_CONFIG, type LogConfig } from "../../src/storage/log-config.js";
import { LogManager } from "../../src/storage/log-manager.js";
import { LogRead } from "../../src/storage/log-read.js";

const SILENT = { onLogWritten() {}, onLogFlushed() {}, onLogFailed() {}, onLogDamaged() {} };
const KEYS = 12;

interface Written {
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: string | null;
}

class Read extends LogRead {
  isDone = false;
  override onLogRead(): void {
    this.isDone = true;
  }
}

/** One compacted log on a simulated disk, written to, cleaned, cut and killed at any moment. */
class CompactedWorld {
  readonly random: SeededRandom;
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  readonly machine: Machine;
  readonly disk: SimDisk;
  readonly config: LogConfig;
  /** What was appended, by offset, as far as it was not cut. */
  written: (Written | null)[];
  replicated: number;
  /** Where the truncations under way cut. */
  cutTo: number;
  cleanings: number;
  swapsFinished: number;
  private process: SimProcess | null;
  private ports: Ports | null;
  private manager: LogManager | null;
  log: Log;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.simulation = new Simulation(seed);
    this.network = new SimNetwork(this.simulation, {
      latencyMinUs: 1,
      latencySpreadUs: 1,
      splitOneOf: 0,
      spikeOneOf: 0,
      spikeUs: 0,
    });
    this.machine = new Machine("a", "10.0.0.1", 0, 1, 0);
    this.network.addMachine(this.machine);
    this.disk = new SimDisk(this.simulation, this.machine, {
      readUs: 200,
      writeUs: 300,
      syncUs: 2000,
      capacityBytes: 1 << 30,
      failOneOf: 0,
      frozenUntilUs: 0,
    });
    this.config = {
      ...DEFAULT_LOG_CONFIG,
      compact: true,
      delete: false,
      segmentBytes: 400 + this.random.below(1500),
      indexIntervalBytes: 64,
      fileDeleteDelayMs: this.random.below(2000),
      minCleanableDirtyRatio: this.random.below(2) * 0.3,
      // Tombstones that go soon are seen to be gone only where nothing may come back.
      deleteRetentionMs: this.random.below(2) * 2000,
    };
    this.written = [];
    this.replicated = 0;
    this.cutTo = 0;
    this.cleanings = 0;
    this.swapsFinished = 0;
    this.process = null;
    this.ports = null;
    this.manager = null;
    this.log = this.start();
  }

  start(): Log {
    const process = this.simulation.startProcess(this.machine, "a");
    const ring = new LogRing(this.simulation, 50, false).loggerFor("a");
    const logger = {
      ...ring,
      debug: () => {},
      warn: () => {},
      error: (message: string, fields?: object) => assert.fail(`${message} ${JSON.stringify(fields)}`),
      info: (message: string) => {
        if (message.startsWith("The exchange")) this.swapsFinished++;
      },
    };
    const ports = createSimPorts(this.simulation, this.network, this.disk, process, this.random.fork(), logger);
    this.process = process;
    this.ports = ports;
    const storage = {
      ...DEFAULT_STORAGE_CONFIG,
      clusterId: METADATA_TOPIC_ID,
      nodeId: 1,
      logConfig: this.config,
      recoveryPointCheckpointMs: 100,
      backgroundFlushMs: 100,
      cleaner: { isEnabled: true, backoffMs: 50, bytesPerSecond: 1e12, bufferBytes: 300, keyBytes: 24 * 20 },
    };
    let log: Log | undefined;
    this.run(() => {
      const manager = LogManager.open(ports, storage, ["/data"], { onDirectoryFailed: () => assert.fail("failed") });
      this.manager = manager;
      manager.load({ onLogsLoaded: () => {} });
    });
    for (let i = 0; i < 1000 && this.manager?.isLoaded !== true; i++) this.pass(1);
    this.run(() => {
      const manager = this.manager as LogManager;
      log = manager.log("t", 0) ?? manager.create("t", "BAAAAAAAAAAAAAAAAAAAAQ", 0, { config: this.config });
      log.listener = SILENT;
    });
    this.log = log as unknown as Log;
    return this.log;
  }

  private run(body: () => void): void {
    this.simulation.runAs(this.process as SimProcess, body);
  }

  pass(ms: number): void {
    this.simulation.runUntil(this.simulation.nowUs + ms * 1000);
  }

  append(): void {
    const count = 1 + this.random.below(4);
    const records: Written[] = [];
    for (let i = 0; i < count; i++) {
      const key = `key-${this.random.below(KEYS)}`;
      records.push({ key, value: this.random.below(5) === 0 ? null : `value-${this.written.length + i}` });
    }
    this.run(() => {
      const encoder = new TextEncoder();
      const ports = this.ports as Ports;
      const inputs = records.map(({ key, value }) => ({
        key: encoder.encode(key),
        value: value === null ? null : encoder.encode(value),
      }));
      const batch = buildBatch({ timestamp: ports.clock.wallMs() }, inputs, ports);
      const result = this.log.appendAsLeader(batch, 0, "coordinator");
      assert.equal(result.error, 0);
      assert.equal(result.firstOffset, this.written.length);
    });
    this.written.push(...records);
  }

  replicate(): void {
    this.run(() => this.log.setHighWatermark(this.log.appendEndOffset));
    this.replicated = this.log.appendEndOffset;
  }

  /** Above what was ever replicated: what lies below may have replaced earlier records already. */
  truncate(): void {
    const { log, random } = this;
    const from = Math.max(this.replicated, log.appendEndOffset - 1 - random.below(10));
    this.run(() => log.truncateTo(from));
    this.written.length = log.appendEndOffset;
    if (log.truncationsUnderWay.length > 1) this.cutTo = Math.min(this.cutTo, log.appendEndOffset);
    else this.cutTo = log.appendEndOffset;
  }

  /** Nothing that was durable may be gone, and nothing may be there that never was. */
  crash(powerLost: boolean): void {
    const { log, simulation } = this;
    this.cleanings += this.manager?.cleaner.cleanings ?? 0;
    const durable = powerLost ? log.flushedOffset : log.logEndOffset;
    const isCut = log.truncationsUnderWay.length > 0;
    simulation.killProcess(this.process as SimProcess, powerLost);
    if (powerLost) {
      this.disk.losePower();
      this.machine.boot++;
    }
    this.start();
    const end = this.log.appendEndOffset;
    assert.equal(this.log.damage, null);
    if (!isCut) {
      assert.ok(end >= durable, `the end ${end} is below what was durable, ${durable}`);
      assert.ok(end <= this.written.length);
    }
    // What a truncation had cut may be back as long as that did not say that it was done; nothing was written after it.
    if (isCut) this.run(() => this.log.truncateTo(Math.min(end, this.cutTo)));
    this.written.length = this.log.appendEndOffset;
    this.replicated = Math.min(this.replicated, this.written.length);
  }

  /** While files of segments are exchanged, if that comes soon. */
  crashInSwap(powerLost: boolean): void {
    this.run(() => this.log.roll());
    for (let i = 0; i < 400; i++) {
      if (this.log.compaction?.isSwapping === true) {
        this.pass(this.random.below(60) / 10);
        this.crash(powerLost);
        return;
      }
      this.pass(0.5);
    }
  }

  stopCleanly(): void {
    this.cleanings += this.manager?.cleaner.cleanings ?? 0;
    let isClosed = false;
    this.run(() =>
      this.manager?.close(1, {
        onClosed: () => {
          isClosed = true;
        },
      }),
    );
    for (let i = 0; i < 5000 && !isClosed; i++) this.pass(1);
    assert.ok(isClosed);
    this.simulation.killProcess(this.process as SimProcess, false);
    this.start();
    assert.ok(this.log.recovery.clean);
    assert.equal(this.log.appendEndOffset, this.written.length);
  }

  /** Each record is the one that was written there; of each key the last is there, unless it is a tombstone. */
  verify(): void {
    const { log, written } = this;
    const decoder = new TextDecoder();
    const cursor = new RecordCursor((this.ports as Ports).compression);
    const left = new Map<string, number>();
    let previous = -1;
    for (let at = log.logStartOffset; at < log.appendEndOffset; ) {
      const read = new Read();
      read.startOffset = at;
      read.maxOffset = log.appendEndOffset;
      read.maxBytes = 1 + this.random.below(2000);
      let isComplete = false;
      this.run(() => {
        isComplete = log.read(read);
      });
      for (let i = 0; i < 1000 && !isComplete && !read.isDone; i++) this.pass(1);
      assert.equal(read.error, 0);
      if (read.bytes === 0) break;
      for (const chunk of read.chunks) {
        for (let i = 0; i < chunk.length; i += batchBytes(chunk, i)) {
          cursor.reset(chunk, i);
          while (cursor.next()) {
            const { offset } = cursor;
            assert.ok(offset > previous, `offsets rise: ${offset} after ${previous}`);
            previous = offset;
            const value = cursor.value === null ? null : decoder.decode(cursor.value);
            const key = decoder.decode(cursor.key ?? new Uint8Array(0));
            assert.deepEqual({ key, value }, written[offset], `at ${offset}`);
            left.set(key, offset);
          }
          assert.equal(cursor.flaw, null);
          previous = Math.max(previous, lastOffset(chunk, i));
        }
      }
      at = read.nextOffset;
    }
    const expected = new Map<string, number>();
    for (const [offset, record] of written.entries()) if (record !== null) expected.set(record.key, offset);
    for (const [key, offset] of expected) {
      if (written[offset]?.value === null && left.get(key) === undefined) continue;
      assert.equal(left.get(key), offset, `the last record of ${key}`);
    }
  }
}

test("under crashes, losses of power, truncations and stops at any moment a compacted log keeps each key's last record", () => {
  let cleanings = 0;
  let swapsFinished = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const world = new CompactedWorld(seed);
    const { random } = world;
    try {
      for (let step = 0; step < 120; step++) {
        const drawn = random.below(40);
        if (drawn < 26) world.append();
        else if (drawn < 32) world.replicate();
        else if (drawn === 32) world.truncate();
        else if (drawn === 33) world.crash(false);
        else if (drawn === 34) world.crash(true);
        else if (drawn === 35) world.crashInSwap(random.below(3) > 0);
        else if (drawn === 36 && random.below(3) === 0) world.stopCleanly();
        else if (drawn === 37) world.verify();
        world.pass(random.below(4) === 0 ? random.below(400) : random.below(30) / 10);
      }
      world.replicate();
      world.pass(3000);
      world.verify();
      world.crash(true);
      world.verify();
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`);
    }
    cleanings += world.cleanings;
    swapsFinished += world.swapsFinished;
  }
  assert.ok(cleanings > 200, `${cleanings} cleanings`);
  assert.ok(swapsFinished > 10, `${swapsFinished} swaps were finished by a start`);
});
