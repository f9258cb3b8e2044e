import type { Ports } from "../../ports/index.js";
import type { BrokerRegistration } from "../image.js";
import type { ControllerState } from "./state.js";

/**
 * What the active controller knows of the brokers besides the log: when each was last heard, how far it has read, whether
 * it is leaving (Kafka: BrokerHeartbeatManager and BrokerHeartbeatTracker). It dies with the activation.
 */
export class BrokerSessions {
  private readonly ports: Ports;
  private readonly timeoutMs: number;
  private readonly sessions: Map<number, Session>;
  private readonly brokers: Map<number, BrokerContact>;

  constructor(ports: Ports, timeoutMs: number) {
    this.ports = ports;
    this.timeoutMs = timeoutMs;
    this.sessions = new Map();
    this.brokers = new Map();
  }

  /** At activation: an unfenced broker gets a whole session to be heard in, though it was not heard yet. */
  activate(broker: BrokerRegistration): void {
    this.brokers.set(broker.id, newContact(broker));
    if (!broker.fenced) {
      this.sessions.set(broker.id, {
        epoch: broker.epoch,
        contactMs: this.ports.clock.monotonicMs(),
        stalledMs: this.ports.loop.stalledMs(),
        heard: false,
        broken: false,
      });
    }
  }

  /** A heartbeat, whatever it asks for. */
  heard(brokerId: number, epoch: number): void {
    this.sessions.set(brokerId, {
      epoch,
      contactMs: this.ports.clock.monotonicMs(),
      stalledMs: this.ports.loop.stalledMs(),
      heard: true,
      broken: false,
    });
  }

  connectionBroken(brokerId: number): void {
    const session = this.sessions.get(brokerId);
    if (session !== undefined) session.broken = true;
  }

  end(brokerId: number): void {
    this.sessions.delete(brokerId);
  }

  hasValidSession(brokerId: number, epoch: number): boolean {
    const session = this.sessions.get(brokerId);
    return session !== undefined && session.epoch === epoch && !this.isExpired(session);
  }

  /**
   * Whether another incarnation, which has the same directories or not, may take the place of this session at once. The
   * directories are locked by the process that has them open: with the same ones, it is enough that the old incarnation's
   * connection broke or that it was not heard since this controller is active; without, it must have been silent for a
   * quarter of a session.
   */
  mayReplace(brokerId: number, hasSameDirectories: boolean): boolean {
    const session = this.sessions.get(brokerId);
    if (session === undefined) return true;
    if (session.heard) return session.broken && hasSameDirectories;
    return hasSameDirectories || this.silentMs(session) >= this.timeoutMs / 4;
  }

  /** Ends the sessions that timed out; their brokers. */
  takeExpired(): number[] {
    const expired: number[] = [];
    for (const [brokerId, session] of this.sessions) if (this.isExpired(session)) expired.push(brokerId);
    for (const brokerId of expired) this.sessions.delete(brokerId);
    return expired;
  }

  /** Milliseconds until the first session may have timed out; Infinity without sessions. */
  untilExpiryMs(): number {
    let untilMs = Number.POSITIVE_INFINITY;
    for (const session of this.sessions.values()) untilMs = Math.min(untilMs, this.timeoutMs - this.silentMs(session));
    return untilMs;
  }

  /** Last offset of the metadata log that the broker said it applied; −1 unknown. */
  metadataOffset(brokerId: number): number {
    return this.brokers.get(brokerId)?.metadataOffset ?? -1;
  }

  setMetadataOffset(brokerId: number, offset: number): void {
    const broker = this.brokers.get(brokerId);
    if (broker !== undefined) broker.metadataOffset = offset;
  }

  isShuttingDown(brokerId: number): boolean {
    return this.shutdownOffset(brokerId) >= 0;
  }

  /** Offset at which the broker entered controlled shutdown; −1: it did not. */
  shutdownOffset(brokerId: number): number {
    return this.brokers.get(brokerId)?.shutdownOffset ?? -1;
  }

  enterShutdown(brokerId: number, offset: number): void {
    const broker = this.brokers.get(brokerId);
    if (broker !== undefined && broker.shutdownOffset < 0) broker.shutdownOffset = offset;
  }

  /** The least offset that all brokers which serve have applied; Infinity when none serves. */
  lowestActiveOffset(state: ControllerState): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const [id, broker] of this.brokers) {
      if (broker.shutdownOffset < 0 && state.brokers.get(id)?.fenced === false) {
        lowest = Math.min(lowest, broker.metadataOffset);
      }
    }
    return lowest;
  }

  /** Takes over what was replayed: new registrations begin anew, fenced brokers are not leaving any more. */
  follow(state: ControllerState): void {
    for (const id of this.brokers.keys()) if (!state.brokers.has(id)) this.forget(id);
    for (const broker of state.brokers.values()) {
      const contact = this.brokers.get(broker.id);
      if (contact === undefined || contact.epoch !== broker.epoch) {
        if (contact !== undefined) this.sessions.delete(broker.id);
        this.brokers.set(broker.id, newContact(broker));
      } else if (broker.fenced) {
        contact.shutdownOffset = -1;
      }
    }
  }

  private forget(brokerId: number): void {
    this.brokers.delete(brokerId);
    this.sessions.delete(brokerId);
  }

  private isExpired(session: Session): boolean {
    return this.silentMs(session) > this.timeoutMs;
  }

  /** Time since the last contact, without that for which this node's own loop stalled. */
  private silentMs(session: Session): number {
    const stalledMs = this.ports.loop.stalledMs() - session.stalledMs;
    return this.ports.clock.monotonicMs() - session.contactMs - stalledMs;
  }
}

interface Session {
  epoch: number;
  contactMs: number;
  /** `Loop.stalledMs()` at the contact: what the loop stalled since does not count. */
  stalledMs: number;
  heard: boolean;
  broken: boolean;
}

interface BrokerContact {
  readonly epoch: number;
  metadataOffset: number;
  shutdownOffset: number;
}

function newContact(broker: BrokerRegistration): BrokerContact {
  return { epoch: broker.epoch, metadataOffset: -1, shutdownOffset: -1 };
}
