import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster, testUuid } from "../controller.test.support.js";
import { ConfigResource } from "../image.js";

function cluster(options: ConstructorParameters<typeof TestCluster>[0] = {}): TestCluster {
  const made = new TestCluster(options);
  for (const id of [1, 2, 3, 4]) made.join(id);
  return made;
}

function kill(target: TestCluster, ...ids: number[]): void {
  for (const id of ids) target.controller.fenceDead(id);
  target.commit();
}

/** Comes back after a crash that may have lost what was written. */
function comeBackUnclean(target: TestCluster, id: number): void {
  target.join(id, { incarnationId: testUuid("back", target.log.logEndOffset) });
}

/** Comes back and shows by its previous epoch that it lost nothing. */
function comeBackClean(target: TestCluster, id: number): void {
  const previousBrokerEpoch = target.image.cluster.brokers.get(id)?.epoch ?? -1;
  target.join(id, { incarnationId: testUuid("back", target.log.logEndOffset), previousBrokerEpoch });
}

interface ElectReply {
  errorCode: number;
  replicaElectionResults: { partitionResult: { partitionId: number; errorCode: number }[] }[];
}

function elect(target: TestCluster, electionType: number, topic: string, partitions: number[]): number[] {
  const reply = target.send(43, 2, { electionType, topicPartitions: [{ topic, partitions }], timeoutMs: 1000 });
  return (reply as ElectReply).replicaElectionResults[0].partitionResult.map((result) => result.errorCode);
}

test("above min ISR, who dies leaves the ISR for good; below it, who dies stays eligible", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  kill(c, 1);
  assert.equal(c.describe("t"), "2 | isr 2,3 | elr - | last -");
  kill(c, 2);
  assert.equal(c.describe("t"), "3 | isr 3 | elr 2 | last -");
  kill(c, 3);
  assert.equal(c.describe("t"), "- | isr - | elr 2,3 | last 3");
});

test("an eligible replica that comes back with all it had leads again", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  kill(c, 1, 2, 3);
  comeBackClean(c, 1);
  assert.equal(c.describe("t"), "- | isr - | elr 2,3 | last 3");
  comeBackClean(c, 2);
  assert.equal(c.describe("t"), "2 | isr 2 | elr 3 | last -");
  assert.equal(c.partition("t").leaderRecoveryState, 0);
  comeBackClean(c, 3);
  assert.equal(c.alterPartition("t", 0, [2, 3]).errorCode, ErrorCode.NONE);
  assert.equal(c.describe("t"), "2 | isr 2,3 | elr - | last -");
});

test("brokers that die together all stay eligible: any of them that comes back with all it had leads", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  c.controller.fenceDead([1, 2, 3]);
  c.commit();
  assert.equal(c.describe("t"), "- | isr - | elr 1,2,3 | last 1");
  comeBackClean(c, 3);
  assert.equal(c.describe("t"), "3 | isr 3 | elr 1,2 | last -");
});

test("all killed and started again under a new controller: they lead again as they come, also without the last leader", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  c.failOver();
  comeBackClean(c, 2);
  comeBackClean(c, 3);
  assert.equal(c.describe("t"), "1 | isr 1 | elr 3 | last -");
  c.ports.nowMs += 3_000;
  c.join(1, { incarnationId: testUuid("back", 1), logDirs: [testUuid("emptied", 1)] });
  assert.equal(c.describe("t"), "3 | isr 3 | elr - | last -");
});

test("ISR comes before ELR: the leader moves within the ISR while it has a live member", () => {
  const c = cluster({ minIsr: 3 });
  c.createAssigned("t", [1, 2, 3]);
  kill(c, 1);
  assert.equal(c.describe("t"), "2 | isr 2,3 | elr 1 | last -");
  comeBackClean(c, 1);
  kill(c, 2);
  assert.equal(c.describe("t"), "3 | isr 3 | elr 1,2 | last -");
});

test("after an unclean restart of all that were eligible, the last known leader is elected, recovering", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  kill(c, 1, 2, 3);
  comeBackUnclean(c, 2);
  assert.equal(c.describe("t"), "- | isr - | elr 3 | last 3");
  comeBackUnclean(c, 3);
  assert.equal(c.describe("t"), "3 | isr 3 | elr - | last -");
  assert.equal(c.partition("t").leaderRecoveryState, 1);
});

test("without ELR, the ISR keeps its last member and only that one may lead", () => {
  const c = cluster({ metadataVersion: 25 });
  c.createAssigned("t", [1, 2, 3]);
  kill(c, 1, 2, 3);
  assert.equal(c.describe("t"), "- | isr 3 | elr - | last -");
  comeBackUnclean(c, 1);
  assert.equal(c.describe("t"), "- | isr 3 | elr - | last -");
  comeBackUnclean(c, 3);
  assert.equal(c.describe("t"), "3 | isr 3 | elr - | last -");
});

test("an unclean election happens only where the topic allows it, and the leader is recovering", () => {
  const c = cluster({ minIsr: 1 });
  c.createAssigned("safe", [1, 2]);
  c.createAssigned("unsafe", [1, 2]);
  assert.equal(c.setConfig(ConfigResource.topic, "unsafe", "unclean.leader.election.enable", "true").errorCode, 0);
  for (const name of ["safe", "unsafe"]) assert.equal(c.alterPartition(name, 0, [1]).errorCode, 0);
  kill(c, 1);
  assert.equal(c.describe("safe"), "- | isr - | elr 1 | last 1");
  assert.equal(c.describe("unsafe"), "2 | isr 2 | elr - | last -");
  assert.equal(c.partition("unsafe").leaderRecoveryState, 1);

  c.setConfig(ConfigResource.topic, "safe", "unclean.leader.election.enable", "true");
  c.ports.nowMs += 300_000;
  for (const id of [2, 3, 4]) c.heartbeat(id);
  c.controller.tick();
  c.commit();
  assert.equal(c.describe("safe"), "2 | isr 2 | elr - | last -");
  assert.equal(c.partition("safe").leaderRecoveryState, 1);
});

test("an operator may ask for an unclean election, and only where there is no leader", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2]);
  assert.deepEqual(elect(c, 1, "t", [0]), [ErrorCode.ELECTION_NOT_NEEDED]);
  c.alterPartition("t", 0, [1]);
  kill(c, 1, 2);
  comeBackUnclean(c, 2);
  assert.equal(c.partition("t").leader, -1);
  assert.deepEqual(elect(c, 0, "t", [0]), [ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]);
  assert.deepEqual(elect(c, 1, "t", [0, 5]), [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
  assert.equal(c.describe("t"), "2 | isr 2 | elr - | last -");
});

test("the preferred leader gets its partition back, by request or by the periodic task", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3], [1, 3, 2]);
  kill(c, 1);
  comeBackClean(c, 1);
  assert.deepEqual(elect(c, 0, "t", [0]), [ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]);
  c.alterPartition("t", 0, [2, 3, 1]);
  c.alterPartition("t", 1, [3, 2, 1]);
  const before = c.partition("t", 0).leaderEpoch;
  assert.deepEqual(elect(c, 0, "t", [0]), [ErrorCode.NONE]);
  assert.equal(c.describe("t", 0), "1 | isr 2,3,1 | elr - | last -");
  assert.equal(c.partition("t", 0).leaderEpoch, before + 1);
  assert.deepEqual(elect(c, 0, "t", [0]), [ErrorCode.ELECTION_NOT_NEEDED]);

  assert.equal(c.partition("t", 1).leader, 3);
  c.ports.nowMs += 300_000;
  for (const id of [1, 2, 3, 4]) c.heartbeat(id);
  c.controller.tick();
  c.commit();
  assert.equal(c.partition("t", 1).leader, 1);
});

test("a preferred election of all partitions reports only those that needed one", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  c.createAssigned("u", [2, 3, 1]);
  kill(c, 1);
  comeBackClean(c, 1);
  c.alterPartition("t", 0, [2, 3, 1]);
  const reply = c.send(43, 2, { electionType: 0, topicPartitions: null, timeoutMs: 1000 }) as ElectReply;
  assert.equal(reply.errorCode, 0);
  assert.deepEqual(
    reply.replicaElectionResults.map((result) => result.partitionResult.length),
    [1, 0],
  );
});

test("an election of an unknown kind is refused for each partition", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  assert.deepEqual(elect(c, 7, "t", [0, 5]), [ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST]);
});

test("every election raises the leader epoch, every change the partition epoch", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2, 3]);
  c.alterPartition("t", 0, [1, 2]);
  assert.deepEqual([c.partition("t").leaderEpoch, c.partition("t").partitionEpoch], [0, 1]);
  kill(c, 1);
  assert.deepEqual([c.partition("t").leaderEpoch, c.partition("t").partitionEpoch], [1, 2]);
});

test("fencing a broker writes records for its own partitions only", () => {
  const c = cluster();
  for (let i = 0; i < 20; i++) c.createAssigned(`of-2-${i}`, [2, 3]);
  c.createAssigned("of-1", [1, 2]);
  const before = c.log.records.length;
  kill(c, 1);
  const kinds = c.log.records.slice(before).map((record) => record.kind);
  assert.deepEqual(kinds, ["PartitionChangeRecord", "BrokerRegistrationChangeRecord"]);
});

test("another min ISR clears the ELR: what was eligible under the old one may not be under the new", () => {
  const c = cluster();
  c.createAssigned("t", [1, 2]);
  c.createAssigned("u", [1, 2]);
  kill(c, 2);
  assert.equal(c.describe("t"), "1 | isr 1 | elr 2 | last -");
  assert.equal(c.setConfig(ConfigResource.topic, "t", "min.insync.replicas", "1").errorCode, 0);
  assert.equal(c.describe("t"), "1 | isr 1 | elr - | last -");
  assert.equal(c.describe("u"), "1 | isr 1 | elr 2 | last -");
  assert.equal(c.setConfig(ConfigResource.broker, "", "min.insync.replicas", "1").errorCode, 0);
  assert.equal(c.describe("u"), "1 | isr 1 | elr - | last -");
});
