import { get, type IncomingMessage } from "node:http";
import type { Address } from "./broker-link.js";
import { Failure, messageOf } from "./failure.js";

/** What a broker tells at `/events`: a kind and what belongs to it. `tNs`, where it is told, is its monotonic clock. */
export interface ToldEvent {
  readonly broker: number;
  readonly kind: string;
  readonly tNs?: number;
  readonly [field: string]: unknown;
}

export interface EventSourceListener {
  onEvent(event: ToldEvent): void;
  /** The broker answers again after `onLost`, or for the first time. `clock`: which one times its events; times of one can be compared. */
  onConnected(broker: number, clock: string): void;
  onLost(broker: number, reason: string): void;
}

const RETRY_MS = 500;

/** Listens to one broker's `/events`; comes back with the number of the last event that it saw when the broker went away. */
export class EventSource {
  private readonly broker: number;
  private readonly address: Address;
  private readonly listener: EventSourceListener;
  private lastId = "";
  private isConnected = false;
  private isClosed = false;
  private response: IncomingMessage | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(broker: number, address: Address, listener: EventSourceListener) {
    this.broker = broker;
    this.address = address;
    this.listener = listener;
  }

  open(): void {
    const { host, port } = this.address;
    const headers = this.lastId === "" ? {} : { "Last-Event-ID": this.lastId };
    const request = get({ host, port, path: "/events", headers, agent: false }, (response) =>
      this.onResponse(response),
    );
    request.on("error", (error) => this.lost(messageOf(error)));
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.response?.destroy();
  }

  private onResponse(response: IncomingMessage): void {
    if (this.isClosed || response.statusCode !== 200) {
      response.destroy();
      if (!this.isClosed) this.lost(`the answer is ${response.statusCode}`);
      return;
    }
    this.response = response;
    this.isConnected = true;
    this.listener.onConnected(this.broker, String(response.headers["holdfast-clock"] ?? ""));
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.onBlock(block);
    });
    response.on("close", () => this.lost("the connection was closed"));
    response.on("error", (error) => this.lost(messageOf(error)));
  }

  private onBlock(block: string): void {
    let data = "";
    let kind = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4);
      else if (line.startsWith("event: ")) kind = line.slice(7);
      else if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (data !== "") this.listener.onEvent({ broker: this.broker, kind, ...(JSON.parse(data) as object) });
  }

  private lost(reason: string): void {
    if (this.isClosed || this.timer !== null) return;
    if (this.isConnected) this.listener.onLost(this.broker, reason);
    this.isConnected = false;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, RETRY_MS);
  }
}

/** Throws a `Failure` for a cluster none of whose brokers serves HTTP. */
export function requireHttp(ports: readonly (number | null)[]): void {
  if (ports.every((port) => port === null)) {
    throw new Failure(
      "This cluster's brokers tell no events: Apache Kafka has no such listener.",
      "Use it on a cluster of Holdfast, or name its `http.listeners` with --http.",
    );
  }
}
