import assert from "node:assert/strict";
import { test } from "node:test";
import type { PartitionView } from "../story/event.js";
import type { ConsoleFeed, Told } from "./feed.js";
import type { ClusterView } from "./protocol-changes.js";
import { ProtocolWatch } from "./protocol-watch.js";
import { runProducer } from "./story-actions.js";
import type { Target } from "./target.js";

const PLACE = { topic: "orders", partition: 2 };
const VIEW: PartitionView = {
  ...PLACE,
  leader: 1,
  epoch: 4,
  replicas: [1, 2],
  isr: [1, 2],
  elr: [],
  start: 0,
  highWatermark: 7,
  ends: { 1: 7, 2: 7 },
  minInsync: 1,
};

/** Answers each question, about the cluster and about the partition, with what holds now. */
class Answers {
  view = VIEW;
  asked = 0;

  ask(): Promise<ClusterView & PartitionView> {
    this.asked++;
    return Promise.resolve({ brokers: [1, 2], partitions: new Map(), ...this.view });
  }
}

test("a partition that was looked at: the record that comes before the next round is told as a change", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = new Answers();
  const told: Told[] = [];
  const watch = new ProtocolWatch(answers as unknown as Target, (event) => told.push(event));
  await watch.lookAt(PLACE);
  assert.deepEqual(told, []);
  answers.view = { ...VIEW, highWatermark: 8, ends: { 1: 8, 2: 8 } };
  watch.watch([PLACE]);
  // Rounds until there is news. Of a partition that was never looked at there is none: what is found first is where it begins.
  for (const before = answers.asked; told.length === 0 && answers.asked < before + 8; ) {
    context.mock.timers.tick(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  watch.close();
  assert.deepEqual(
    told.map(({ kind, broker, offset }) => `${kind} ${broker} ${offset}`),
    ["appended 1 7", "replica-appended 2 8", "high-watermark 1 8"],
  );
});

test("nothing is sent to a partition before it was looked at, where brokers tell nothing by themselves", async () => {
  const order: string[] = [];
  let onLooked = (): void => undefined;
  const feed = {
    source: "protocol",
    lookAt: ({ topic, partition }: typeof PLACE) => {
      order.push(`look at ${topic}-${partition}`);
      return new Promise<void>((resolve) => {
        onLooked = () => {
          order.push("looked");
          resolve();
        };
      });
    },
    tell: ({ kind }: Told) => order.push(kind),
    compareClocks: () => Promise.resolve(),
  } as unknown as ConsoleFeed;
  const target = {
    recordPorts: () => Promise.resolve({ digest: { crc32c: () => 7 } }),
    as: () => {
      order.push("send");
      return Promise.resolve({ offset: 7, leader: 1, attempts: 1 });
    },
  } as unknown as Target;
  const running = runProducer(target, feed, { ...PLACE, run: "r", value: "v", key: null, acks: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ["look at orders-2"]);
  onLooked();
  await running;
  assert.deepEqual(order.slice(0, 4), ["look at orders-2", "looked", "run", "send"]);
});
