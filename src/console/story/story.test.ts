import assert from "node:assert/strict";
import { test } from "node:test";
import { Story } from "./story.js";
import { BASE, Telling } from "./story.test.support.js";

// What the same events make of the page, without a page: nothing here knows a clock.

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

test("without a feed an election is unclean when the log of who was elected ends before the record", () => {
  const t = new Telling({ ...BASE, source: "protocol" });
  t.run();
  t.copied();
  t.partition("leader", 2, 1, [2]);
  assert.equal(t.story.loss, null);
  const short = new Telling({ ...BASE, source: "protocol" });
  short.run();
  short.tell(1, "high-watermark", { hw: 1, leader: 1 });
  short.partition("leader", 2, 1, [2]);
  assert.match(short.story.loss ?? "", /^broker 2 was elected uncleanly; its log ends at 0/);
});

test("what fails when all was whole again is told anew: its rows are dark until they happen", () => {
  const t = new Telling();
  t.run();
  t.copied();
  t.process(2, "killed");
  t.partition("isr", 1, 0, [1]);
  t.tell(1, "fetched", { offset: 0, hw: 1, detail: { client: "holdfast-reader-r", to: 1 } });
  t.process(2, "running");
  t.partition("isr", 1, 0, [1, 2]);
  assert.equal(t.lights, "lit lit lit lit lit");
  assert.equal(t.story.wasAllDown, false);
  t.process(2, "killed");
  assert.equal(t.lights, "lit lit lit dark dark");
  assert.deepEqual(
    t.story.stations.map(({ light }) => light === "dark"),
    [false, false, false, false, true, true, true],
  );
  t.process(1, "killed");
  assert.equal(t.story.wasAllDown, true);
  assert.equal(t.story.rows[2].light, "red");
  assert.match(t.story.messageState, /^Unavailable/);
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
  assert.ok(t.story.isForgotten);
  t.process(1, "running");
  t.process(2, "running");
  assert.deepEqual([t.story.leader, t.story.isr, t.lights], [-1, [], "lit lit red dark dark"]);
});

test("a broker that returns: what it cut, how much it fetched and for how long, as its leader tells it", () => {
  const t = new Telling();
  t.run();
  t.copied();
  t.tell(1, "appended", { offset: 1, detail: { records: 2 } });
  t.process(1, "killed");
  t.partition("leader", 2, 1, [2]);
  t.process(1, "running");
  t.tell(2, "replica-fetched", { offset: 1, peer: 1 });
  t.tell(2, "fetched", { offset: 1, peer: 1, detail: { bytes: 100, to: 3, client: "f" } });
  t.tell(2, "fetched", { offset: 3, peer: 1, detail: { bytes: 50, to: 4, client: "f" } });
  t.tell(1, "caught-up", { offset: 4 });
  t.partition("isr", 2, 1, [2, 1]);
  t.tell(2, "fetched", { offset: 4, peer: 1, detail: { bytes: 70, to: 5, client: "f" } });
  const evidence = Object.fromEntries(t.story.rows[4].evidence.map(({ label, value }) => [label, value]));
  assert.equal(evidence["Broker 1's log"], "ended at 3, cut to 1");
  assert.equal(evidence["Broker 1 caught up"], "150 bytes, 3 records to 4, 4000 ms after its process began");
});

test("a broker that missed nothing has nothing to fetch; one that was only fenced begins when it is listed again", () => {
  const t = new Telling({ ...BASE, processes: [], source: "protocol" });
  t.run();
  t.copied();
  const nowhere = { topic: undefined, partition: undefined, peer: 2 };
  t.tell(-1, "fenced", nowhere);
  t.partition("isr", 1, 0, [1]);
  t.tell(-1, "unfenced", nowhere);
  t.partition("isr", 1, 0, [1, 2]);
  const evidence = Object.fromEntries(t.story.rows[4].evidence.map(({ label, value }) => [label, value]));
  assert.equal(evidence["Broker 2's log"], "ended at 1: nothing was cut, nothing missed");
  assert.equal(evidence["Broker 2 caught up"], "0 bytes to 1, 1000 ms after it was unfenced");
});

test("another CRC than what was sent is red, whichever of reader and broker is heard first; a whole copy later is not", () => {
  const detail = { client: "holdfast-reader-r", to: 1 };
  for (const isBrokerFirst of [true, false]) {
    const t = new Telling();
    t.run();
    t.copied();
    if (isBrokerFirst) t.tell(1, "fetched", { offset: 0, hw: 1, detail });
    t.tell(1, "read", { offset: 0, hw: 1, detail: { run: "r", crc: 8, equal: false } });
    const late = { offset: 0, hw: 1, detail, tNs: t.events.length * 1e9 };
    if (!isBrokerFirst) t.tell(1, "fetched", late);
    t.tell(2, "offset-committed", { offset: 1, detail: { group: "breakdown-reader" } });
    assert.equal(t.lights, "lit lit dark red dark");
    assert.match(t.story.messageState, /^Damaged/);
    assert.deepEqual(
      [t.story.stations[5].light, t.story.stations[6].light, t.story.tracker[3].light],
      ["red", "red", "red"],
    );
    t.tell(2, "fetched", { offset: 0, hw: 1, detail });
    t.tell(2, "read", { offset: 0, hw: 1, detail: { run: "r", crc: 7, equal: true } });
    assert.equal(t.story.rows[3].light, "lit");
    assert.equal(t.story.messageState, "Available");
  }
});

test("what was wiped and fetched anew holds the record again", () => {
  const t = new Telling();
  t.run();
  t.copied();
  t.process(2, "killed");
  t.tell(2, "fault", { topic: undefined, partition: undefined, cause: "wipe" });
  t.process(2, "running");
  t.tell(2, "replica-appended", { offset: 1, detail: { from: 0 } });
  assert.deepEqual(
    t.story.holders.map(({ id }) => id),
    [1, 2],
  );
});

test("the journey names the validation between the request and the append", () => {
  const t = new Telling();
  const detail = { run: "r", client: "me", acks: -1, bytes: 5, crc: 7, value: "hello" };
  t.tell(-1, "run", { detail });
  t.tell(1, "produce-received", { detail });
  t.tell(1, "validated", { offset: 0, detail: { records: 1 } });
  t.tell(1, "appended", { offset: 0, detail: { records: 1 } });
  assert.deepEqual(
    t.story.journey.stops.map(({ key }) => key),
    ["received", "validated", "appended"],
  );
});

test("a producer that is refused turns step 2 amber, one that gives up red; min.insync.replicas follows the topic", () => {
  const t = new Telling();
  t.tell(1, "config", { partition: undefined, cause: "min.insync.replicas was set to 2", detail: { type: 2 } });
  assert.equal(t.story.minInsync, 2);
  t.run();
  t.tell(1, "answer", { cause: "too few replicas", detail: { run: "r", attempts: 1, again: true } });
  assert.equal(t.lights, "lit amber dark dark dark");
  t.tell(-1, "answer", { cause: "too few replicas", detail: { run: "r", attempts: 9 } });
  assert.equal(t.lights, "lit red dark dark dark");
  assert.equal(t.story.rows[1].message, "Not acknowledged");
});

test("who only tells of the partition, or keeps the reader's position, gets no lane", () => {
  const t = new Telling();
  t.run();
  t.copied();
  t.tell(3, "leader", { leader: 2, epoch: 1, isr: [2], detail: { partitionEpoch: 9 } });
  t.tell(3, "offset-committed", { offset: 1, detail: { group: "breakdown-reader" } });
  assert.deepEqual([...t.story.lanes.keys()], [1, 2]);
  assert.equal(t.story.leader, 2);
});
