import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { leaderOf, makeTopic, startCluster, untilInSync } from "../support/cluster.js";
import { type Acknowledged, assertExactlyOnceInOrder } from "../support/history.js";
import { codecs, kafkaJs, readWithKafkaJs } from "../support/kafkajs.js";

// kafkajs 2.2 as an idempotent producer: without that a retry may double a record, on Apache Kafka too.

const PARTITIONS = 3;
let cluster: LocalCluster;

before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

for (const [name, compression] of Object.entries(codecs)) {
  test(`${name}: what is sent is read, exactly once and in order`, async () => {
    const topic = await makeTopic(cluster, `calm-${name}:${PARTITIONS}:3`);
    const acknowledged = await produce(topic, compression, 60, () => undefined);
    await check(topic, acknowledged);
  });

  test(`${name}: the same when the leader is killed half way`, async () => {
    const topic = await makeTopic(cluster, `killed-${name}:${PARTITIONS}:3`);
    const leader = await leaderOf(cluster, topic, 0);
    const acknowledged = await produce(topic, compression, 60, (round) => {
      if (round === 30) void cluster.broker(leader).kill();
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
  rounds: number,
  beforeRound: (round: number) => void,
): Promise<Acknowledged[]> {
  const producer = kafkaJs(cluster.bootstrapServers).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const acknowledged: Acknowledged[] = [];
  try {
    for (let round = 0, sequence = 0; round < rounds; round++) {
      beforeRound(round);
      const messages = Array.from({ length: 10 * PARTITIONS }, () => {
        const text = String(sequence);
        return {
          partition: sequence++ % PARTITIONS,
          value: `${text} ${"and so on ".repeat(10)}`,
          headers: { sequence: text },
        };
      });
      const first = sequence - messages.length;
      for (const { partition, baseOffset } of await producer.send({ topic, acks: -1, compression, messages })) {
        for (let i = 0; i < 10; i++) {
          // The i-th record of this partition in this round.
          const own = first + i * PARTITIONS + ((partition - (first % PARTITIONS) + PARTITIONS) % PARTITIONS);
          acknowledged.push({ partition, offset: Number(baseOffset) + i, sequence: own });
        }
      }
    }
  } finally {
    await producer.disconnect();
  }
  return acknowledged;
}

async function check(topic: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const read = await readWithKafkaJs(cluster.bootstrapServers, topic, PARTITIONS, acknowledged.length);
  assertExactlyOnceInOrder(acknowledged, read, acknowledged.length, PARTITIONS);
}
