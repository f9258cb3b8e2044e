import assert from "node:assert/strict";
import { test } from "node:test";
import { readInt32, writeInt32 } from "../base/bytes.js";
import { SeededRandom } from "../base/random.js";
import type { Connection, ConnectionHandler, DiskError, DiskFile, ListenHandler, Ports } from "../ports/index.js";
import type { ClusterChecker } from "./checkers/cluster-checker.js";
import { createSimPorts } from "./ports.js";
import { drawScenario, type Scenario } from "./scenario.js";
import type { Program, SimNode } from "./sim-node.js";
import type { Workload } from "./workload/workload.js";
import { World, type WorldParts } from "./world.js";

/**
 * A stand-in for the broker: counts in a file, 20 times a second, and tells its peers after each sync. When it starts again
 * it must find at least what it last told.
 */
class Counter implements ListenHandler, ConnectionHandler {
  private readonly ports: Ports;
  private readonly told: Map<number, number>;
  private readonly node: SimNode;
  private readonly file: DiskFile;
  private readonly links: Connection[];
  private count: number;
  received: number;

  constructor(ports: Ports, node: SimNode, told: Map<number, number>) {
    this.ports = ports;
    this.told = told;
    this.node = node;
    this.file = ports.disk.open("/data/count", false);
    const bytes = new Uint8Array(4);
    this.file.readSync(bytes, 0, 4, 0);
    this.count = readInt32(bytes, 0);
    assert.ok(this.count >= (told.get(node.id) ?? 0), "what was synced is there");
    this.links = [];
    this.received = 0;
    ports.network.listen(node.machine.address, 1, this);
    for (let i = 1; i <= 3; i++) {
      if (i !== node.id) this.links.push(ports.network.connect(`10.0.0.${i}`, 1, this));
    }
    ports.timers.schedule(50, this);
  }

  onTimer(): void {
    this.ports.timers.schedule(50, this);
    const bytes = new Uint8Array(4);
    writeInt32(bytes, 0, ++this.count);
    const count = this.count;
    this.file.write(0, [bytes], {
      onDiskDone: (writeError: DiskError | null) => {
        if (writeError !== null) return;
        this.file.sync({
          onDiskDone: (error: DiskError | null) => {
            if (error !== null) return;
            this.told.set(this.node.id, Math.max(count, this.told.get(this.node.id) ?? 0));
            for (const link of this.links) link.send([bytes]);
          },
        });
      },
    });
  }

  onListening(): void {}
  onListenError(): void {
    assert.fail("the port is free");
  }
  onAccept(): ConnectionHandler {
    return this;
  }
  onOpen(): void {}
  onData(bytes: Uint8Array): void {
    this.received += bytes.length;
  }
  onDrain(): void {}
  onClose(): void {}
}

function parts(told: Map<number, number>): WorldParts {
  return {
    program: (world): Program => ({
      format(node) {
        const process = world.simulation.startProcess(node.machine, "format");
        const disk = node.disk.portFor(process);
        disk.makeDirectory("/data");
        const file = disk.open("/data/count", true);
        file.writeSync(new Uint8Array(4), 0);
        file.syncSync();
        for (const path of ["/", "/data"]) disk.syncDirectory(path, { onDiskDone: () => {} });
        told.set(node.id, 0);
        node.disk.root.sync();
      },
      start(node) {
        const logger = world.ring.loggerFor(node.machine.name);
        const process = node.process;
        assert.ok(process !== null);
        const ports = createSimPorts(world.simulation, world.network, node.disk, process, new SeededRandom(1), logger);
        new Counter(ports, node, told);
        return { shutdown: () => world.onProgramStopped(node, process, "asked to", true) };
      },
    }),
    checker: () =>
      ({
        start() {},
        stop() {},
        finish() {},
        onStarting: (node: SimNode) => {
          node.damaged = false;
        },
        onStarted() {},
        onStopped() {},
        onWiped() {},
        onDamaged() {},
        afterEvent() {},
        survivesWithout: () => true,
        controllerNode: () => null,
        leaderNode: () => null,
        followerNode: () => null,
        rot: () => true,
      }) as unknown as ClusterChecker,
    workload: () =>
      ({
        start() {},
        finish() {},
        electPreferred: () => true,
        deleteRecords: () => true,
        createExtraTopic: () => true,
      }) as unknown as Workload,
  };
}

function run(scenario: Scenario) {
  const told = new Map<number, number>();
  const world = new World(scenario, parts(told), false);
  const violation = world.run();
  assert.equal(violation, null, violation?.message);
  return { world, told };
}

test("a world under faults runs the same way twice, and heals", () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const scenario = drawScenario(seed);
    const first = run(scenario);
    const second = run(scenario);
    assert.equal(first.world.simulation.trace.hex(), second.world.simulation.trace.hex());
    assert.ok(first.world.faults.applied >= 3);
    for (const node of first.world.nodes)
      assert.ok(node.running, `node ${node.id} of seed ${seed} is ${node.downBecause}`);
    for (const count of first.told.values()) assert.ok(count > 100);
    for (const name of first.world.counters.keys()) kinds.add(name);
  }
  for (const kind of ["crash", "power-loss", "pause", "isolate", "cut-one-way", "shutdown", "wipe", "disk-errors"]) {
    assert.ok(kinds.has(`fault: ${kind}`), kind);
  }
});

test("two seeds are two worlds", () => {
  const hash = (seed: number) => run(drawScenario(seed)).world.simulation.trace.hex();
  assert.notEqual(hash(1), hash(2));
});
