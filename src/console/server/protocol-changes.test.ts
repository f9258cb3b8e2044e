import assert from "node:assert/strict";
import { test } from "node:test";
import type { PartitionView } from "../story/event.js";
import {
  type ClusterView,
  clusterChanges,
  type PlaceView,
  partitionChanges,
  withKnownEnds,
} from "./protocol-changes.js";

const VIEW: PartitionView = {
  topic: "orders",
  partition: 2,
  leader: 1,
  epoch: 4,
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  elr: [],
  start: 0,
  highWatermark: 7,
  ends: { 1: 7, 2: 7, 3: 7 },
  minInsync: 2,
};

function told(before: PartitionView, after: PartitionView): string[] {
  let changes = 0;
  return partitionChanges(before, after, () => ++changes).map(
    ({ kind, broker, offset, isr }) => `${kind} ${broker} ${offset ?? isr?.join()}`,
  );
}

test("nothing is told of what did not change", () => {
  assert.deepEqual(told(VIEW, VIEW), []);
});

test("a record: appended by the leader at its offset, by followers up to their ends, then committed", () => {
  const after = { ...VIEW, ends: { 1: 8, 2: 8, 3: 7 }, highWatermark: 8 };
  assert.deepEqual(told(VIEW, after), ["appended 1 7", "replica-appended 2 8", "high-watermark 1 8"]);
});

test("a record that comes to a new partition before its leader has told its end is told all the same", () => {
  const fresh = { ...VIEW, epoch: 0, start: -1, highWatermark: -1, ends: {} };
  const after = { ...VIEW, epoch: 0, highWatermark: 1, ends: { 1: 1, 2: 1 } };
  assert.deepEqual(told(fresh, after), ["appended 1 0", "replica-appended 2 1", "high-watermark 1 1"]);
  const silent = { ...VIEW, ends: { 2: 7, 3: 7 } };
  const back = { ...VIEW, highWatermark: 8, ends: { 1: 8, 2: 7, 3: 7 } };
  assert.deepEqual(told(silent, back), ["appended 1 7", "high-watermark 1 8"]);
  // Of an older log that nobody has told of yet, nobody knows what of it is new.
  const unknown = { ...VIEW, start: -1, highWatermark: -1, ends: {} };
  assert.deepEqual(
    told(unknown, VIEW).filter((each) => each.startsWith("appended")),
    [],
  );
});

test("a failed leader: another leads in another epoch, and the ISR is smaller", () => {
  const after = { ...VIEW, leader: 2, epoch: 5, isr: [2, 3], ends: { 2: 7, 3: 7 } };
  assert.deepEqual(told(VIEW, after), ["leader 2 2,3", "isr 2 2,3"]);
});

test("a replica that is back shows what it lost against its last answer, and catches up when it is in sync", () => {
  const gone = withKnownEnds(VIEW, {
    ...VIEW,
    leader: 2,
    epoch: 5,
    isr: [2, 3],
    ends: { 2: 9, 3: 9 },
    highWatermark: 9,
  });
  assert.equal(gone.ends[1], 7);
  const back = withKnownEnds(gone, { ...gone, ends: { 1: 6, 2: 9, 3: 9 } });
  assert.deepEqual(told(gone, back), ["truncated 1 6"]);
  const whole = { ...back, isr: [2, 3, 1], ends: { 1: 9, 2: 9, 3: 9 } };
  assert.deepEqual(told(back, whole), ["replica-appended 1 9", "isr 2 2,3,1", "caught-up 1 9"]);
});

test("brokers that leave and return, topics that come and go, leaders of partitions that nobody watches", () => {
  const place = (topic: string, leader: number): [string, PlaceView] => [
    `${topic}-0`,
    { topic, partition: 0, leader, epoch: leader, isr: [1, 2] },
  ];
  const before: ClusterView = { brokers: [1, 2], partitions: new Map([place("a", 1), place("b", 1), place("c", 1)]) };
  const after: ClusterView = { brokers: [2, 3], partitions: new Map([place("a", 2), place("b", 2), place("d", 1)]) };
  const events = clusterChanges(before, after, new Set(["b-0"]));
  assert.deepEqual(
    events.map(({ kind, topic, peer, cause }) => [kind, topic ?? peer, cause].filter((each) => each !== undefined)),
    [
      ["fenced", 1, "the cluster's metadata no longer lists it"],
      ["unfenced", 3],
      ["topic", "c", "deleted"],
      ["topic", "d", "created"],
      ["leader", "a"],
    ],
  );
});
