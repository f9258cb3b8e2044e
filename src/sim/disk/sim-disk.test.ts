import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk, DiskCompletion, DiskError } from "../../ports/index.js";
import { Machine } from "../kernel/machine.js";
import { Simulation } from "../kernel/simulation.js";
import { SimDisk } from "./sim-disk.js";

function world(seed: number) {
  const simulation = new Simulation(seed);
  const machine = new Machine("a", "10.0.0.1", 0, 1, 0);
  const disk = new SimDisk(simulation, machine, {
    readUs: 100,
    writeUs: 100,
    syncUs: 1000,
    capacityBytes: 1 << 30,
    failOneOf: 0,
    frozenUntilUs: 0,
  });
  const start = () => {
    const process = simulation.startProcess(machine, "a");
    return { process, port: disk.portFor(process) };
  };
  return { simulation, disk, start };
}

/** Remembers how an operation ended. */
class Done implements DiskCompletion {
  error: DiskError | null | undefined = undefined;
  onDiskDone(error: DiskError | null): void {
    this.error = error;
  }
}

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

/** A file of 4,000 ones that the medium has, overwritten with twos and extended to 8,000 that it does not have. */
function prepare(seed: number) {
  const { simulation, disk, start } = world(seed);
  const { process, port } = start();
  port.makeDirectory("/data");
  const file = port.open("/data/f", true);
  file.writeSync(bytes(4000, 1), 0);
  file.syncSync();
  for (const directory of ["/", "/data"]) port.syncDirectory(directory, new Done());
  simulation.runUntil(1_000_000);
  const written = new Done();
  file.write(2000, [bytes(3000, 2), bytes(3000, 2)], written);
  simulation.runUntil(2_000_000);
  assert.equal(written.error, null);
  return { simulation, disk, process, start, port };
}

test("what was written survives a crash of the process, synced or not", () => {
  const { simulation, process, start } = prepare(1);
  simulation.killProcess(process, false);
  const read = start().port.readFile("/data/f");
  assert.equal(read.length, 8000);
  assert.deepEqual(read, Uint8Array.from([...bytes(2000, 1), ...bytes(6000, 2)]));
});

test("a loss of power keeps, loses or tears each unsynced sector, and never touches a synced one", () => {
  const seen = { lost: 0, kept: 0, mixed: 0 };
  for (let seed = 1; seed <= 60; seed++) {
    const { simulation, disk, process, start } = prepare(seed);
    simulation.killProcess(process, true);
    disk.losePower();
    const read = start().port.readFile("/data/f");
    assert.ok(read.length >= 4000 && read.length <= 8000);
    for (let i = 0; i < 2000; i++) assert.equal(read[i], 1);
    for (let i = 2000; i < 4000; i++) assert.ok(read[i] === 1 || read[i] === 2);
    for (let i = 4000; i < read.length; i++) assert.ok(read[i] === 0 || read[i] === 2);
    const twos = read.reduce((count, value) => count + (value === 2 ? 1 : 0), 0);
    if (twos === 0) seen.lost++;
    else if (twos === 6000) seen.kept++;
    else seen.mixed++;
  }
  assert.ok(seen.lost > 5 && seen.kept > 2 && seen.mixed > 5, JSON.stringify(seen));
});

test("a name survives a loss of power only once its directory was synced; a file written atomically always does", () => {
  let lost = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const { simulation, disk, process, start, port } = prepare(seed);
    port.open("/data/new", true).syncSync();
    simulation.killProcess(process, true);
    disk.losePower();
    if (!start().port.exists("/data/new")) lost++;
  }
  assert.ok(lost > 5 && lost < 40, String(lost));
  const { simulation, disk, process, start, port } = prepare(99);
  port.writeFileAtomicallySync("/data/state", bytes(10, 7));
  simulation.killProcess(process, true);
  disk.losePower();
  assert.deepEqual(start().port.readFile("/data/state"), bytes(10, 7));
});

test("after a failed sync the pages are clean: the next sync succeeds and the data is still not on the medium", () => {
  const { simulation, disk, process, start, port } = prepare(5);
  const file = port.open("/data/f", false);
  disk.behaviour.failOneOf = 1;
  const failed = new Done();
  file.sync(failed);
  simulation.runUntil(3_000_000);
  assert.equal(failed.error?.code, "EIO");
  disk.behaviour.failOneOf = 0;
  const retried = new Done();
  file.sync(retried);
  simulation.runUntil(4_000_000);
  assert.equal(retried.error, null);
  simulation.killProcess(process, true);
  disk.losePower();
  assert.ok(!start().port.readFile("/data/f").includes(2));
});

test("a full disk refuses what would extend a file, and takes overwrites", () => {
  const { disk, port } = prepare(6);
  const file = port.open("/data/f", false);
  disk.behaviour.capacityBytes = disk.usedBytes;
  file.writeSync(bytes(10, 3), 0);
  assert.throws(
    () => file.writeSync(bytes(10, 3), 7995),
    (error: DiskError) => error.code === "ENOSPC",
  );
});

test("a lock of a directory goes with the process that held it", () => {
  const { simulation, process, start, port } = prepare(7);
  port.lock("/data");
  const other: Disk = start().port;
  assert.throws(
    () => other.lock("/data"),
    (error: DiskError) => error.code === "ELOCKED",
  );
  simulation.killProcess(process, false);
  other.lock("/data");
});

test("what was being written when the process died is there in part at most", () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 30; seed++) {
    const { simulation, process, start, port } = prepare(seed);
    port.open("/data/f", false).write(8000, [bytes(100, 4), bytes(100, 4)], new Done());
    simulation.killProcess(process, false);
    const read = start().port.readFile("/data/f");
    assert.ok(read.subarray(8000).every((value) => value === 4));
    lengths.add(read.length);
  }
  assert.ok(lengths.has(8000) && lengths.has(8200) && lengths.size > 3);
});
