import { after, afterEach, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { leaderOf, makeTopic, mend, startCluster, untilInSync } from "../support/cluster.js";
import { type Acknowledged, assertExactlyOnceInOrder } from "../support/history.js";
import { codecs, kafkaJs, readWithKafkaJs } from "../support/kafkajs.js";

// kafkajs 2.2 as an idempotent producer: without that a retry may double a record, on Apache Kafka too. Each send is for one
// partition: when one of several leaders fails, kafkajs sends again, with new sequence numbers, what another has not answered yet,
// and never sends what moved to one that has. Apache Kafka, which waits seconds for a dead follower, shows it; Holdfast seldom.

const PARTITIONS = 3;
const ROUNDS = 60;
/** Records of one send. */
const EACH = 10;
const COUNT = ROUNDS * EACH * PARTITIONS;
let cluster: LocalCluster;

before(async () => {
  cluster = await startCluster();
});
afterEach(() => mend(cluster));
after(() => cluster.stop());

for (const [name, compression] of Object.entries(codecs)) {
  test(`${name}: what is sent is read, exactly once and in order`, async () => {
    const topic = await makeTopic(cluster, `calm-${name}:${PARTITIONS}:3`);
    const acknowledged = await produce(topic, compression, () => undefined);
    await check(topic, acknowledged);
  });

  test(`${name}: the same when the leader is killed half way`, async () => {
    const topic = await makeTopic(cluster, `killed-${name}:${PARTITIONS}:3`);
    const leader = await leaderOf(cluster, topic, 0);
    const acknowledged = await produce(topic, compression, (round) => {
      if (round === ROUNDS / 2) void cluster.broker(leader).kill();
    });
    await check(topic, acknowledged);
    await cluster.restart(leader);
    await untilInSync(cluster, topic);
    await check(topic, acknowledged);
  });
}

async function produce(
  topic: string,
  compression: (typeof codecs)[keyof typeof codecs],
  beforeRound: (round: number) => void,
): Promise<Acknowledged[]> {
  const producer = kafkaJs(cluster.bootstrapServers).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const acknowledged: Acknowledged[] = [];
  const send = async (partition: number, first: number): Promise<void> => {
    const messages = Array.from({ length: EACH }, (_, index) => {
      const text = String(first + index * PARTITIONS);
      return { partition, value: `${text} ${"and so on ".repeat(10)}`, headers: { sequence: text } };
    });
    for (const { baseOffset } of await producer.send({ topic, acks: -1, compression, messages })) {
      for (let i = 0; i < EACH; i++)
        acknowledged.push({ partition, offset: Number(baseOffset) + i, sequence: first + i * PARTITIONS });
    }
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      beforeRound(round);
      const first = round * EACH * PARTITIONS;
      await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => send(partition, first + partition)));
    }
  } finally {
    await producer.disconnect();
  }
  return acknowledged;
}

async function check(topic: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const read = await readWithKafkaJs(cluster.bootstrapServers, topic, PARTITIONS, COUNT);
  assertExactlyOnceInOrder(acknowledged, read, COUNT, PARTITIONS);
}
