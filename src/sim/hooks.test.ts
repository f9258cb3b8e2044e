import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { METADATA_TOPIC_ID } from "../base/uuid.js";
import { setBaseOffset, setPartitionLeaderEpoch } from "../protocol/records/batch.js";
import { Log } from "../storage/log.js";
import { DEFAULT_LOG_CONFIG, DEFAULT_STORAGE_CONFIG } from "../storage/log-config.js";
import { LogManager } from "../storage/log-manager.js";
import { batchOf } from "../storage/testing/batches.js";
import type { ClusterChecker } from "./checkers/cluster-checker.js";
import type { LogProbe } from "./checkers/probes.js";
import type { ShadowBatch } from "./checkers/shadow-log.js";
import { SimDisk } from "./disk/sim-disk.js";
import { listenToLogs } from "./hooks.js";
import { Machine } from "./kernel/machine.js";
import { Simulation } from "./kernel/simulation.js";
import { LogRing } from "./log-ring.js";
import { SimNetwork } from "./network/sim-network.js";
import { createSimPorts } from "./ports.js";

const SILENT = { onLogWritten() {}, onLogFlushed() {}, onLogFailed() {}, onLogDamaged() {} };

/** A log on a simulated disk, and what the checkers were told of it, as lines. */
function watchedLog() {
  const simulation = new Simulation(1);
  const machine = new Machine("a", "10.0.0.1", 0, 1, 0);
  const network = new SimNetwork(simulation, {
    latencyMinUs: 1,
    latencySpreadUs: 1,
    splitOneOf: 0,
    spikeOneOf: 0,
    spikeUs: 0,
  });
  network.addMachine(machine);
  const disk = new SimDisk(simulation, machine, {
    readUs: 1,
    writeUs: 1,
    syncUs: 1,
    capacityBytes: 1 << 30,
    failOneOf: 0,
    frozenUntilUs: 0,
  });
  const process = simulation.startProcess(machine, "a");
  const logger = new LogRing(simulation, 10, false).loggerFor("a");
  const ports = createSimPorts(simulation, network, disk, process, new SeededRandom(1), logger);
  ports.disk.makeDirectory("/data");
  const told: string[] = [];
  const checker = {
    onLogSeen: (log: LogProbe) => told.push(`seen with end ${log.appendEndOffset}`),
    onLogAppend: (_log: LogProbe, batches: readonly ShadowBatch[], asLeader: boolean) => {
      for (const batch of batches) {
        told.push(`${asLeader ? "leader" : "follower"} ${batch.base}..${batch.last} of ${batch.epoch}`);
      }
    },
    onLogTruncate: (_log: LogProbe, offset: number, why: string) => told.push(`${why} ${offset}`),
  };
  listenToLogs(checker as unknown as ClusterChecker, 200);
  const config = { ...DEFAULT_STORAGE_CONFIG, clusterId: METADATA_TOPIC_ID, nodeId: 1 };
  const manager = LogManager.open(ports, config, ["/data"], { onDirectoryFailed() {} });
  const log = manager.create("t", "BAAAAAAAAAAAAAAAAAAAAQ", 0, { config: DEFAULT_LOG_CONFIG });
  log.listener = SILENT;
  return { simulation, log, told };
}

test("each append is told with its final offsets, and who gave them", () => {
  const { simulation, log, told } = watchedLog();
  log.appendAsLeader(batchOf(["a", "b"]), 3);
  log.appendAsLeader(batchOf(["c"]), 4);
  simulation.runUntil(1_000_000);
  const copy = batchOf(["d"]);
  setBaseOffset(copy, 0, 3);
  setPartitionLeaderEpoch(copy, 0, 4);
  log.appendAsFollower(copy);
  assert.deepEqual(told, ["leader 0..1 of 3", "leader 2..2 of 4", "follower 3..3 of 4"]);
});

test("a truncation is told with the end that it left, after what was there was looked at", () => {
  const { log, told } = watchedLog();
  log.appendAsLeader(batchOf(["a", "b", "c"]), 0);
  log.appendAsLeader(batchOf(["d", "e", "f"]), 0);
  told.length = 0;
  log.truncateTo(5);
  log.truncateTo(9);
  log.truncateFullyAndStartAt(20);
  assert.deepEqual(told, ["seen with end 6", "truncate 3", "seen with end 3", "seen with end 3", "restart 20"]);
});

test("segments of a world are as small as its scenario says", () => {
  const { log } = watchedLog();
  for (let i = 0; i < 10; i++) log.appendAsLeader(batchOf(["0123456789"]), 0);
  assert.ok(log instanceof Log);
  assert.ok(log.segments().length >= 4, String(log.segments().length));
});
