import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type BrokerHandle, Holdfast, type HoldfastError, type HoldfastEvent } from "../../src/index.js";
import { kafkaJs } from "./kafkajs.js";

/** A broker that is paused or cut off is to be noticed soon. */
export const QUICK_TO_JUDGE = { "broker.heartbeat.interval.ms": "200", "broker.session.timeout.ms": "1500" };

type Kafka = ReturnType<typeof kafkaJs>;

export async function produce(kafka: Kafka, topic: string, values: readonly string[], acks = -1): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, acks, messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

export async function consume(kafka: Kafka, topic: string, groupId: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(String(message.value));
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

function followersOf(cluster: Holdfast, leader: BrokerHandle): BrokerHandle[] {
  return cluster.brokerList.map((_, index) => cluster.broker(index + 1)).filter(({ id }) => id !== leader.id);
}

/** What a test does to a cluster, and what it sees of it, in either mode. */
export function clusterTests(mode: "in-process" | "processes"): void {
  describe(`a cluster (${mode})`, () => {
    let cluster: Holdfast;
    let kafka: Kafka;

    before(async () => {
      cluster = await Holdfast.start({ mode, topics: ["ready:1:3"], properties: QUICK_TO_JUDGE });
      kafka = kafkaJs(cluster.bootstrapServers);
    });
    after(() => cluster?.stop());

    test("a client of Kafka produces and consumes", async () => {
      await produce(kafka, "ready", ["a", "b", "c"]);
      // A state that soon passes: it is heard, where asking could miss it.
      const stable = cluster.waitFor("group", { group: "readers", state: "Stable", members: 1 });
      assert.deepEqual(await consume(kafka, "ready", "readers", 3), ["a", "b", "c"]);
      assert.equal((await stable).detail?.["state"], "Stable");
      const empty = await cluster.waitFor("group", { group: "readers", state: "Empty", members: 0 });
      assert.equal(empty.detail?.["state"], "Empty");
    });

    test("the leader is killed, the client goes on, nothing that was acknowledged is lost", async () => {
      await cluster.createTopic("killed:1:3");
      await produce(kafka, "killed", ["1"]);
      const leader = await cluster.leader("killed");
      await leader.kill();
      assert.equal(leader.isUp, false);
      const { leader: next } = await cluster.waitFor("leader", { topic: "killed", not: leader.id });
      assert.notEqual(next, leader.id);
      await produce(kafka, "killed", ["2"]);
      await leader.restart();
      const { isr } = await cluster.waitFor("isr", { topic: "killed" });
      assert.deepEqual([...isr].sort(), [1, 2, 3]);
      assert.deepEqual(await consume(kafka, "killed", "killed-readers", 2), ["1", "2"]);
    });

    test("a paused broker falls out of the ISR, and comes back when it goes on", async () => {
      await cluster.createTopic({ name: "paused", partitions: 1, replicationFactor: 3 });
      const leader = await cluster.leader("paused");
      const [follower] = followersOf(cluster, leader);
      const pause = await follower.pause();
      assert.equal(follower.isUp, false);
      const others = [1, 2, 3].filter((id) => id !== follower.id);
      await cluster.waitFor("isr", { topic: "paused", isr: others }, 30_000);
      await pause.heal();
      await pause.heal();
      await cluster.waitFor("isr", { topic: "paused" }, 30_000);
    });

    test("a leader that is cut off from the others is replaced, and follows when the link is whole", async () => {
      await cluster.createTopic("parted:1:3");
      const leader = await cluster.leader("parted");
      const others = followersOf(cluster, leader).map(({ id }) => id);
      const fault = await cluster.partition([leader.id], others);
      assert.deepEqual(fault.spec, { type: "partition", a: [leader.id], b: others });
      await cluster.waitFor("leader", { topic: "parted", not: leader.id }, 30_000);
      // A client that asks the broker that is cut off is told what was.
      await produce(kafkaJs(cluster.brokerList[others[0] - 1]), "parted", ["kept"]);
      await fault.heal();
      await cluster.waitFor("isr", { topic: "parted", isr: [1, 2, 3] }, 30_000);
      assert.deepEqual(await consume(kafka, "parted", "parted-readers", 1), ["kept"]);
    });

    test("a broker whose disk is lost is filled again by the others", async () => {
      await cluster.createTopic("wiped:1:3");
      await produce(kafka, "wiped", ["x", "y"]);
      const leader = await cluster.leader("wiped");
      await leader.wipe();
      await leader.restart();
      await cluster.waitFor("isr", { topic: "wiped" }, 30_000);
      for (const other of followersOf(cluster, leader)) await other.stop();
      await Promise.all(followersOf(cluster, leader).map((other) => other.restart()));
      await cluster.waitFor("isr", { topic: "wiped" }, 30_000);
      assert.deepEqual(await consume(kafka, "wiped", "wiped-readers", 2), ["x", "y"]);
    });

    test("a produce that is answered with an error is tried again by the client, so often as was asked for", async () => {
      await cluster.createTopic("errors:1:1");
      const fault = await cluster.fault({ type: "error", api: "Produce", error: "NOT_LEADER_OR_FOLLOWER", times: 2 });
      await produce(kafka, "errors", ["once"]);
      await fault.heal();
      assert.equal((await cluster.waitFor("hw", { topic: "errors", hw: 1 })).hw, 1);
    });

    test("an error that is no passing one reaches the client; other clients are not hit", async () => {
      await cluster.createTopic("refused:1:1");
      const error = "TOPIC_AUTHORIZATION_FAILED";
      const fault = await cluster.fault({ type: "error", api: ["Produce"], error, clientId: "holdfast-test" });
      try {
        await assert.rejects(produce(kafka, "refused", ["no"]), { type: error });
        await cluster.fault({ type: "error", api: "Produce", error, clientId: "another" });
      } finally {
        await fault.heal();
      }
      await produce(kafka, "refused", ["yes"]);
    });

    test("a connection that is reset is made again by the client", async () => {
      await cluster.createTopic("reset:1:1");
      await cluster.fault({ type: "reset", api: "Produce", times: 1 });
      await produce(kafka, "reset", ["again"]);
      await cluster.waitFor("hw", { topic: "reset", hw: 1 });
    });

    test("what happens to a record is told in order, and ends with the signal", async () => {
      await cluster.createTopic("told:1:3");
      const end = new AbortController();
      const events = cluster.events({ signal: end.signal });
      const seen: HoldfastEvent[] = [];
      const watching = (async () => {
        for await (const event of events) {
          seen.push(event);
          if (event.kind === "high-watermark" && event.topic === "told" && event.hw >= 1) end.abort();
        }
      })();
      await cluster.waitFor("isr", { topic: "told" });
      await produce(kafka, "told", ["v"]);
      await watching;
      const kinds = seen.filter((event) => "topic" in event && event.topic === "told").map(({ kind }) => kind);
      assert.ok(kinds.includes("appended"), kinds.join());
      assert.ok(kinds.indexOf("appended") < kinds.indexOf("high-watermark"), kinds.join());
      assert.ok(seen.every(({ seq }, index) => index === 0 || seq > seen[index - 1].seq));
    });

    test("a namespace deletes its own topics and groups, and no others", async () => {
      const mine = await cluster.namespace("file-a");
      const theirs = await cluster.namespace("file-a");
      const topic = await mine.createTopic("orders:2:1");
      const other = await theirs.createTopic("orders:2:1");
      assert.notEqual(topic, other);
      await produce(kafka, topic, ["v"]);
      await consume(kafka, topic, mine.group("readers"), 1);
      await mine.reset();
      const admin = kafka.admin();
      await admin.connect();
      const topics = await admin.listTopics();
      const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
      await admin.disconnect();
      assert.ok(!topics.includes(topic));
      assert.ok(topics.includes(other));
      assert.ok(!groups.includes(mine.group("readers")));
      assert.ok(groups.includes("readers"));
    });

    test("a delay and a slow disk make a produce take longer than they are", async () => {
      await cluster.createTopic("slow:1:1");
      const leader = await cluster.leader("slow");
      const delay = await cluster.fault({ type: "delay", api: "Produce", ms: 150 });
      let begin = performance.now();
      await produce(kafka, "slow", ["delayed"]);
      assert.ok(performance.now() - begin >= 150);
      await delay.heal();
      const slow = await leader.slowDisk({ msPerWrite: 200 });
      begin = performance.now();
      await produce(kafka, "slow", ["slow"]);
      await slow.heal();
      // With acks after the write, or the sync, of the data.
      assert.ok(performance.now() - begin >= 200);
    });

    test("what is waited for in vain is told with what was seen last", async () => {
      await assert.rejects(cluster.waitFor("isr", { topic: "ready", isr: [1] }, 100), (error: HoldfastError) => {
        assert.equal(error.code, "TIMEOUT");
        assert.match(error.message, /ready-0 has the leader \d and the ISR/);
        return true;
      });
    });
  });
}
