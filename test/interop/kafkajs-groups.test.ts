import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Consumer, Kafka } from "kafkajs";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { Apis } from "../../src/protocol/apis.js";
import { makeTopic, startCluster, until, withAdmin } from "../support/cluster.js";
import { kafkaJs } from "../support/kafkajs.js";

// Consumer groups of kafkajs 2.2: JoinGroup up to v5, SyncGroup v3, OffsetCommit v5, OffsetFetch v5.

const PARTITIONS = 6;
let cluster: LocalCluster;
let kafka: Kafka;

before(async () => {
  cluster = await startCluster();
  kafka = kafkaJs(cluster.bootstrapServers);
});
after(() => cluster.stop());

/** A consumer that notes what it was assigned and what it read. */
class Reader {
  readonly consumer: Consumer;
  /** Partitions of the latest generation; null before the first. */
  assigned: readonly number[] | null = null;
  readonly read: { partition: number; value: string }[];
  private readonly topic: string;

  constructor(groupId: string, topic: string, read: { partition: number; value: string }[] = []) {
    this.topic = topic;
    this.read = read;
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: 6_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 500,
      // kafkajs beats between its fetches, and waits for the last one when it stops: with its default of 5 s each rebalance takes that long.
      maxWaitTimeInMs: 300,
    });
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload }) => {
      this.assigned = payload.memberAssignment[topic] ?? [];
    });
  }

  async start(): Promise<this> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ partition, message }) => {
        this.read.push({ partition, value: String(message.value) });
      },
    });
    return this;
  }

  stop(): Promise<void> {
    return this.consumer.disconnect();
  }
}

/** Every partition is with exactly one of them. */
async function untilShared(...readers: Reader[]): Promise<void> {
  await until("each partition has one owner", 60_000, async () => {
    const all = readers.flatMap(({ assigned }) => assigned ?? []).sort((a, b) => a - b);
    const isFair = readers.every(({ assigned }) => (assigned?.length ?? 0) >= Math.floor(PARTITIONS / readers.length));
    return isFair && all.join() === [0, 1, 2, 3, 4, 5].join();
  });
}

async function produce(topic: string, from: number, count: number): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = Array.from({ length: count }, (_, i) => ({
    partition: (from + i) % PARTITIONS,
    value: String(from + i),
  }));
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

async function committed(groupId: string, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const byPartition = new Map(found.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return Array.from({ length: PARTITIONS }, (_, partition) => byPartition.get(partition) ?? -1);
  } finally {
    await admin.disconnect();
  }
}

const values = (read: readonly { value: string }[]) => new Set(read.map(({ value }) => Number(value)));
const upTo = (count: number) => new Set(Array.from({ length: count }, (_, i) => i));

test("members share the partitions; who comes and who goes makes them share anew; the next one goes on where they stopped", async () => {
  const topic = await makeTopic(cluster, `shared:${PARTITIONS}:3`);
  const read: { partition: number; value: string }[] = [];
  await produce(topic, 0, 60);
  const a = await new Reader("sharers", topic, read).start();
  await untilShared(a);
  await until("60 records", 60_000, async () => values(read).size === 60);
  const b = await new Reader("sharers", topic, read).start();
  await untilShared(a, b);
  await produce(topic, 60, 60);
  await until("120 records", 60_000, async () => values(read).size === 120);
  await a.stop();
  await untilShared(b);
  await produce(topic, 120, 60);
  await until("180 records", 60_000, async () => values(read).size === 180);
  await b.stop();
  assert.deepEqual(values(read), upTo(180));
  assert.deepEqual(await committed("sharers", topic), new Array(PARTITIONS).fill(30));

  const later: { partition: number; value: string }[] = [];
  const c = await new Reader("sharers", topic, later).start();
  await produce(topic, 180, 6);
  await until("the new records", 60_000, async () => later.length === 6);
  await c.stop();
  assert.deepEqual(values(later), new Set([180, 181, 182, 183, 184, 185]));
});

test("the coordinator is killed: the group goes on with the broker that takes over, no position is lost", async () => {
  const topic = await makeTopic(cluster, `taken-over:${PARTITIONS}:3`);
  const read: { partition: number; value: string }[] = [];
  await produce(topic, 0, 60);
  const readers = [new Reader("survivors", topic, read), new Reader("survivors", topic, read)];
  for (const reader of readers) await reader.start();
  await untilShared(...readers);
  await until("60 records", 60_000, async () => values(read).size === 60);
  await until("their positions", 60_000, async () => {
    return (await committed("survivors", topic)).every((offset) => offset === 10);
  });
  const coordinator = await coordinatorOf("survivors");
  await cluster.broker(coordinator).kill();
  // kafkajs asks the dead coordinator once more.
  await until("the positions from the next coordinator", 60_000, async () => {
    assert.deepEqual(await committed("survivors", topic), new Array(PARTITIONS).fill(10));
    return true;
  });
  await produce(topic, 60, 60);
  await until("120 records", 60_000, async () => values(read).size === 120);
  await cluster.restart(coordinator);
  for (const reader of readers) await reader.stop();
  assert.deepEqual(values(read), upTo(120));
  assert.deepEqual(await committed("survivors", topic), new Array(PARTITIONS).fill(20));
});

test("an administrator lists, describes, sets back and deletes groups", async () => {
  const topic = await makeTopic(cluster, `administered:${PARTITIONS}:3`);
  await produce(topic, 0, 12);
  const reader = await new Reader("administered-group", topic).start();
  await untilShared(reader);
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    assert.deepEqual(
      groups.filter(({ groupId }) => groupId === "administered-group"),
      [{ groupId: "administered-group", protocolType: "consumer" }],
    );
    const described = await admin.describeGroups(["administered-group"]);
    const [group] = described.groups;
    assert.equal(group.state, "Stable");
    assert.equal(group.protocol, "RoundRobinAssigner");
    assert.deepEqual(
      group.members.map(({ clientId }) => clientId),
      ["holdfast-test"],
    );
    await assert.rejects(admin.deleteGroups(["administered-group"]));
    await until("all is read", 60_000, async () => values(reader.read).size === 12);
    await reader.stop();
    const [empty] = (await admin.describeGroups(["administered-group"])).groups;
    assert.equal(empty.state, "Empty");
    await admin.setOffsets({
      groupId: "administered-group",
      topic,
      partitions: [{ partition: 3, offset: "1" }],
    });
    assert.deepEqual(await committed("administered-group", topic), [2, 2, 2, 1, 2, 2]);
    await admin.deleteGroups(["administered-group"]);
    assert.deepEqual(await committed("administered-group", topic), new Array(PARTITIONS).fill(-1));
  } finally {
    await admin.disconnect();
  }
});

async function coordinatorOf(groupId: string): Promise<number> {
  return withAdmin(cluster, async (admin) => {
    const link = await admin.any();
    const { coordinators } = await link.call(Apis.FindCoordinator, { coordinatorKeys: [groupId] });
    return coordinators[0].nodeId;
  });
}
