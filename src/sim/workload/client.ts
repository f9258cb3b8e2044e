import type { Connection, ConnectionHandler, NetworkError, Ports, Timer } from "../../ports/index.js";
import type { Api, RequestOf, ResponseOf } from "../../protocol/apis.js";
import { Apis } from "../../protocol/apis.js";
import { decodeResponse, encodeRequest, FrameReader } from "../../protocol/frames.js";
import type { MetadataResponse } from "../../protocol/messages/03-metadata.js";

/** Why there is no response: nobody knows whether the request took effect. */
export type NoResponse = "refused" | "disconnected" | "timeout";

interface Waiting {
  readonly api: Api;
  readonly version: number;
  readonly onResponse: (response: unknown) => void;
  readonly onNone: (why: NoResponse) => void;
  readonly deadlineMs: number;
}

/** One connection of a client to one broker: requests in order, a time-out for each, made anew when it broke. */
export class BrokerLink {
  readonly host: string;
  readonly port: number;
  private readonly ports: Ports;
  private readonly clientId: string;
  private connection: Connection | null;
  private reader: FrameReader;
  private readonly waiting: Map<number, Waiting>;
  private nextCorrelationId: number;
  private timer: Timer | null;
  /** When the timer is due; nobody's deadline is earlier. */
  private timerDueMs: number;

  constructor(ports: Ports, clientId: string, host: string, port: number) {
    this.ports = ports;
    this.clientId = clientId;
    this.host = host;
    this.port = port;
    this.connection = null;
    this.reader = new FrameReader(16 << 20);
    this.waiting = new Map();
    this.nextCorrelationId = 1;
    this.timer = null;
    this.timerDueMs = 0;
  }

  send<A extends Api>(
    api: A,
    version: number,
    request: RequestOf<A>,
    timeoutMs: number,
    onResponse: (response: ResponseOf<A>) => void,
    onNone: (why: NoResponse) => void,
  ): void {
    if (this.connection === null) {
      this.reader = new FrameReader(16 << 20);
      const handler = new LinkHandler(this);
      this.connection = this.ports.network.connect(this.host, this.port, handler);
      handler.connection = this.connection;
    }
    const id = this.nextCorrelationId++;
    const deadlineMs = this.ports.clock.monotonicMs() + timeoutMs;
    this.waiting.set(id, { api, version, onResponse: onResponse as (response: unknown) => void, onNone, deadlineMs });
    this.connection.send(encodeRequest(api, version, id, this.clientId, request));
    this.watch(deadlineMs);
  }

  /** One timer looks at all deadlines. */
  private watch(deadlineMs: number): void {
    if (this.timer !== null) {
      if (this.timerDueMs <= deadlineMs) return;
      this.timer.cancel();
    }
    this.timerDueMs = deadlineMs;
    this.timer = this.ports.timers.schedule(deadlineMs - this.ports.clock.monotonicMs(), this);
  }

  onTimer(): void {
    this.timer = null;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.waiting.values()) earliestMs = Math.min(earliestMs, deadlineMs);
    if (earliestMs <= this.ports.clock.monotonicMs()) this.drop("timeout");
    else if (this.waiting.size > 0) this.watch(earliestMs);
  }

  /** Whether events of this connection still concern the link. */
  owns(connection: Connection | null): boolean {
    return connection !== null && connection === this.connection;
  }

  private drop(why: NoResponse): void {
    this.connection?.destroy();
    this.connection = null;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const each of waiting) each.onNone(why);
  }

  onData(bytes: Uint8Array): void {
    const connection = this.connection;
    this.reader.push(bytes);
    for (;;) {
      const frame = this.reader.next();
      if (frame === null) return;
      const id = (frame[0] << 24) | (frame[1] << 16) | (frame[2] << 8) | frame[3];
      const waiting = this.waiting.get(id);
      if (waiting === undefined) throw new Error(`${this.host} answered ${id}, which nobody asked`);
      this.waiting.delete(id);
      waiting.onResponse(decodeResponse(waiting.api, waiting.version, frame).body);
      if (this.connection !== connection) return;
    }
  }

  onClose(error: NetworkError | null): void {
    this.connection = null;
    this.drop(error?.code === "ECONNREFUSED" ? "refused" : "disconnected");
  }
}

/** Passes on the events of one connection, as long as the link has not given it up. */
class LinkHandler implements ConnectionHandler {
  private readonly link: BrokerLink;
  /** Set at once after it was made; no event comes before. */
  connection: Connection | null;

  constructor(link: BrokerLink) {
    this.link = link;
    this.connection = null;
  }

  onOpen(): void {}

  onData(bytes: Uint8Array): void {
    if (this.link.owns(this.connection)) this.link.onData(bytes);
  }

  onDrain(): void {}

  onClose(error: NetworkError | null): void {
    if (this.link.owns(this.connection)) this.link.onClose(error);
  }
}

export interface PartitionPlace {
  readonly topicId: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

const METADATA_VERSION = 12;

/** A client of the cluster: links to all brokers, and where partitions are led as far as it knows. */
export class ClusterClient {
  readonly ports: Ports;
  readonly links: readonly BrokerLink[];
  private readonly topics: readonly string[];
  private readonly places: Map<string, PartitionPlace>;
  private refreshing: boolean;
  private lastRefreshMs: number;

  constructor(ports: Ports, clientId: string, addresses: readonly string[], port: number, topics: readonly string[]) {
    this.ports = ports;
    this.links = addresses.map((address) => new BrokerLink(ports, clientId, address, port));
    this.topics = topics;
    this.places = new Map();
    this.refreshing = false;
    this.lastRefreshMs = -1000;
  }

  place(topic: string, partition: number): PartitionPlace | null {
    return this.places.get(`${topic}-${partition}`) ?? null;
  }

  /** The link to a broker by its id. */
  link(brokerId: number): BrokerLink | null {
    return this.links[brokerId - 1] ?? null;
  }

  anyLink(): BrokerLink {
    return this.links[this.ports.random.below(this.links.length)];
  }

  /** Asks a broker where partitions are led; at most once at a time and every 100 ms. */
  refresh(): void {
    const now = this.ports.clock.monotonicMs();
    if (this.refreshing || now - this.lastRefreshMs < 100) return;
    this.refreshing = true;
    this.lastRefreshMs = now;
    this.anyLink().send(
      Apis.Metadata,
      METADATA_VERSION,
      { topics: this.topics.map((name) => ({ name })), allowAutoTopicCreation: false },
      2000,
      (response) => {
        this.refreshing = false;
        this.learn(response);
      },
      () => {
        this.refreshing = false;
      },
    );
  }

  private learn(response: MetadataResponse): void {
    for (const topic of response.topics) {
      if (topic.errorCode !== 0) continue;
      for (const partition of topic.partitions) {
        const key = `${topic.name}-${partition.partitionIndex}`;
        const known = this.places.get(key);
        // Brokers that lag tell of older leaders.
        if (known !== undefined && known.topicId === topic.topicId && known.leaderEpoch > partition.leaderEpoch)
          continue;
        this.places.set(key, {
          topicId: topic.topicId,
          leader: partition.leaderId,
          leaderEpoch: partition.leaderEpoch,
          replicas: partition.replicaNodes,
          isr: partition.isrNodes,
        });
      }
    }
  }
}
