import { assert } from "../../base/assert.js";
import type { SeededRandom } from "../../base/random.js";
import {
  type Connection,
  type ConnectionHandler,
  type ListenHandler,
  type Network,
  NetworkError,
  type NetworkListener,
} from "../../ports/index.js";
import { EVENT_CONNECTION, EVENT_DATA, type EventKind, SimEvent } from "../kernel/event-queue.js";
import type { Machine } from "../kernel/machine.js";
import type { ProcessResource, SimProcess } from "../kernel/process.js";
import type { Simulation } from "../kernel/simulation.js";

/** How the network behaves in a seed. */
export interface NetworkBehaviour {
  /** Time of one way, microseconds: at least, and typically more. */
  latencyMinUs: number;
  latencySpreadUs: number;
  /** Of so many deliveries one is split; 0 none. */
  splitOneOf: number;
  /** Of so many deliveries one is late by up to `spikeUs`; 0 none. */
  spikeOneOf: number;
  spikeUs: number;
}

/** Bytes under way above which `Connection.bufferedBytes` tells of them. */
const SOCKET_BUFFER_BYTES = 256 * 1024;
const SLAB_BYTES = 64 * 1024;
/** How long a host tries in vain: to connect, and to have its bytes acknowledged. */
const CONNECT_TIMEOUT_US = 12_000_000;
const RETRANSMIT_TIMEOUT_US = 20_000_000;

/** All machines' network: links that can be cut one way, listeners, and connections whose bytes arrive in order. */
export class SimNetwork {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly behaviour: NetworkBehaviour;
  private spikeOneOf: number;
  private readonly machines: Machine[];
  private readonly listeners: Map<string, Listener>;
  private readonly connections: Set<Pair>;
  /** cuts[from][to] > 0: nothing goes that way. A count, since faults overlap. */
  private readonly cuts: number[][];
  private nextPort: number;
  private pairCount: number;
  private slab: Uint8Array;
  private slabAt: number;

  constructor(simulation: Simulation, behaviour: NetworkBehaviour) {
    this.simulation = simulation;
    this.random = simulation.random.fork();
    this.behaviour = behaviour;
    this.spikeOneOf = behaviour.spikeOneOf;
    this.machines = [];
    this.listeners = new Map();
    this.connections = new Set();
    this.cuts = [];
    this.nextPort = 40000;
    this.pairCount = 0;
    this.slab = new Uint8Array(SLAB_BYTES);
    this.slabAt = 0;
  }

  addMachine(machine: Machine): void {
    assert(machine.index === this.machines.length, "machines are added in the order of their index");
    this.machines.push(machine);
    for (const row of this.cuts) row.push(0);
    this.cuts.push(this.machines.map(() => 0));
  }

  portFor(process: SimProcess): Network {
    return new SimNetworkPort(this, process);
  }

  isCut(from: Machine, to: Machine): boolean {
    return this.cuts[from.index][to.index] > 0;
  }

  /** Nothing goes from one to the other until `restore`; what is sent meanwhile arrives after it. */
  cut(from: Machine, to: Machine): void {
    this.cuts[from.index][to.index]++;
  }

  restore(from: Machine, to: Machine): void {
    assert(this.cuts[from.index][to.index] > 0, "a link that is restored was cut");
    this.cuts[from.index][to.index]--;
    this.resumeHeld();
  }

  /** Every link works again, and nothing is late any more: what is to happen after healing is bounded by the usual delays. */
  restoreAll(): void {
    this.spikeOneOf = 0;
    for (const row of this.cuts) row.fill(0);
    this.resumeHeld();
  }

  /** The machine answers again: it knows none of its former connections. */
  poweredUp(machine: Machine): void {
    for (const pair of [...this.connections]) pair.poweredUp(machine);
    this.resumeHeld();
  }

  private resumeHeld(): void {
    for (const pair of this.connections) pair.resumeHeld();
  }

  /** Resets connections between two machines; returns how many. `oneOf` 1 resets each. */
  reset(a: Machine, b: Machine, oneOf: number): number {
    let count = 0;
    for (const pair of [...this.connections]) {
      const here = pair.client.process.machine;
      const there = pair.server.process.machine;
      if (!((here === a && there === b) || (here === b && there === a))) continue;
      if (this.random.below(oneOf) !== 0) continue;
      count++;
      pair.breakBoth("ECONNRESET");
    }
    return count;
  }

  latencyUs(): number {
    const behaviour = this.behaviour;
    let latency = behaviour.latencyMinUs + this.random.below(behaviour.latencySpreadUs + 1);
    if (this.spikeOneOf > 0 && this.random.below(this.spikeOneOf) === 0) {
      latency += this.random.below(behaviour.spikeUs + 1);
    }
    return latency;
  }

  machineAt(address: string): Machine | null {
    for (const machine of this.machines) {
      if (machine.address === address || machine.name === address) return machine;
    }
    return null;
  }

  listenerAt(machine: Machine, port: number): Listener | null {
    return this.listeners.get(`${machine.index}:${port}`) ?? null;
  }

  addListener(process: SimProcess, port: number, handler: ListenHandler): Listener {
    const actual = port === 0 ? this.nextPort++ : port;
    const listener = new Listener(this, process, actual, handler);
    const key = `${process.machine.index}:${actual}`;
    if (this.listeners.has(key)) {
      const error = new NetworkError("EADDRINUSE", `address in use: ${process.machine.address}:${actual}`);
      this.simulation.schedule(new Callback(process, () => handler.onListenError(error)), 1);
      return listener;
    }
    this.listeners.set(key, listener);
    process.resources.add(listener);
    this.simulation.schedule(new Callback(process, () => handler.onListening(actual)), 1);
    return listener;
  }

  removeListener(listener: Listener): void {
    const key = `${listener.process.machine.index}:${listener.port}`;
    if (this.listeners.get(key) === listener) this.listeners.delete(key);
  }

  addPair(pair: Pair): number {
    this.connections.add(pair);
    return ++this.pairCount;
  }

  removePair(pair: Pair): void {
    this.connections.delete(pair);
  }

  /** Room for what arrives, as views of larger pieces of memory, as real sockets give them: also ten times cheaper than one for each. */
  room(bytes: number): Uint8Array {
    if (bytes > SLAB_BYTES / 4) return new Uint8Array(bytes);
    if (this.slabAt + bytes > SLAB_BYTES) {
      this.slab = new Uint8Array(SLAB_BYTES);
      this.slabAt = 0;
    }
    this.slabAt += bytes;
    return this.slab.subarray(this.slabAt - bytes, this.slabAt);
  }

  ephemeralPort(): number {
    return this.nextPort++;
  }
}

class Callback extends SimEvent {
  readonly kind = EVENT_CONNECTION;
  private readonly body: () => void;
  constructor(process: SimProcess | null, body: () => void) {
    super(process);
    this.body = body;
  }
  run(): void {
    this.body();
  }
}

class Listener implements NetworkListener, ProcessResource {
  readonly network: SimNetwork;
  readonly process: SimProcess;
  readonly port: number;
  readonly handler: ListenHandler;

  constructor(network: SimNetwork, process: SimProcess, port: number, handler: ListenHandler) {
    this.network = network;
    this.process = process;
    this.port = port;
    this.handler = handler;
  }

  close(): void {
    this.network.removeListener(this);
    this.process.resources.delete(this);
  }

  onProcessDied(): void {
    this.network.removeListener(this);
  }
}

class SimNetworkPort implements Network {
  private readonly network: SimNetwork;
  private readonly process: SimProcess;

  constructor(network: SimNetwork, process: SimProcess) {
    this.network = network;
    this.process = process;
  }

  listen(_host: string, port: number, handler: ListenHandler): NetworkListener {
    return this.network.addListener(this.process, port, handler);
  }

  connect(host: string, port: number, handler: ConnectionHandler): Connection {
    return new Attempt(this.network, this.process, host, port, handler).endpoint;
  }
}

/** A connection that is being made: SYN, then acceptance, refusal or silence. */
class Attempt {
  readonly endpoint: Endpoint;
  private readonly network: SimNetwork;
  private readonly target: Machine | null;
  private readonly port: number;
  private readonly deadlineUs: number;

  constructor(network: SimNetwork, process: SimProcess, host: string, port: number, handler: ConnectionHandler) {
    this.network = network;
    this.target = network.machineAt(host);
    this.port = port;
    this.deadlineUs = network.simulation.nowUs + CONNECT_TIMEOUT_US;
    this.endpoint = new Endpoint(network, process, handler, network.ephemeralPort(), host, port);
    this.later(network.latencyUs(), () => this.arrive());
  }

  private later(delayUs: number, body: () => void): void {
    this.network.simulation.schedule(new Callback(null, body), delayUs);
  }

  private arrive(): void {
    const endpoint = this.endpoint;
    if (!endpoint.process.alive || endpoint.closed) return;
    const here = endpoint.process.machine;
    const target = this.target;
    if (target === null) {
      endpoint.fail(new NetworkError("ENOTFOUND", `no such host: ${endpoint.remoteAddress}`), 1);
      return;
    }
    if (!target.powered || this.network.isCut(here, target) || this.network.isCut(target, here)) {
      if (this.network.simulation.nowUs >= this.deadlineUs) {
        endpoint.fail(new NetworkError("ETIMEDOUT", `no answer from ${target.address}:${this.port}`), 1);
      } else this.later(1_000_000, () => this.arrive());
      return;
    }
    const listener = this.network.listenerAt(target, this.port);
    if (listener === null) {
      const error = new NetworkError("ECONNREFUSED", `refused by ${target.address}:${this.port}`);
      endpoint.fail(error, this.network.latencyUs());
      return;
    }
    const accepted = new Endpoint(this.network, listener.process, null, this.port, here.address, endpoint.localPort);
    const pair = new Pair(this.network, endpoint, accepted);
    endpoint.pair = pair;
    accepted.pair = pair;
    accepted.open = true;
    this.network.simulation.schedule(
      new Callback(listener.process, () => {
        if (accepted.closed) return;
        accepted.handler = listener.handler.onAccept(accepted);
      }),
      1,
    );
    this.network.simulation.schedule(new Callback(endpoint.process, () => endpoint.opened()), this.network.latencyUs());
  }
}

/** Both ends of a connection, and what is under way between them. */
class Pair {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly id: number;
  private readonly network: SimNetwork;

  constructor(network: SimNetwork, client: Endpoint, server: Endpoint) {
    this.network = network;
    this.client = client;
    this.server = server;
    this.id = network.addPair(this);
  }

  other(endpoint: Endpoint): Endpoint {
    return endpoint === this.client ? this.server : this.client;
  }

  resumeHeld(): void {
    this.client.resumeHeld();
    this.server.resumeHeld();
  }

  poweredUp(machine: Machine): void {
    this.client.tellOfReboot(machine, this.server);
    this.server.tellOfReboot(machine, this.client);
  }

  breakBoth(code: string): void {
    this.client.fail(new NetworkError(code, "connection reset"), 1);
    this.server.fail(new NetworkError(code, "connection reset"), 1);
    this.network.removePair(this);
  }

  /** One end is gone; the pair is forgotten when both are. */
  closedOne(): void {
    if (this.client.closed && this.server.closed) this.network.removePair(this);
  }
}

type Parcel = { readonly bytes: Uint8Array | null; readonly reset: boolean };

/** One end of a connection, as its process sees it. */
class Endpoint implements Connection, ProcessResource {
  readonly process: SimProcess;
  handler: ConnectionHandler | null;
  pair: Pair | null;
  open: boolean;
  closed: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  private readonly network: SimNetwork;
  /** Chunks of this turn; they leave at its end. */
  private outbox: Uint8Array[];
  private outboxBytes: number;
  private flushPlanned: boolean;
  private ending: boolean;
  private paused: boolean;
  private readonly unread: Parcel[];
  /** What goes to the other end arrives in order: not before this. */
  private lastArrivalUs: number;
  private readonly held: Parcel[];
  private heldSinceUs: number;
  private underWayBytes: number;
  private wasFull: boolean;

  constructor(
    network: SimNetwork,
    process: SimProcess,
    handler: ConnectionHandler | null,
    localPort: number,
    remoteAddress: string,
    remotePort: number,
  ) {
    this.network = network;
    this.process = process;
    this.handler = handler;
    this.pair = null;
    this.open = false;
    this.closed = false;
    this.localAddress = process.machine.address;
    this.localPort = localPort;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.outbox = [];
    this.outboxBytes = 0;
    this.flushPlanned = false;
    this.ending = false;
    this.paused = false;
    this.unread = [];
    this.lastArrivalUs = 0;
    this.held = [];
    this.heldSinceUs = -1;
    this.underWayBytes = 0;
    this.wasFull = false;
    process.resources.add(this);
  }

  get bufferedBytes(): number {
    return this.outboxBytes + (this.underWayBytes > SOCKET_BUFFER_BYTES ? this.underWayBytes - SOCKET_BUFFER_BYTES : 0);
  }

  opened(): void {
    if (this.closed) return;
    this.open = true;
    this.handler?.onOpen();
    if (this.outbox.length > 0 || this.ending) this.planFlush();
  }

  send(chunks: readonly Uint8Array[]): void {
    if (this.closed || this.ending) return;
    for (const chunk of chunks) {
      this.outbox.push(chunk);
      this.outboxBytes += chunk.length;
    }
    if (this.open) this.planFlush();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.unread.length === 0) return;
    const parcels = this.unread.splice(0);
    for (const parcel of parcels) this.network.simulation.schedule(new Arrival(this, parcel, this.process), 1);
  }

  end(): void {
    if (this.closed || this.ending) return;
    this.ending = true;
    if (this.open) this.planFlush();
    else this.fail(null, 1);
  }

  destroy(): void {
    if (this.closed) return;
    if (this.pair !== null) this.dispatch({ bytes: null, reset: true });
    this.fail(null, 1);
  }

  private planFlush(): void {
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    const process = this.process;
    if (process.inTurn) process.flushes.push(this);
    else this.network.simulation.schedule(new Callback(process, () => this.onTurnEnd()), 1);
  }

  /** All sends of the turn leave together. */
  onTurnEnd(): void {
    this.flushPlanned = false;
    if (this.closed) return;
    if (this.outboxBytes > 0) {
      const bytes = this.network.room(this.outboxBytes);
      let at = 0;
      for (const chunk of this.outbox) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      this.outbox = [];
      this.outboxBytes = 0;
      this.underWayBytes += bytes.length;
      if (this.underWayBytes > SOCKET_BUFFER_BYTES) this.wasFull = true;
      const splitOneOf = this.network.behaviour.splitOneOf;
      if (splitOneOf > 0 && bytes.length > 1 && this.network.random.below(splitOneOf) === 0) {
        const cut = 1 + this.network.random.below(bytes.length - 1);
        this.dispatch({ bytes: bytes.subarray(0, cut), reset: false });
        this.dispatch({ bytes: bytes.subarray(cut), reset: false });
      } else this.dispatch({ bytes, reset: false });
    }
    if (this.ending) {
      this.dispatch({ bytes: null, reset: false });
      this.fail(null, 1);
    }
  }

  /** Puts a parcel on its way to the other end, in order. */
  private dispatch(parcel: Parcel): void {
    const pair = this.pair;
    if (pair === null) return;
    const network = this.network;
    const to = pair.other(this);
    if (this.held.length > 0 || this.blocked(to)) {
      this.hold(parcel);
      return;
    }
    const now = network.simulation.nowUs;
    const arrival = Math.max(now + network.latencyUs(), this.lastArrivalUs + 1);
    this.lastArrivalUs = arrival;
    network.simulation.schedule(new Transit(this, to, parcel), arrival - now);
  }

  private blocked(to: Endpoint): boolean {
    const here = this.process.machine;
    const there = to.process.machine;
    return !there.powered || this.network.isCut(here, there);
  }

  /** It cannot get through now: it is sent again when the link is back, until the sender gives up. */
  hold(parcel: Parcel): void {
    this.held.push(parcel);
    if (this.held.length > 1) return;
    const simulation = this.network.simulation;
    const since = simulation.nowUs;
    this.heldSinceUs = since;
    simulation.schedule(
      new Callback(null, () => {
        if (this.closed || this.held.length === 0 || this.heldSinceUs !== since) return;
        this.held.length = 0;
        this.fail(new NetworkError("ETIMEDOUT", "what was sent was never acknowledged"), 1);
      }),
      RETRANSMIT_TIMEOUT_US,
    );
  }

  resumeHeld(): void {
    const pair = this.pair;
    if (pair === null || this.held.length === 0 || this.blocked(pair.other(this))) return;
    const simulation = this.network.simulation;
    // A retransmission's time-out has grown while the link was cut.
    const waited = simulation.nowUs - this.heldSinceUs;
    const delay = this.network.random.below(Math.max(1, Math.min(waited, 1_000_000)));
    const parcels = this.held.splice(0);
    this.heldSinceUs = -1;
    let arrival = Math.max(simulation.nowUs + delay + this.network.latencyUs(), this.lastArrivalUs + 1);
    for (const parcel of parcels) {
      simulation.schedule(new Transit(this, pair.other(this), parcel), arrival - simulation.nowUs);
      this.lastArrivalUs = arrival++;
    }
  }

  /** What the other end sent into the void is sent again now, and answered with a reset. */
  tellOfReboot(machine: Machine, other: Endpoint): void {
    if (this.process.machine !== machine || this.process.alive || other.closed || other.underWayBytes === 0) return;
    const delay = this.network.random.below(1_000_000);
    other.fail(new NetworkError("ECONNRESET", "connection reset by the other side"), delay + 1);
  }

  /** Bytes of this end were taken by the other one's machine. */
  taken(bytes: number): void {
    this.underWayBytes -= bytes;
    if (!this.wasFull || this.underWayBytes > 0 || this.closed) return;
    this.wasFull = false;
    this.network.simulation.schedule(
      new Callback(this.process, () => {
        if (!this.closed) this.handler?.onDrain();
      }),
      1,
    );
  }

  arrived(parcel: Parcel): void {
    if (this.closed) return;
    if (this.handler === null) {
      // Accepted by the kernel, not yet by the program.
      this.network.simulation.schedule(new Arrival(this, parcel, this.process), 10);
      return;
    }
    if (parcel.reset) {
      this.close(new NetworkError("ECONNRESET", "connection reset by the other side"));
      return;
    }
    if (this.paused) {
      this.unread.push(parcel);
      return;
    }
    if (parcel.bytes === null) this.close(null);
    else this.handler.onData(parcel.bytes);
  }

  /** The connection ends with this error, told in a turn of its own. */
  fail(error: NetworkError | null, delayUs: number): void {
    if (this.closed) return;
    const process = this.process;
    this.closed = true;
    process.resources.delete(this);
    this.pair?.closedOne();
    this.network.simulation.schedule(new Callback(process, () => this.handler?.onClose(error)), delayUs);
  }

  private close(error: NetworkError | null): void {
    this.closed = true;
    this.process.resources.delete(this);
    this.pair?.closedOne();
    this.handler?.onClose(error);
  }

  /** The machine's kernel says so to the other end, unless the machine went with it. */
  onProcessDied(powerLost: boolean): void {
    this.closed = true;
    if (!powerLost && this.pair !== null) this.dispatch({ bytes: null, reset: true });
    this.pair?.closedOne();
  }
}

/** On the wire: arrives at the other machine, whose kernel takes it whatever its process does. */
class Transit extends SimEvent {
  readonly kind: EventKind = EVENT_DATA;
  private readonly from: Endpoint;
  private readonly to: Endpoint;
  private readonly parcel: Parcel;

  constructor(from: Endpoint, to: Endpoint, parcel: Parcel) {
    super(to.process.alive ? to.process : null);
    this.from = from;
    this.to = to;
    this.parcel = parcel;
  }

  override detail(): number {
    return this.parcel.bytes === null ? -1 : this.parcel.bytes.length;
  }

  run(): void {
    const { from, to, parcel } = this;
    if (parcel.bytes !== null) from.taken(parcel.bytes.length);
    if (!to.process.alive) {
      // The other machine no longer knows the connection.
      if (!from.closed && to.process.machine.powered) {
        from.fail(new NetworkError("ECONNRESET", "connection reset by the other side"), 1);
      }
      return;
    }
    to.arrived(parcel);
  }
}

class Arrival extends SimEvent {
  readonly kind: EventKind = EVENT_DATA;
  private readonly to: Endpoint;
  private readonly parcel: Parcel;

  constructor(to: Endpoint, parcel: Parcel, process: SimProcess) {
    super(process);
    this.to = to;
    this.parcel = parcel;
  }

  override detail(): number {
    return this.parcel.bytes === null ? -1 : this.parcel.bytes.length;
  }

  run(): void {
    this.to.arrived(this.parcel);
  }
}
