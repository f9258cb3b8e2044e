import assert from "node:assert/strict";
import { test } from "node:test";
import { DIRECTORY_LOST } from "../../base/uuid.js";
import { ErrorCode } from "../../protocol/errors.js";
import { registration, TestCluster, testUuid } from "../controller.test.support.js";

function threeBrokers(options: ConstructorParameters<typeof TestCluster>[0] = {}): TestCluster {
  const cluster = new TestCluster(options);
  for (const id of [1, 2, 3]) cluster.join(id);
  return cluster;
}

const restarted = (id: number) => ({ incarnationId: testUuid("restarted", id) });

test("a broker registers fenced, is unfenced once it caught up, and serves", () => {
  const cluster = new TestCluster();
  const { errorCode, brokerEpoch } = cluster.register(1);
  assert.equal(errorCode, ErrorCode.NONE);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, true);
  assert.equal(cluster.image.cluster.brokers.get(1)?.epoch, brokerEpoch);

  const behind = cluster.heartbeat(1, { currentMetadataOffset: brokerEpoch - 1 });
  assert.deepEqual([behind.isCaughtUp, behind.isFenced], [false, true]);
  const waiting = cluster.heartbeat(1, { wantFence: true });
  assert.deepEqual([waiting.isCaughtUp, waiting.isFenced], [true, true]);
  const served = cluster.heartbeat(1);
  assert.deepEqual([served.isCaughtUp, served.isFenced, served.shouldShutDown], [true, false, false]);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, false);
});

test("each registration has a higher broker epoch than any record before it", () => {
  const cluster = new TestCluster();
  const epochs = [1, 2, 3].map((id) => cluster.join(id));
  assert.ok(epochs[0] < epochs[1] && epochs[1] < epochs[2]);
  cluster.ports.nowMs += 10_000;
  assert.ok(cluster.join(1, restarted(1)) > epochs[2]);
});

test("a registration that cannot be is refused with Kafka's error", () => {
  const cluster = threeBrokers();
  const code = (id: number, change: Parameters<TestCluster["register"]>[1]) => cluster.register(id, change).errorCode;
  const [first, ...rest] = registration(4).features;
  assert.equal(code(4, { clusterId: "another" }), ErrorCode.INCONSISTENT_CLUSTER_ID);
  assert.equal(code(4, { logDirs: [] }), ErrorCode.INVALID_REGISTRATION);
  assert.equal(code(4, { logDirs: ["AAAAAAAAAAAAAAAAAAAAAQ"] }), ErrorCode.INVALID_REGISTRATION);
  assert.equal(code(4, { logDirs: [testUuid("directory", 1)] }), ErrorCode.INVALID_REGISTRATION);
  assert.equal(code(4, { logDirs: [testUuid("d", 9), testUuid("d", 9)] }), ErrorCode.INVALID_REGISTRATION);
  assert.equal(code(4, { features: rest }), ErrorCode.INVALID_REGISTRATION);
  assert.equal(code(4, { features: [{ ...first, maxSupportedVersion: 20 }, ...rest] }), ErrorCode.UNSUPPORTED_VERSION);
  assert.equal(code(4, { features: [first] }), ErrorCode.UNSUPPORTED_VERSION);
  assert.equal(code(4, { isMigratingZkBroker: true }), ErrorCode.BROKER_ID_NOT_REGISTERED);
  assert.equal(code(1, restarted(1)), ErrorCode.DUPLICATE_BROKER_REGISTRATION);
  assert.equal(cluster.image.cluster.brokers.has(4), false);
});

test("the same incarnation amends its registration: epoch and state stay", () => {
  const cluster = threeBrokers();
  const before = cluster.image.cluster.brokers.get(1);
  const { brokerEpoch } = cluster.register(1, { rack: "r9" });
  const after = cluster.image.cluster.brokers.get(1);
  assert.equal(brokerEpoch, before?.epoch);
  assert.deepEqual([after?.rack, after?.fenced], ["r9", false]);
});

test("a heartbeat of another epoch, or before any registration, is stale", () => {
  const cluster = threeBrokers();
  assert.equal(cluster.heartbeat(1, { brokerEpoch: 0 }).errorCode, ErrorCode.STALE_BROKER_EPOCH);
  assert.equal(cluster.heartbeat(7).errorCode, ErrorCode.STALE_BROKER_EPOCH);
});

test("a session that is not renewed ends: the broker is fenced and its partitions move", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [1, 2, 3], [2, 3, 1]);
  for (let i = 0; i < 10; i++) {
    cluster.ports.nowMs += 1000;
    cluster.heartbeat(2);
    cluster.heartbeat(3);
    cluster.controller.tick();
    cluster.commit();
  }
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, true);
  assert.equal(cluster.image.cluster.brokers.get(2)?.fenced, false);
  assert.equal(cluster.describe("t", 0), "2 | isr 2,3 | elr - | last -");
  assert.equal(cluster.describe("t", 1), "2 | isr 2,3 | elr - | last -");
});

test("time for which the controller itself stalled ends no session", () => {
  const cluster = threeBrokers();
  cluster.ports.nowMs += 60_000;
  cluster.ports.stalled += 55_000;
  cluster.controller.tick();
  assert.deepEqual(cluster.controller.unfencedBrokers(), [1, 2, 3]);
  cluster.ports.nowMs += 5_000;
  cluster.controller.tick();
  assert.deepEqual(cluster.controller.unfencedBrokers(), []);
});

test("whoever waits as long as the controller says finds the session over, and not a tick before", () => {
  const cluster = new TestCluster({ options: { maxIdleIntervalMs: 0 } });
  for (const id of [1, 2, 3]) cluster.join(id);
  const unfenced = (): number[] => {
    cluster.controller.tick();
    return cluster.controller.unfencedBrokers();
  };
  cluster.ports.nowMs += 4000;
  cluster.heartbeat(2);
  cluster.heartbeat(3);
  assert.equal(cluster.controller.untilDueMs(), 5001);
  cluster.ports.nowMs += 5000;
  assert.deepEqual(unfenced(), [1, 2, 3]);
  cluster.ports.nowMs += cluster.controller.untilDueMs();
  assert.deepEqual(unfenced(), [2, 3]);
});

test("a request that waits for its records is due at its time-out", () => {
  const cluster = threeBrokers();
  cluster.autoCommit = false;
  const context = { principal: "User:test", clientHost: "localhost", listener: "CONTROLLER", timeoutMs: 120 };
  const topics = [{ name: "t", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  const replies: unknown[] = [];
  cluster.controller.handle(19, 7, { topics, timeoutMs: 120, validateOnly: false }, context, (reply) =>
    replies.push(reply),
  );
  assert.equal(cluster.controller.untilDueMs(), 120);
  cluster.ports.nowMs += 120;
  cluster.controller.tick();
  assert.equal(replies.length, 1);
});

test("a broker that is known to be dead is fenced in the same turn, and may come back at once", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [1, 2, 3]);
  cluster.controller.fenceDead(1);
  cluster.commit();
  assert.equal(cluster.describe("t"), "2 | isr 2,3 | elr - | last -");
  assert.equal(cluster.register(1, restarted(1)).errorCode, ErrorCode.NONE);
  assert.equal(cluster.heartbeat(1).isFenced, false);
});

test("a broker that was fenced though it lives is unfenced by its next heartbeat", () => {
  const cluster = threeBrokers();
  cluster.controller.fenceDead(1);
  cluster.commit();
  assert.equal(cluster.heartbeat(1).isFenced, false);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, false);
});

test("once its connection broke, an incarnation is replaced at once by one with the same directories", () => {
  const cluster = threeBrokers();
  cluster.controller.onBrokerConnectionBroken(1);
  const elsewhere = { ...restarted(1), logDirs: [testUuid("other", 1)] };
  assert.equal(cluster.register(1, elsewhere).errorCode, ErrorCode.DUPLICATE_BROKER_REGISTRATION);
  assert.equal(cluster.register(1, restarted(1)).errorCode, ErrorCode.NONE);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, true);
});

test("a heartbeat on a new connection shows that the incarnation lives", () => {
  const cluster = threeBrokers();
  cluster.controller.onBrokerConnectionBroken(1);
  cluster.heartbeat(1);
  assert.equal(cluster.register(1, restarted(1)).errorCode, ErrorCode.DUPLICATE_BROKER_REGISTRATION);
});

test("a new controller lets a broker that it never heard be replaced, and gives the others a whole session", () => {
  const cluster = threeBrokers();
  cluster.ports.nowMs += 8_000;
  cluster.failOver();
  assert.equal(cluster.register(1, restarted(1)).errorCode, ErrorCode.NONE);
  cluster.ports.nowMs += 8_000;
  cluster.controller.tick();
  assert.deepEqual(cluster.controller.unfencedBrokers(), [2, 3]);
});

test("an emptied directory: the new incarnation waits a quarter of a session for the old one to be heard", () => {
  const cluster = threeBrokers();
  cluster.failOver();
  const emptied = { ...restarted(1), logDirs: [testUuid("emptied", 1)] };
  cluster.ports.nowMs += 2_000;
  assert.equal(cluster.register(1, emptied).errorCode, ErrorCode.DUPLICATE_BROKER_REGISTRATION);
  cluster.heartbeat(2);
  cluster.ports.nowMs += 500;
  assert.equal(cluster.register(1, emptied).errorCode, ErrorCode.NONE);
  const other = { ...restarted(2), logDirs: [testUuid("emptied", 2)] };
  assert.equal(cluster.register(2, other).errorCode, ErrorCode.DUPLICATE_BROKER_REGISTRATION);
});

test("controlled shutdown: leaders move first, then the others must have heard of it", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [1, 2, 3], [2, 1, 3]);
  const first = cluster.heartbeat(1, { wantShutDown: true });
  assert.deepEqual([first.isFenced, first.shouldShutDown], [false, false]);
  assert.equal(cluster.image.cluster.brokers.get(1)?.inControlledShutdown, true);
  assert.equal(cluster.describe("t", 0), "2 | isr 2,3 | elr - | last -");
  assert.equal(cluster.describe("t", 1), "2 | isr 2,3 | elr - | last -");

  assert.equal(cluster.heartbeat(1, { wantShutDown: true }).shouldShutDown, false);
  cluster.heartbeat(2);
  assert.equal(cluster.heartbeat(1, { wantShutDown: true }).shouldShutDown, false);
  cluster.heartbeat(3);
  const last = cluster.heartbeat(1, { wantShutDown: true });
  assert.deepEqual([last.isFenced, last.shouldShutDown], [true, true]);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, true);
});

test("a broker in controlled shutdown gets no new partitions and joins no ISR", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [2, 1, 3], [1, 2, 3]);
  cluster.heartbeat(1, { wantShutDown: true });
  assert.equal(cluster.alterPartition("t", 0, [2, 3, 1]).errorCode, ErrorCode.INELIGIBLE_REPLICA);
  assert.equal(cluster.createTopic("u", { replicationFactor: 3 }).errorCode, ErrorCode.INVALID_REPLICATION_FACTOR);
  assert.equal(cluster.createTopic("u", { replicationFactor: 2 }).errorCode, ErrorCode.NONE);
  assert.deepEqual(cluster.partition("u").replicas.slice().sort(), [2, 3]);
});

test("a broker that leads nothing may shut down at once", () => {
  const cluster = threeBrokers();
  assert.equal(cluster.heartbeat(1, { wantShutDown: true }).shouldShutDown, true);
  assert.equal(cluster.image.cluster.brokers.get(1)?.fenced, true);
});

test("a clean restart keeps a seat in the ELR, an unclean one loses it", () => {
  for (const clean of [true, false]) {
    const cluster = threeBrokers();
    cluster.createAssigned("t", [1, 2, 3]);
    cluster.controller.fenceDead(3);
    cluster.controller.fenceDead(2);
    cluster.commit();
    assert.equal(cluster.describe("t"), "1 | isr 1 | elr 2 | last -");
    const previousBrokerEpoch = clean ? (cluster.image.cluster.brokers.get(2)?.epoch ?? -1) : -1;
    cluster.register(2, { ...restarted(2), previousBrokerEpoch });
    assert.equal(cluster.describe("t"), clean ? "1 | isr 1 | elr 2 | last -" : "1 | isr 1 | elr - | last -");
  }
});

test("an offline directory: its replicas lead no more, and the broker lives on", () => {
  const cluster = new TestCluster();
  const logDirs = [testUuid("a", 1), testUuid("b", 1)];
  cluster.join(1, { logDirs });
  cluster.join(2);
  cluster.join(3);
  const topicId = cluster.createAssigned("t", [1, 2, 3], [1, 2, 3]);
  const reply = cluster.send(73, 0, {
    brokerId: 1,
    brokerEpoch: cluster.image.cluster.brokers.get(1)?.epoch,
    directories: logDirs.map((id, i) => ({ id, topics: [{ topicId, partitions: [{ partitionIndex: i }] }] })),
  }) as { errorCode: number; directories: { topics: { partitions: { errorCode: number }[] }[] }[] };
  assert.deepEqual([reply.errorCode, reply.directories[1].topics[0].partitions[0].errorCode], [0, 0]);
  assert.equal(cluster.partition("t", 1).directories[0], logDirs[1]);

  assert.equal(cluster.heartbeat(1, { offlineLogDirs: [logDirs[0]] }).isFenced, false);
  assert.equal(cluster.describe("t", 0), "2 | isr 2,3 | elr - | last -");
  assert.equal(cluster.describe("t", 1), "1 | isr 1,2,3 | elr - | last -");
  assert.deepEqual(cluster.image.cluster.brokers.get(1)?.directories, [logDirs[1]]);
});

test("a replica that is lost gives up its seat in the ELR, and is not elected when its broker serves again", () => {
  const cluster = threeBrokers();
  const topicId = cluster.createAssigned("t", [1, 2, 3]);
  for (const id of [3, 2, 1]) cluster.controller.fenceDead(id);
  cluster.commit();
  assert.equal(cluster.describe("t"), "- | isr - | elr 1,2 | last 1");
  const previousBrokerEpoch = cluster.image.cluster.brokers.get(2)?.epoch ?? -1;
  const { brokerEpoch } = cluster.register(2, { ...restarted(2), previousBrokerEpoch });
  assert.equal(cluster.describe("t"), "- | isr - | elr 1,2 | last 1");
  const directories = [{ id: DIRECTORY_LOST, topics: [{ topicId, partitions: [{ partitionIndex: 0 }] }] }];
  cluster.send(73, 0, { brokerId: 2, brokerEpoch, directories });
  assert.equal(cluster.heartbeat(2).isFenced, false);
  assert.equal(cluster.describe("t"), "- | isr - | elr 1 | last 1");
});

test("cordoned directories: no new replicas go there", () => {
  const cluster = threeBrokers();
  cluster.join(4);
  cluster.heartbeat(4, { cordonedLogDirs: [testUuid("directory", 4)] });
  assert.deepEqual(cluster.image.cluster.brokers.get(4)?.cordonedDirectories, [testUuid("directory", 4)]);
  assert.equal(cluster.createTopic("t", { replicationFactor: 4 }).errorCode, ErrorCode.INVALID_REPLICATION_FACTOR);
  cluster.createTopic("t", { numPartitions: 6 });
  for (const { replicas } of cluster.topic("t").partitions) assert.ok(!replicas.includes(4));
});

test("a broker that is taken out of the cluster leaves ISR and ELR, and its id is free", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [1, 2, 3]);
  assert.deepEqual(cluster.send(64, 0, { brokerId: 1 }), { errorCode: 0, errorMessage: null });
  assert.equal(cluster.describe("t"), "2 | isr 2,3 | elr - | last -");
  assert.equal(cluster.image.cluster.brokers.has(1), false);
  const again = cluster.send(64, 0, { brokerId: 1 }) as { errorCode: number };
  assert.equal(again.errorCode, ErrorCode.BROKER_ID_NOT_REGISTERED);
});

test("a broker that is taken out does not stay eligible: its id may come back with an empty disk", () => {
  const cluster = threeBrokers();
  cluster.createAssigned("t", [1, 2, 3]);
  cluster.controller.fenceDead(3);
  cluster.controller.fenceDead(2);
  cluster.commit();
  assert.equal(cluster.describe("t"), "1 | isr 1 | elr 2 | last -");
  cluster.send(64, 0, { brokerId: 2 });
  assert.equal(cluster.describe("t"), "1 | isr 1 | elr - | last -");
  cluster.send(64, 0, { brokerId: 1 });
  assert.equal(cluster.describe("t"), "- | isr - | elr - | last 1");
});

test("after a controlled shutdown the next incarnation may register at once", () => {
  const cluster = threeBrokers();
  assert.equal(cluster.heartbeat(1, { wantShutDown: true }).shouldShutDown, true);
  assert.equal(cluster.register(1, restarted(1)).errorCode, ErrorCode.NONE);
});

test("producer ids come in blocks of 1000 that never overlap", () => {
  const cluster = threeBrokers();
  const ask = (id: number) =>
    cluster.send(67, 0, { brokerId: id, brokerEpoch: cluster.image.cluster.brokers.get(id)?.epoch ?? -1 });
  assert.deepEqual(ask(1), { errorCode: 0, producerIdStart: 0, producerIdLen: 1000 });
  assert.deepEqual(ask(2), { errorCode: 0, producerIdStart: 1000, producerIdLen: 1000 });
  cluster.failOver();
  assert.deepEqual(ask(1), { errorCode: 0, producerIdStart: 2000, producerIdLen: 1000 });
  assert.deepEqual(ask(9), { errorCode: ErrorCode.STALE_BROKER_EPOCH });
});
