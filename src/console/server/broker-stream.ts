import { type ClientRequest, get } from "node:http";
import type { Address } from "../../cluster/broker-link.js";
import { type ClockReading, probeClock } from "../../cluster/clock-probe.js";
import type { ConsoleEventKind } from "../story/event.js";
import type { Told } from "./feed.js";

const RETRY_MS = 200;

/** A broker that is to be heard. */
export interface HeardBroker {
  readonly id: number;
  readonly address: Address;
  /** As far as it is known that it runs: one that does not is not waited for. */
  readonly isUp: () => boolean;
  /** Which process it is now; null: not known. */
  readonly pid: () => number | null;
}

/** Puts times of several clocks in one row. */
export interface ClockShifts {
  /** What is added to the times of that clock, ns; undefined: not known yet. */
  shiftOf(clock: string): number | undefined;
  /** The first reading of a clock decides: times of one clock keep their distances. */
  learn(reading: ClockReading): void;
}

/** One broker's `/events`; connects again for as long as it is not closed. */
export class BrokerStream {
  readonly broker: HeardBroker;
  isConnected = false;
  /** Which clock it reads; "": not told yet. */
  clock = "";
  private readonly tell: (event: Told) => void;
  private readonly shifts: ClockShifts | null;
  private request: ClientRequest | null = null;
  private timer: NodeJS.Timeout | null = null;
  private lastId = "";
  private pid: number | null = null;
  private isClosed = false;

  /** `shifts`: null where the brokers read the clock of this process. */
  constructor(broker: HeardBroker, shifts: ClockShifts | null, tell: (event: Told) => void) {
    this.broker = broker;
    this.shifts = shifts;
    this.tell = tell;
    this.connect();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.request?.destroy();
  }

  private connect(): void {
    if (this.isClosed) return;
    const { address, id } = this.broker;
    // Another process numbers anew.
    if (this.broker.pid() !== this.pid) this.lastId = "";
    this.pid = this.broker.pid();
    const headers = this.lastId === "" ? {} : { "Last-Event-ID": this.lastId };
    this.request = get({ ...address, path: "/events", headers, agent: false }, (response) => {
      this.clock = String(response.headers["holdfast-clock"] ?? "");
      if (response.statusCode === 200 && this.isUnknown()) {
        response.destroy();
        this.learn();
        return;
      }
      this.isConnected = response.statusCode === 200;
      if (this.isConnected) this.tell({ broker: id, kind: "feed", cause: "connected" });
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.onBlock(block);
      });
      response.once("error", () => undefined);
      response.once("close", () => this.again());
    });
    this.request.once("error", () => this.again());
  }

  private isUnknown(): boolean {
    return this.shifts !== null && this.clock !== "" && this.shifts.shiftOf(this.clock) === undefined;
  }

  /** How its clock stands to this process's, before anything that is timed by it is told. */
  private learn(): void {
    void probeClock(this.broker.address).then((reading) => {
      if (reading !== null) this.shifts?.learn(reading);
      if (reading === null) this.again();
      else this.connect();
    });
  }

  private again(): void {
    if (this.isConnected) this.tell({ broker: this.broker.id, kind: "feed", cause: "lost" });
    this.isConnected = false;
    if (this.isClosed || this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.connect();
    }, RETRY_MS);
    this.timer.unref();
  }

  private onBlock(block: string): void {
    let kind = "";
    let data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4);
      else if (line.startsWith("event: ")) kind = line.slice(7);
      else if (line.startsWith("data: ")) data = line.slice(6);
    }
    if (data === "") return;
    const event = JSON.parse(data) as Told;
    const shift = this.shifts?.shiftOf(this.clock) ?? 0;
    const time = event.tNs === undefined ? {} : { tNs: event.tNs + shift };
    this.tell({ ...event, ...time, kind: kind as ConsoleEventKind, broker: this.broker.id });
  }
}
