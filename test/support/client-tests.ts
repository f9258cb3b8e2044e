import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Admin } from "../../src/cluster/admin.js";
import type { BrokerLink } from "../../src/cluster/broker-link.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { Apis } from "../../src/protocol/apis.js";
import { leaderOf, makeTopic, mend, startCluster, until, untilInSync, withAdmin } from "./cluster.js";
import type { ExchangeClient } from "./exchange-client.js";
import { assertExactlyOnceInOrder } from "./history.js";

const PARTITIONS = 3;
const GROUP_PARTITIONS = 6;

export interface ClientUnderTest {
  readonly name: string;
  readonly codecs: readonly string[];
  start(args: readonly string[]): ExchangeClient;
}

/** What every client has to see; the clients of a file share a cluster. `prepare` fetches and builds what they need. */
export function testClients(prepare: () => Promise<void>, clients: readonly ClientUnderTest[]): void {
  let cluster: LocalCluster;
  const running: ExchangeClient[] = [];

  before(async () => {
    await prepare();
    cluster = await startCluster();
  });
  afterEach(() => mend(cluster));
  after(async () => {
    for (const client of running) client.stop();
    await cluster?.stop();
  });

  function start(client: ClientUnderTest, command: string, ...args: (string | number)[]): ExchangeClient {
    const started = client.start([command, cluster.bootstrapServers, ...args.map(String)]);
    running.push(started);
    return started;
  }

  async function check(client: ClientUnderTest, producer: ExchangeClient, topic: string, count: number): Promise<void> {
    await producer.ended;
    assert.deepEqual(producer.complaints, []);
    const reader = start(client, "read", topic, PARTITIONS, count);
    await reader.ended;
    assert.deepEqual(reader.complaints, []);
    assertExactlyOnceInOrder(producer.acknowledged, reader.read, count, PARTITIONS);
  }

  for (const client of clients) {
    const codecs = client.codecs.join(", ");
    test(`${client.name}, ${codecs}: what is sent is read, exactly once and in order`, async () => {
      for (const codec of client.codecs) {
        const topic = await makeTopic(cluster, `${client.name}-calm-${codec}:${PARTITIONS}:3`);
        await check(client, start(client, "produce", topic, PARTITIONS, 3000, 200, codec, 0), topic, 3000);
      }
    });

    test(`${client.name}, ${codecs}: the same when a leader is killed half way`, async () => {
      const count = 1200;
      const topics = client.codecs.map((codec) => `${client.name}-killed-${codec}`);
      for (const topic of topics) await makeTopic(cluster, `${topic}:${PARTITIONS}:3`);
      const producers = client.codecs.map((codec, i) =>
        start(client, "produce", topics[i], PARTITIONS, count, 200, codec, 300),
      );
      await Promise.all(producers.map((producer) => producer.untilAcknowledged(count / 3)));
      // Three partitions on three brokers: it leads one of each topic.
      const leader = await leaderOf(cluster, topics[0]);
      await cluster.broker(leader).kill();
      for (const [i, producer] of producers.entries()) await check(client, producer, topics[i], count);
      await cluster.restart(leader);
      for (const topic of topics) await untilInSync(cluster, topic);
    });

    test(`${client.name}: a group whose members come and go and whose coordinator dies reads all and keeps its positions`, async () => {
      const group = `${client.name}-group`;
      const topic = await makeTopic(cluster, `${client.name}-shared:${GROUP_PARTITIONS}:3`);
      const first = start(client, "group", topic, group);
      await untilShared(first);
      const second = start(client, "group", topic, group);
      const producer = start(client, "produce", topic, GROUP_PARTITIONS, 3000, 100, "none", 400);
      await untilShared(first, second);
      const coordinator = await withCoordinator(group, (_admin, _link, id) => Promise.resolve(id));
      await cluster.broker(coordinator).kill();
      await producer.ended;
      assert.deepEqual(producer.complaints, []);
      await first.leave();
      await untilShared(second);
      await until("all is read", 60_000, async () => new Set(sequences(first, second)).size === 3000);
      await second.leave();
      for (const member of [first, second]) {
        assert.deepEqual(member.complaints, []);
        const offsets = new Map(producer.acknowledged.map(({ sequence, offset }) => [sequence, offset]));
        for (const { sequence, offset } of member.read) assert.equal(offset, offsets.get(sequence));
      }
      assert.deepEqual(await committed(group, topic), new Array(GROUP_PARTITIONS).fill(3000 / GROUP_PARTITIONS));
      await cluster.restart(coordinator);
      await untilInSync(cluster, topic);
    });
  }

  async function withCoordinator<R>(
    group: string,
    work: (admin: Admin, link: BrokerLink, id: number) => Promise<R>,
  ): Promise<R> {
    return withAdmin(cluster, async (admin) => {
      await admin.metadata([]);
      const { coordinators } = await (await admin.any()).call(Apis.FindCoordinator, { coordinatorKeys: [group] });
      const id = coordinators[0].nodeId;
      return work(admin, await admin.broker(id), id);
    });
  }

  function committed(group: string, topic: string): Promise<number[]> {
    return withCoordinator(group, async (admin, link) => {
      const { topicId } = (await admin.metadata([topic])).topics[0];
      const partitionIndexes = Array.from({ length: GROUP_PARTITIONS }, (_, index) => index);
      const { groups } = await link.call(Apis.OffsetFetch, {
        groups: [{ groupId: group, topics: [{ name: topic, topicId, partitionIndexes }] }],
      });
      const positions = groups[0].topics[0].partitions.sort((a, b) => a.partitionIndex - b.partitionIndex);
      assert.ok(positions.every(({ errorCode }) => errorCode === 0));
      return positions.map(({ committedOffset }) => committedOffset);
    });
  }
}

const sequences = (...members: ExchangeClient[]) => members.flatMap(({ read }) => read.map(({ sequence }) => sequence));

/** Every partition is with exactly one of them, and none has much more than another. */
async function untilShared(...members: ExchangeClient[]): Promise<void> {
  const least = Math.floor(GROUP_PARTITIONS / members.length);
  await until("each partition has one owner", 60_000, async () => {
    const all = members.flatMap(({ assigned }) => assigned ?? []).sort((a, b) => a - b);
    return members.every(({ assigned }) => (assigned?.length ?? 0) >= least) && all.join() === "0,1,2,3,4,5";
  });
}
