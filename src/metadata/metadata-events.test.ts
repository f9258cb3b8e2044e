import assert from "node:assert/strict";
import { test } from "node:test";
import { type BrokerEvent, EventFeed } from "../base/events.js";
import { TestCluster, testUuid } from "./controller.test.support.js";
import { MetadataEvents } from "./metadata-events.js";

test("a watcher sees who died and why, who leads then, and what the ISR became", () => {
  const events = new EventFeed();
  const c = new TestCluster({ options: { events } });
  c.loader.addPublisher(new MetadataEvents(events));
  for (const id of [1, 2, 3]) c.join(id);
  const seen: string[] = [];
  events.subscribe({
    onEvent: ({ kind, topic, partition, leader, isr, peer, cause, detail }: BrokerEvent) =>
      seen.push(
        [kind, topic, partition, leader, isr?.join("/"), peer, cause, detail?.elr]
          .filter((x) => x !== undefined)
          .join(" "),
      ),
  });
  c.createAssigned("t", [1, 2]);
  c.controller.fenceDead(1);
  c.commit();
  c.join(1, { incarnationId: testUuid("back", 1) });
  assert.deepEqual(seen, [
    "topic t created",
    "leader t 0 1 1/2",
    "isr t 0 1 1/2",
    "fenced 1 its process is dead",
    "leader t 0 2 2",
    "isr t 0 2 2",
    "elr t 0 2 1",
    "elr t 0 2 ",
    "unfenced 1",
  ]);
});
