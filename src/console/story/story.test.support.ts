import type { ConsoleEvent, StoryBase } from "./event.js";
import { Story } from "./story.js";

/** Two brokers in sync, with an empty partition that broker 1 leads. */
export const BASE: StoryBase = {
  view: {
    topic: "t",
    partition: 0,
    leader: 1,
    epoch: 0,
    replicas: [1, 2],
    isr: [1, 2],
    elr: [],
    start: 0,
    highWatermark: 0,
    ends: { 1: 0, 2: 0 },
    minInsync: 1,
  },
  processes: [1, 2].map((broker) => ({ broker, pid: 100 + broker, state: "running" })),
  brokers: [1, 2],
  clusterId: "c",
  source: "events",
  noFaults: null,
  inProcess: false,
  scratch: "none",
  ephemeral: true,
  readOnly: false,
  verbs: [],
  fsync: false,
  seq: 0,
};

/** Tells events one by one, a second apart, and keeps the story that they make. */
export class Telling {
  readonly story: Story;
  readonly events: ConsoleEvent[] = [];
  private changes = 0;

  constructor(base: StoryBase = BASE) {
    this.story = new Story(base, "t", 0);
  }

  tell(broker: number, kind: ConsoleEvent["kind"], more: Partial<ConsoleEvent> = {}): void {
    const seq = this.events.length + 1;
    const event: ConsoleEvent = { topic: "t", partition: 0, tNs: seq * 1e9, ...more, broker, kind, seq };
    this.events.push(event);
    this.story.apply(event);
  }

  run(acks = -1): void {
    const detail = { run: "r", client: "me", acks, bytes: 5, crc: 7, value: "hello" };
    this.tell(-1, "run", { detail });
    this.tell(1, "produce-received", { detail });
    this.tell(1, "appended", { offset: 0, detail: { records: 1 } });
  }

  partition(kind: "leader" | "isr", leader: number, epoch: number, isr: number[], more: Partial<ConsoleEvent> = {}) {
    const detail = { partitionEpoch: ++this.changes, ...more.detail };
    this.tell(2, kind, { ...more, leader, epoch, isr, detail });
  }

  process(broker: number, state: string): void {
    const cause = state === "running" ? "" : "SIGKILL";
    this.tell(broker, "process", { topic: undefined, partition: undefined, cause, detail: { pid: 1, state } });
  }

  copied(): void {
    this.tell(2, "replica-appended", { offset: 1, detail: { from: 0 } });
    this.tell(1, "high-watermark", { hw: 1, leader: 1 });
  }

  get lights(): string {
    return this.story.rows.map(({ light }) => light).join(" ");
  }
}
