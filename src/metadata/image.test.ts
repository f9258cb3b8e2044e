import assert from "node:assert/strict";
import { test } from "node:test";
import { deepEqual } from "../base/deep-equal.js";
import { SeededRandom } from "../base/random.js";
import { registration, TestCluster, testUuid } from "./controller.test.support.js";
import { MetadataDelta } from "./delta.js";
import { ConfigResource, configKey, emptyImage, type MetadataImage } from "./image.js";
import { imageOfSnapshot, snapshotRecords } from "./snapshot.js";
import { deltaToSnapshot } from "./snapshot-delta.js";

const BROKERS = [1, 2, 3, 4, 5];
const TOPICS = ["a", "b.c", "d_e", "f", "g"];

/** One request or event of many kinds, drawn from the seed; refusals are as good as successes. */
function step(c: TestCluster, random: SeededRandom): void {
  const broker = random.pick(BROKERS);
  const name = random.pick(TOPICS);
  const topic = c.controller.state?.topicsByName.get(name);
  const partition = topic === undefined ? undefined : random.pick(topic.partitions);
  const epoch = c.controller.state?.brokers.get(broker)?.epoch ?? -1;
  switch (random.below(15)) {
    case 0:
    case 1: {
      const previousBrokerEpoch = random.chance(0.5) ? epoch : -1;
      c.controller.onBrokerConnectionBroken(broker);
      c.register(broker, { incarnationId: testUuid(`i${random.below(4)}`, broker), previousBrokerEpoch });
      break;
    }
    case 2:
    case 3:
    case 4:
      c.heartbeat(broker, { wantShutDown: random.chance(0.1), wantFence: random.chance(0.1) });
      break;
    case 5:
      c.controller.fenceDead(broker);
      break;
    case 6:
      c.createTopic(name, {
        numPartitions: random.between(1, 4),
        replicationFactor: random.between(1, 3),
        configs: random.chance(0.3) ? [{ name: "min.insync.replicas", value: "1" }] : [],
      });
      break;
    case 7:
      if (topic !== undefined && random.chance(0.3)) {
        c.send(20, 6, { topics: [{ name: null, topicId: topic.id }], topicNames: [], timeoutMs: 1 });
      }
      break;
    case 8:
      if (topic !== undefined) {
        const topics = [{ name, count: topic.partitions.length + 1, assignments: null }];
        c.send(37, 3, { topics, timeoutMs: 1, validateOnly: false });
      }
      break;
    case 9:
    case 10:
      if (topic !== undefined && partition !== undefined) {
        const isr = partition.replicas.filter((id) => id === partition.leader || random.chance(0.6));
        c.send(56, 2, {
          brokerId: partition.leader,
          brokerEpoch: c.controller.state?.brokers.get(partition.leader)?.epoch ?? -1,
          topics: [
            {
              topicId: topic.id,
              partitions: [
                {
                  partitionIndex: partition.index,
                  leaderEpoch: partition.leaderEpoch,
                  newIsr: isr,
                  newIsrWithEpochs: [],
                  leaderRecoveryState: 0,
                  partitionEpoch: partition.partitionEpoch,
                },
              ],
            },
          ],
        });
      }
      break;
    case 11:
      if (random.chance(0.5)) alterConfig(c, name, "retention.ms", random.chance(0.5) ? "5" : null);
      else alterConfig(c, name, "min.insync.replicas", String(random.between(1, 3)));
      break;
    case 12:
      c.send(43, 2, { electionType: random.below(2), topicPartitions: null, timeoutMs: 1 });
      break;
    case 13: {
      const replicas = random.chance(0.2) ? null : random.shuffle(BROKERS.slice()).slice(0, random.between(1, 3));
      const topics = [{ name, partitions: [{ partitionIndex: 0, replicas }] }];
      c.send(45, 1, { timeoutMs: 1, allowReplicationFactorChange: true, topics });
      break;
    }
    case 14:
      c.send(67, 0, { brokerId: broker, brokerEpoch: epoch });
      break;
  }
  c.ports.nowMs += random.below(2000);
  c.controller.tick();
  if (c.autoCommit) c.commit();
}

function alterConfig(c: TestCluster, topic: string, name: string, value: string | null): void {
  const configs = [{ name, configOperation: value === null ? 1 : 0, value }];
  const resources = [{ resourceType: ConfigResource.topic, resourceName: topic, configs }];
  c.send(44, 1, { resources, validateOnly: false });
}

function replayed(c: TestCluster): MetadataImage {
  const delta = new MetadataDelta(emptyImage());
  for (const record of c.log.records) {
    if (record.kind !== "BeginTransactionRecord" && record.kind !== "EndTransactionRecord") delta.replay(record);
  }
  return delta.apply(c.image.offset, c.image.epoch);
}

/** What the controller holds, in the shape of an image. */
function assertStateIs(c: TestCluster, image: MetadataImage): void {
  const { state } = c.controller;
  assert.ok(state !== null);
  assert.ok(deepEqual(new Map([...state.topics].map(([id, t]) => [id, { ...t }])), image.topics.byId), "topics");
  assert.ok(deepEqual(state.brokers, image.cluster.brokers), "brokers");
  assert.ok(deepEqual(state.configs, image.configs.byResource), "configs");
  assert.ok(deepEqual(state.features, image.features.finalized), "features");
  assert.equal(state.nextProducerId, image.producerIds.nextProducerId);
  // The indexes say what a walk over all partitions says.
  let leaderless = 0;
  for (const topic of image.topics.byId.values()) {
    for (const { index, isr, elr, leader } of topic.partitions) {
      const has = (keys: { topicId: string; partition: number }[]) =>
        keys.some((key) => key.topicId === topic.id && key.partition === index);
      for (const id of BROKERS) {
        assert.equal(has(state.inIsr.of(id)), isr.includes(id));
        assert.equal(has(state.inElr.of(id)), elr.includes(id));
        assert.equal(has(state.leads.of(id)), leader === id);
      }
      if (leader < 0) leaderless++;
    }
  }
  assert.equal(state.leaderless.toArray().length, leaderless);
}

/** What no sequence of requests may break. */
function assertSound(image: MetadataImage): void {
  for (const topic of image.topics.byId.values()) {
    for (const p of topic.partitions) {
      const at = `${topic.name}-${p.index}`;
      assert.equal(p.directories.length, p.replicas.length, at);
      assert.ok(p.leader < 0 || p.isr.includes(p.leader), `${at}: the leader is in the ISR`);
      assert.ok(
        p.isr.every((id) => p.replicas.includes(id) && !p.elr.includes(id)),
        `${at}: ISR within the replicas, and apart from the ELR`,
      );
      assert.ok(
        p.leader < 0 || image.cluster.brokers.get(p.leader)?.fenced === false,
        `${at}: the leader is not fenced`,
      );
      assert.ok(
        p.isr.every((id) => image.cluster.brokers.get(id)?.fenced === false),
        `${at}: nobody in the ISR is fenced`,
      );
    }
  }
}

test("the live image, the replayed log, the controller's state and a snapshot are one, after any sequence", () => {
  let changes = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const c = new TestCluster({ seed });
    const random = new SeededRandom(seed * 7919);
    for (const id of BROKERS) c.join(id);
    let earlier = c.image;
    for (let i = 0; i < 150; i++) {
      step(c, random);
      if (i === 40) earlier = c.image;
      if (i % 10 === 0) assertSound(c.image);
      if (i === 100) c.failOver();
    }
    c.commit();
    changes += c.image.offset;
    const all = replayed(c);
    assert.ok(deepEqual(c.image, all), `seed ${seed}: live image and replayed log`);
    assertStateIs(c, all);
    const snapshot = imageOfSnapshot(snapshotRecords(c.image), c.image.offset, c.image.epoch);
    assert.ok(deepEqual(c.image, snapshot), `seed ${seed}: image and snapshot`);
    const caughtUp = deltaToSnapshot(earlier, snapshot).apply(snapshot.offset, snapshot.epoch);
    assert.ok(deepEqual(caughtUp, snapshot), `seed ${seed}: an earlier image brought up by a snapshot`);
  }
  assert.ok(changes > 5000, `only ${changes} records in all`);
});

test("what a failed leader had not committed leaves no trace", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const c = new TestCluster({ seed });
    const random = new SeededRandom(seed * 104_729);
    for (const id of BROKERS) c.join(id);
    for (let i = 0; i < 40; i++) step(c, random);
    const committed = c.image;
    c.autoCommit = false;
    for (let i = 0; i < 40; i++) step(c, random);
    c.log.leaderEpoch++;
    c.controller.resign();
    c.log.dropUncommitted();
    c.activate();
    assert.ok(c.image === committed, "nothing was committed");
    assertStateIs(c, committed);
  }
});

test("an image never changes, and a delta shares what it does not touch", () => {
  const c = new TestCluster();
  for (const id of BROKERS) c.join(id);
  c.createTopic("a", { numPartitions: 3 });
  c.createTopic("f", { numPartitions: 3 });
  const before = c.image;
  const partition = c.partition("a", 0);
  c.alterPartition("a", 0, [partition.leader]);
  assert.equal(before.topics.byName.get("a")?.partitions[0], partition);
  assert.notEqual(c.partition("a", 0), partition);
  assert.equal(c.partition("a", 1), before.topics.byName.get("a")?.partitions[1]);
  assert.equal(c.topic("f"), before.topics.byName.get("f"));
  assert.equal(c.image.cluster, before.cluster);
  assert.equal(c.image.configs, before.configs);
});

test("records that this release only keeps come back from a snapshot as they were", () => {
  const delta = new MetadataDelta(emptyImage());
  const id = testUuid("acl", 1);
  const bytes = new Uint8Array([1, 2, 3]);
  const acl = {
    id,
    resourceType: 2,
    resourceName: "t",
    patternType: 3,
    principal: "User:a",
    host: "*",
    operation: 3,
    permissionType: 3,
  };
  delta.replay({ kind: "FeatureLevelRecord", version: 0, value: { name: "metadata.version", featureLevel: 30 } });
  delta.replay({ kind: "AccessControlEntryRecord", version: 0, value: acl });
  delta.replay({
    kind: "UserScramCredentialRecord",
    version: 0,
    value: { name: "u", mechanism: 1, salt: bytes, storedKey: bytes, serverKey: bytes, iterations: 4096 },
  });
  const entity = [
    { entityType: "user", entityName: "u" },
    { entityType: "client-id", entityName: null },
  ];
  for (const key of ["producer_byte_rate", "consumer_byte_rate"]) {
    delta.replay({ kind: "ClientQuotaRecord", version: 0, value: { entity, key, value: 1.5, remove: false } });
  }
  delta.replay({
    kind: "DelegationTokenRecord",
    version: 0,
    value: {
      owner: "User:a",
      requester: "User:a",
      renewers: [],
      issueTimestamp: 1,
      maxTimestamp: 2,
      expirationTimestamp: 3,
      tokenId: "t1",
    },
  });
  const { features, listeners, incarnationId } = registration(3000);
  delta.replay({
    kind: "RegisterControllerRecord",
    version: 0,
    value: {
      controllerId: 3000,
      incarnationId,
      zkMigrationReady: false,
      features,
      endPoints: listeners as { name: string; host: string; port: number; securityProtocol: number }[],
    },
  });
  const image = delta.apply(9, 1);
  const records = [...snapshotRecords(image)];
  assert.deepEqual(records[0].value, { name: "metadata.version", featureLevel: 30 });
  assert.equal(records.length, 7);
  assert.ok(deepEqual(imageOfSnapshot(records, 9, 1), image));

  const undone = new MetadataDelta(image);
  undone.replay({ kind: "RemoveAccessControlEntryRecord", version: 0, value: { id } });
  undone.replay({ kind: "RemoveUserScramCredentialRecord", version: 0, value: { name: "u", mechanism: 1 } });
  undone.replay({ kind: "RemoveDelegationTokenRecord", version: 0, value: { tokenId: "t1" } });
  const quota = { entity: entity.toReversed(), key: "producer_byte_rate", value: 0, remove: true };
  undone.replay({ kind: "ClientQuotaRecord", version: 0, value: quota });
  const after = undone.apply(13, 1);
  assert.deepEqual([after.acls.size, after.scram.size, after.delegationTokens.size], [0, 0, 0]);
  assert.deepEqual([...after.clientQuotas.values()][0].quotas, new Map([["consumer_byte_rate", 1.5]]));
});

test("a delta tells which topics, brokers, configs and features changed", () => {
  const c = new TestCluster();
  for (const id of BROKERS) c.join(id);
  const topicId = c.createAssigned("a", [1, 2], [3, 4]);
  const seen: MetadataDelta[] = [];
  c.loader.addPublisher({ onMetadata: (delta) => seen.push(delta) });
  c.controller.fenceDead(1);
  c.commit();
  assert.deepEqual([...seen[0].brokersChanged], [1]);
  assert.deepEqual([...(seen[0].topics.changed.get(topicId)?.changedPartitions.keys() ?? [])], [0]);
  assert.equal(seen[0].topics.changed.get(topicId)?.isNew, false);
  c.setConfig(ConfigResource.topic, "a", "retention.ms", "5");
  assert.deepEqual([...seen[1].configsChanged], [configKey(ConfigResource.topic, "a")]);
  c.send(20, 6, { topics: [{ name: null, topicId }], topicNames: [], timeoutMs: 1 });
  assert.deepEqual([...seen[2].topics.deleted], [[topicId, "a"]]);
  assert.deepEqual([...seen[2].configsChanged], [configKey(ConfigResource.topic, "a")]);
  c.createTopic("a", { numPartitions: 1, replicationFactor: 1 });
  assert.equal([...seen[3].topics.changed.values()][0].isNew, true);
});

test("10,000 partitions: one change, and the death of one broker, touch only what they must", () => {
  const c = new TestCluster();
  for (let id = 1; id <= 30; id++) c.join(id);
  for (let i = 0; i < 1000; i++) c.createTopic(`topic-${i}`, { numPartitions: 10 });
  const before = c.image;
  const victim = 7;
  const touched = [...before.topics.byId.values()].flatMap((topic) =>
    topic.partitions.filter((partition) => partition.isr.includes(victim)).map(() => topic.id),
  );
  const end = c.log.logEndOffset;
  c.controller.fenceDead(victim);
  c.commit();
  assert.equal(c.log.logEndOffset - end, touched.length + 1);
  let shared = 0;
  for (const topic of c.image.topics.byId.values()) if (topic === before.topics.byId.get(topic.id)) shared++;
  assert.equal(shared, 1000 - new Set(touched).size);
});

test("kraft.version is what control records say, whatever the bootstrap records of Apache Kafka's format say", () => {
  const delta = new MetadataDelta(emptyImage());
  delta.replay({ kind: "FeatureLevelRecord", version: 0, value: { name: "kraft.version", featureLevel: 1 } });
  delta.setKraftVersion(1);
  const { features } = delta.apply(0, 0);
  assert.deepEqual([...features.finalized], []);
  assert.equal(features.kraftVersion, 1);
});
