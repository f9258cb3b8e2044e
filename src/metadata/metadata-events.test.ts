import assert from "node:assert/strict";
import { test } from "node:test";
import { type BrokerEvent, EventFeed } from "../base/events.js";
import { TestCluster, testUuid } from "./controller.test.support.js";
import { MetadataEvents } from "./metadata-events.js";

function watched(): { c: TestCluster; seen: string[] } {
  const events = new EventFeed();
  const c = new TestCluster({ options: { events } });
  c.loader.addPublisher(new MetadataEvents(events));
  for (const id of [1, 2, 3]) c.join(id);
  const seen: string[] = [];
  events.subscribe({
    onEvent: ({ kind, topic, partition, leader, isr, peer, cause, detail }: BrokerEvent) =>
      seen.push(
        `${[kind, topic, partition, leader, isr?.join("/"), peer, detail?.elr]
          .filter((x) => x !== undefined)
          .join(" ")}: ${cause}`,
      ),
  });
  return { c, seen };
}

/** Comes back and shows by its previous epoch that it lost nothing. */
function comeBack(c: TestCluster, id: number): void {
  const previousBrokerEpoch = c.image.cluster.brokers.get(id)?.epoch ?? -1;
  c.join(id, { incarnationId: testUuid("back", c.log.logEndOffset), previousBrokerEpoch });
}

function kill(c: TestCluster, ...ids: number[]): void {
  for (const id of ids) c.controller.fenceDead(id);
  c.commit();
}

test("a watcher sees who died and why, who leads then, and what the ISR became", () => {
  const { c, seen } = watched();
  c.createAssigned("t", [1, 2]);
  kill(c, 1);
  c.join(1, { incarnationId: testUuid("back", 1) });
  assert.deepEqual(seen, [
    "topic t: created",
    "leader t 0 1 1/2: the partition was created",
    "isr t 0 1 1/2: the partition was created",
    "fenced 1: its process is dead",
    "leader t 0 2 2: broker 1 was fenced",
    "isr t 0 2 2: broker 1 was fenced",
    "elr t 0 2 1: fewer than min.insync.replicas are in sync; who dropped out has all that was committed",
    "elr t 0 2 : broker 1 came back after an unclean end and may lack records",
    "unfenced 1: it has caught up with the metadata",
  ]);
});

test("nobody may lead, then the one with all that was committed is back and the other catches up", () => {
  const { c, seen } = watched();
  c.createAssigned("t", [1, 2]);
  kill(c, 1, 2);
  seen.length = 0;
  comeBack(c, 2);
  comeBack(c, 1);
  c.alterPartition("t", 0, [2, 1]);
  assert.deepEqual(
    seen.filter((each) => !each.startsWith("unfenced")),
    [
      "leader t 0 2 2: broker 2 is back, which has all that was committed",
      "isr t 0 2 2: broker 2 is back, which has all that was committed",
      "elr t 0 2 1: broker 2 is in sync again",
      "isr t 0 2 2/1: broker 1 caught up",
      "elr t 0 2 : broker 1 is in sync again",
    ],
  );
  seen.length = 0;
  c.send(43, 2, { electionType: 0, topicPartitions: [{ topic: "t", partitions: [0] }], timeoutMs: 1000 });
  assert.deepEqual(seen, ["leader t 0 1 2/1: election of the preferred leader"]);
});

test("a follower that fell behind leaves; an unclean election is called one", () => {
  const { c, seen } = watched();
  c.createAssigned("t", [1, 2]);
  seen.length = 0;
  c.setConfig(2, "t", "min.insync.replicas", "1");
  c.alterPartition("t", 0, [1]);
  kill(c, 1);
  c.send(43, 2, { electionType: 1, topicPartitions: [{ topic: "t", partitions: [0] }], timeoutMs: 1000 });
  assert.deepEqual(seen, [
    "config t: min.insync.replicas was set to 1",
    "isr t 0 1 1: broker 2 fell behind",
    "fenced 1: its process is dead",
    "leader t 0 -1 : broker 1 was fenced, and nobody else may",
    "isr t 0 -1 : broker 1 was fenced",
    "elr t 0 -1 1: fewer than min.insync.replicas are in sync; who dropped out has all that was committed",
    "leader t 0 2 2: unclean election: broker 2 may lack acknowledged records",
    "isr t 0 2 2: unclean election: only the new leader counts",
    "elr t 0 2 : unclean election: what only they had is given up",
  ]);
});
