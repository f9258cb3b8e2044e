import { EventFeed } from "../../src/base/events.js";
import type { CallHandler, NoResponse } from "../../src/client/peer-link.js";
import { PeerLink } from "../../src/client/peer-link.js";
import { nodeConfigOf } from "../../src/config/node-config-from.js";
import type { Ports } from "../../src/ports/index.js";
import type { Api, RequestOf, ResponseOf } from "../../src/protocol/apis.js";
import type { Input } from "../../src/protocol/schema.js";
import { HoldfastNode } from "../../src/server/node.js";
import { SimDisk } from "../../src/sim/disk/sim-disk.js";
import { Machine } from "../../src/sim/kernel/machine.js";
import type { SimProcess } from "../../src/sim/kernel/process.js";
import { Simulation } from "../../src/sim/kernel/simulation.js";
import { formatLine, LogRing } from "../../src/sim/log-ring.js";
import { SimNetwork } from "../../src/sim/network/sim-network.js";
import { createSimPorts } from "../../src/sim/ports.js";

export const BROKER_PORT = 9092;
const CONTROLLER_PORT = 9093;
const CLUSTER_ID = "c2ltdWxhdGVkLWNsdXN0ZA";

export interface SimulatedClusterOptions {
  readonly seed?: number;
  readonly nodes?: number;
  /** Of them, so many from the first are controllers alone and the others brokers alone; absent: all are both. */
  readonly controllers?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

interface Place {
  readonly machine: Machine;
  readonly disk: SimDisk;
  process: SimProcess | null;
  node: HoldfastNode | null;
  stopped: string | null;
}

/** Nodes of the shipped code on simulated ports, without faults of their own: for tests that play out one story. */
export class SimulatedCluster {
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  readonly ring: LogRing;
  private readonly places: Place[];
  private readonly properties: Readonly<Record<string, string>>;
  private readonly controllers: number | null;
  private readonly clientPorts: Ports;
  private readonly links: Map<number, PeerLink>;

  constructor(options: SimulatedClusterOptions = {}) {
    this.simulation = new Simulation(options.seed ?? 1);
    const behaviour = { latencyMinUs: 50, latencySpreadUs: 50, splitOneOf: 0, spikeOneOf: 0, spikeUs: 0 };
    this.network = new SimNetwork(this.simulation, behaviour);
    this.ring = new LogRing(this.simulation, 2000, false);
    this.properties = options.properties ?? {};
    this.controllers = options.controllers ?? null;
    this.places = [];
    this.links = new Map();
    const count = options.nodes ?? 3;
    for (let i = 0; i < count; i++) {
      const machine = new Machine(`node-${i + 1}`, `10.0.0.${i + 1}`, i, 1, 0);
      this.network.addMachine(machine);
      const disk = new SimDisk(this.simulation, machine, {
        readUs: 50,
        writeUs: 30,
        syncUs: 300,
        capacityBytes: Number.MAX_SAFE_INTEGER,
        failOneOf: 0,
        frozenUntilUs: 0,
      });
      machine.disk = disk;
      this.places.push({ machine, disk, process: null, node: null, stopped: null });
    }
    const client = new Machine("client", "10.0.1.1", count, 1, 0);
    this.network.addMachine(client);
    const process = this.simulation.startProcess(client, "client");
    const { random } = this.simulation;
    this.clientPorts = createSimPorts(
      this.simulation,
      this.network,
      null,
      process,
      random.fork(),
      this.ring.loggerFor("client"),
    );
  }

  get ids(): number[] {
    return this.places.map((_, i) => i + 1);
  }

  /** The running node with this id (from 1). */
  node(id: number): HoldfastNode {
    const { node } = this.places[id - 1];
    if (node === null) throw new Error(`node ${id} does not run`);
    return node;
  }

  running(): number[] {
    return this.ids.filter((id) => this.places[id - 1].node !== null);
  }

  startAll(): void {
    for (const id of this.ids) this.start(id);
  }

  start(id: number): void {
    const place = this.places[id - 1];
    const { machine } = place;
    if (!machine.powered) {
      machine.powered = true;
      this.network.poweredUp(machine);
    }
    const process = this.simulation.startProcess(machine, machine.name);
    place.process = process;
    place.stopped = null;
    this.simulation.runAs(process, () => {
      const ports = createSimPorts(
        this.simulation,
        this.network,
        place.disk,
        process,
        this.simulation.random.fork(),
        this.ring.loggerFor(machine.name),
      );
      const node = new HoldfastNode(ports, {
        config: nodeConfigOf(this.propertiesOf(id)),
        clusterId: CLUSTER_ID,
        release: "test",
        events: new EventFeed(),
        onStopped: (reason) => {
          place.stopped = reason;
          place.node = null;
        },
      });
      place.node = node;
      node.start();
    });
  }

  /** The process is gone without a last word; with `powerLost` also what its disk had not synced. */
  kill(id: number, powerLost = false): void {
    const place = this.places[id - 1];
    if (place.process !== null) this.simulation.killProcess(place.process, powerLost);
    place.process = null;
    place.node = null;
    if (powerLost) {
      place.machine.powered = false;
      place.disk.losePower();
    }
  }

  /** A controlled shutdown, until the node says that it has stopped: its reason. */
  shutdown(id: number): string {
    const place = this.places[id - 1];
    const process = place.process as SimProcess;
    this.simulation.runAs(process, () => place.node?.shutdown());
    this.until(() => place.stopped !== null, 15_000, `node ${id} stops`);
    this.simulation.killProcess(process, false);
    place.process = null;
    return place.stopped as string;
  }

  get nowMs(): number {
    return this.simulation.nowUs / 1000;
  }

  run(ms: number): void {
    this.simulation.runUntil(this.simulation.nowUs + ms * 1000);
  }

  /** Runs until it is so; how long that took, ms. Throws with the last lines of all logs when it takes longer. */
  until(isSo: () => boolean, limitMs: number, what: string): number {
    const start = this.nowMs;
    const end = start + limitMs;
    while (!isSo()) {
      if (this.nowMs >= end) throw new Error(`within ${limitMs} ms: ${what}\n${this.transcript()}`);
      this.run(1);
    }
    return this.nowMs - start;
  }

  transcript(lines = 80): string {
    return this.ring.all().slice(-lines).map(formatLine).join("\n");
  }

  untilReady(limitMs = 5000): number {
    return this.until(() => this.running().every((id) => this.node(id).status.ready), limitMs, "all nodes are ready");
  }

  /** Names in a directory of the node's disk. */
  files(id: number, directory: string): string[] {
    const found = this.places[id - 1].disk.find(directory);
    return found?.isDirectory === true ? [...found.live.keys()] : [];
  }

  /** Asks a broker in this version and waits for the answer. */
  ask<A extends Api>(
    id: number,
    api: A,
    version: number,
    body: Input<A["request"]>,
    timeoutMs = 10_000,
  ): ResponseOf<A> {
    const answer: { response: ResponseOf<A> | null; why: NoResponse | null } = { response: null, why: null };
    const handler: CallHandler<A> = {
      onResponse: (response) => {
        answer.response = response;
      },
      onNoResponse: (why) => {
        answer.why = why;
      },
    };
    this.link(id).call(api, version, body as RequestOf<A>, handler, timeoutMs);
    this.until(
      () => answer.response !== null || answer.why !== null,
      timeoutMs + 1000,
      `broker ${id} answers ${api.name}`,
    );
    if (answer.response === null) throw new Error(`${api.name} to broker ${id}: ${answer.why}\n${this.transcript()}`);
    return answer.response;
  }

  private link(id: number): PeerLink {
    let link = this.links.get(id);
    if (link === undefined) {
      const host = this.places[id - 1].machine.address;
      link = new PeerLink(this.clientPorts, { host, port: BROKER_PORT, clientId: "test", requestTimeoutMs: 10_000 });
      this.links.set(id, link);
    }
    return link;
  }

  private propertiesOf(id: number): Record<string, string> {
    const { address } = this.places[id - 1].machine;
    const isController = this.controllers === null || id <= this.controllers;
    const isBroker = this.controllers === null || id > this.controllers;
    const voters = this.places
      .slice(0, this.controllers ?? this.places.length)
      .map(({ machine }, i) => `${i + 1}@${machine.address}:${CONTROLLER_PORT}`);
    const listeners: string[] = [];
    if (isBroker) listeners.push(`PLAINTEXT://${address}:${BROKER_PORT}`);
    if (isController) listeners.push(`CONTROLLER://${address}:${CONTROLLER_PORT}`);
    return {
      "process.roles": [...(isBroker ? ["broker"] : []), ...(isController ? ["controller"] : [])].join(","),
      "node.id": String(id),
      "controller.quorum.voters": voters.join(","),
      listeners: listeners.join(","),
      "controller.listener.names": "CONTROLLER",
      "log.dirs": "/data",
      ...this.properties,
    };
  }
}
