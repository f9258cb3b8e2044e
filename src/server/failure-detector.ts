import type { Controller } from "../metadata/controller.js";
import type { BrokerRegistration, Endpoint } from "../metadata/image.js";
import type { Connection, ConnectionHandler, NetworkError, Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import type { ClientConnection, ConnectionObserver } from "./request.js";

/** How long what one probe found out waits for the others that are under way: who died together is fenced together. */
const GATHER_MS = 5;

/**
 * Notices dead brokers for the active controller, without waiting for their sessions to end: when the connection on which a broker
 * heartbeats breaks, it connects back to where the broker serves. Refused means that the process is gone. Accepted proves nothing, nor
 * does silence: then the session decides.
 */
export class FailureDetector implements ConnectionObserver, TimerTask, TurnTask {
  private readonly ports: Ports;
  private readonly controller: Controller;
  private readonly listenerName: string;
  /** By broker id: the connection that its latest heartbeat came on. */
  private readonly heartbeats: Map<number, ClientConnection>;
  private readonly probes: Set<Probe>;
  /** Brokers whose process is gone, with the epoch they were registered in. */
  private readonly dead: Map<number, number>;
  private timer: Timer | null;
  private endsTurn: boolean;

  /** `listenerName`: that on which brokers serve each other. */
  constructor(ports: Ports, controller: Controller, listenerName: string) {
    this.ports = ports;
    this.controller = controller;
    this.listenerName = listenerName;
    this.heartbeats = new Map();
    this.probes = new Set();
    this.dead = new Map();
    this.timer = null;
    this.endsTurn = false;
  }

  /** To be called for each heartbeat that the active controller takes. `leaves`: the broker was told to shut down, its connection may go. */
  onHeartbeat(brokerId: number, connection: ClientConnection, leaves: boolean): void {
    const known = this.heartbeats.get(brokerId);
    if (leaves) {
      if (known !== undefined) this.forget(brokerId, known);
      return;
    }
    if (known === connection) return;
    if (known !== undefined) this.forget(brokerId, known);
    if (!connection.isOpen) {
      this.onBroken(brokerId);
      return;
    }
    this.heartbeats.set(brokerId, connection);
    connection.observe(this);
  }

  onConnectionClosed(connection: ClientConnection): void {
    for (const [brokerId, known] of [...this.heartbeats]) {
      if (known !== connection) continue;
      this.heartbeats.delete(brokerId);
      this.onBroken(brokerId);
    }
  }

  private onBroken(brokerId: number): void {
    if (!this.controller.active) return;
    this.controller.onBrokerConnectionBroken(brokerId);
    this.probe(brokerId);
  }

  /** This node's controller became active: a broker that died with its predecessor never connected to this one. */
  onActivated(): void {
    for (const brokerId of this.controller.unfencedBrokers()) this.probe(brokerId);
  }

  /**
   * This node's own broker was refused by that one. It closes a gap: a broker that still accepted when this controller became active and
   * died before it sent its first heartbeat here has no connection that could break.
   */
  onRefused(brokerId: number): void {
    if (this.controller.active) this.probe(brokerId);
  }

  onResigned(): void {
    for (const [brokerId, connection] of [...this.heartbeats]) this.forget(brokerId, connection);
    for (const probe of [...this.probes]) probe.cancel();
    this.probes.clear();
    this.dead.clear();
    this.timer?.cancel();
    this.timer = null;
  }

  /** Of a probe: what it found. */
  onProbed(probe: Probe, isDead: boolean): void {
    if (!this.probes.delete(probe)) return;
    if (isDead) this.dead.set(probe.brokerId, probe.brokerEpoch);
    if (this.dead.size === 0) return;
    if (this.probes.size === 0) this.fenceSoon();
    else this.timer ??= this.ports.timers.schedule(GATHER_MS, this);
  }

  onTimer(): void {
    this.timer = null;
    this.fenceDead();
  }

  onTurnEnd(): void {
    this.endsTurn = false;
    this.fenceDead();
  }

  private probe(brokerId: number): void {
    const broker = this.controller.state?.brokers.get(brokerId);
    if (broker === undefined || broker.fenced) return;
    for (const probe of this.probes) if (probe.brokerId === brokerId && probe.brokerEpoch === broker.epoch) return;
    const endpoint = endpointOf(broker, this.listenerName);
    if (endpoint === undefined) return;
    const probe = new Probe(this, brokerId, broker.epoch);
    this.probes.add(probe);
    probe.connection = this.ports.network.connect(endpoint.host, endpoint.port, probe);
  }

  /** At this turn's end: others may be found out in it. */
  private fenceSoon(): void {
    if (this.endsTurn) return;
    this.endsTurn = true;
    this.ports.loop.atTurnEnd(this);
  }

  private fenceDead(): void {
    this.timer?.cancel();
    this.timer = null;
    const brokers = this.controller.state?.brokers;
    const ids: number[] = [];
    // Not another incarnation, which has registered meanwhile.
    for (const [brokerId, epoch] of this.dead) if (brokers?.get(brokerId)?.epoch === epoch) ids.push(brokerId);
    this.dead.clear();
    if (ids.length > 0) this.controller.fenceDead(ids);
  }

  private forget(brokerId: number, connection: ClientConnection): void {
    this.heartbeats.delete(brokerId);
    this.unobserveIdle(connection);
  }

  private unobserveIdle(connection: ClientConnection): void {
    for (const other of this.heartbeats.values()) if (other === connection) return;
    connection.unobserve(this);
  }
}

function endpointOf(broker: BrokerRegistration, listenerName: string): Endpoint | undefined {
  return broker.listeners.get(listenerName) ?? broker.listeners.values().next().value;
}

/** One attempt to connect to a broker; the connection is not used. */
class Probe implements ConnectionHandler {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  /** Set right after it was made; no event comes before. */
  connection: Connection | null;
  private readonly detector: FailureDetector;

  constructor(detector: FailureDetector, brokerId: number, brokerEpoch: number) {
    this.detector = detector;
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.connection = null;
  }

  cancel(): void {
    this.connection?.destroy();
  }

  onOpen(): void {
    this.connection?.destroy();
    this.detector.onProbed(this, false);
  }

  onData(): void {}

  onDrain(): void {}

  onClose(error: NetworkError | null): void {
    this.detector.onProbed(this, error?.code === "ECONNREFUSED");
  }
}
