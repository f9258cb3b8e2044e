import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConsoleEvent, StoryBase } from "./event.js";
import { Story } from "./story.js";

// What the same events make of the page, without a page: nothing here knows a clock.

const BASE: StoryBase = {
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

class Telling {
  readonly story: Story;
  readonly events: ConsoleEvent[] = [];
  private changes = 0;

  constructor(base: StoryBase = BASE) {
    this.story = new Story(base, "t", 0);
  }

  tell(broker: number, kind: ConsoleEvent["kind"], more: Partial<ConsoleEvent> = {}): void {
    const seq = this.events.length + 1;
    const event: ConsoleEvent = { topic: "t", partition: 0, ...more, broker, kind, seq, tNs: seq * 1e9 };
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

test("nothing lights before its event; a killed leader, a read and a return fill the table", () => {
  const t = new Telling();
  t.run();
  assert.equal(t.lights, "lit dark dark dark dark");
  t.copied();
  assert.equal(t.lights, "lit lit dark dark dark");
  assert.equal(t.story.messageState, "Replicated");
  t.process(1, "killed");
  t.partition("leader", 2, 1, [2], { cause: "broker 1 was fenced" });
  t.partition("isr", 2, 1, [2], { cause: "broker 1 was fenced" });
  assert.equal(t.lights, "lit lit lit dark dark");
  assert.equal(t.story.rows[2].result, "Broker 2 still has it");
  const evidence = Object.fromEntries(t.story.rows[2].evidence.map(({ label, value }) => [label, value]));
  assert.equal(evidence.ISR, "1, 2 → 2");
  assert.equal(evidence["Reason of the leader"], "broker 1 was fenced");
  t.tell(2, "fetched", { offset: 0, hw: 1, detail: { client: "holdfast-reader-r", to: 1 } });
  t.tell(2, "offset-committed", { offset: 1, detail: { group: "breakdown-reader" } });
  assert.equal(t.story.stations[6].light, "lit");
  t.process(1, "running");
  t.partition("isr", 2, 1, [2, 1], { cause: "broker 1 caught up" });
  assert.equal(t.lights, "lit lit lit lit lit");
  assert.equal(t.story.messageState, "Delivered");
  assert.ok(t.story.transcript.some(({ text }) => text === "Broker 2 leads in epoch 1: broker 1 was fenced."));
});

test("the same events tell the same story again, as when it is scrubbed back or opened from a file", () => {
  const t = new Telling();
  t.run();
  t.copied();
  t.process(1, "killed");
  const again = new Story(BASE, "t", 0);
  for (const event of t.events) again.apply(event);
  assert.deepEqual(again.rows, t.story.rows);
  assert.deepEqual(again.transcript, t.story.transcript);
});

test("what a leader only proposes changes nothing", () => {
  const t = new Telling();
  t.tell(1, "isr", { leader: 1, epoch: 0, isr: [1], cause: "broker 2 fell behind", detail: { proposed: true } });
  assert.deepEqual(t.story.isr, [1, 2]);
});

test("one copy only is amber; an unclean election without it is a loss, in red", () => {
  const t = new Telling();
  t.process(2, "killed");
  t.partition("isr", 1, 0, [1]);
  t.run();
  t.tell(1, "high-watermark", { hw: 1, leader: 1 });
  assert.equal(t.story.rows[1].light, "amber");
  t.process(1, "killed");
  t.process(2, "running");
  t.partition("leader", -1, 1, []);
  assert.equal(t.story.rows[2].light, "red");
  assert.match(t.story.messageState, /^Unavailable/);
  t.partition("leader", 2, 2, [2], { detail: { unclean: true } });
  assert.equal(t.story.messageState, "Lost");
  assert.match(t.story.rows[2].result, /^Lost: broker 2 was elected uncleanly/);
  assert.equal(t.story.hw, 0);
  // What the new leader puts at the same offset is another record.
  t.tell(2, "appended", { offset: 0, detail: { records: 1 } });
  t.process(1, "running");
  t.tell(1, "truncated", { offset: 0 });
  t.partition("isr", 2, 2, [2, 1]);
  assert.equal(t.story.messageState, "Lost");
  assert.equal(t.story.rows[4].light, "red");
});

test("wiping every disk that holds it loses it; one of two does not", () => {
  const t = new Telling();
  t.run();
  t.copied();
  const wipe = (broker: number) => t.tell(broker, "fault", { topic: undefined, partition: undefined, cause: "wipe" });
  t.process(1, "killed");
  wipe(1);
  assert.equal(t.story.loss, null);
  t.process(2, "killed");
  wipe(2);
  assert.equal(t.story.messageState, "Lost");
});

test("a producer that gives up turns step 2 red; min.insync.replicas follows the topic", () => {
  const t = new Telling();
  t.tell(1, "config", { partition: undefined, cause: "min.insync.replicas was set to 2", detail: { type: 2 } });
  assert.equal(t.story.minInsync, 2);
  t.run();
  t.tell(-1, "answer", { cause: "too few replicas", detail: { run: "r", attempts: 9 } });
  assert.equal(t.lights, "lit red dark dark dark");
  assert.equal(t.story.rows[1].message, "Not acknowledged");
});
