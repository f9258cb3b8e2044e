import assert from "node:assert/strict";
import { test } from "node:test";
import { METADATA_TOPIC_ID } from "../../src/base/uuid.js";
import { type Api, Apis } from "../../src/protocol/apis.js";
import { ErrorCode } from "../../src/protocol/errors.js";
import type { Input } from "../../src/protocol/schema.js";
import { CLUSTER_ID, type RaftSimNode, RaftWorld } from "./raft-world.js";

const TOPIC = "__cluster_metadata";

function quorum(): { world: RaftWorld; leader: RaftSimNode; follower: RaftSimNode; epoch: number } {
  const world = new RaftWorld(1, { voters: 3 });
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader() !== null, 5000);
  world.run(600);
  const leader = world.leader();
  const follower = world.nodes.find((node) => node !== leader);
  assert.ok(leader?.raft != null && follower !== undefined);
  return { world, leader, follower, epoch: leader.raft.epoch };
}

function answered<A extends Api>(
  world: RaftWorld,
  node: RaftSimNode,
  api: A,
  version: number,
  body: Input<A["request"]>,
) {
  const asked = world.ask(node, api, version, body);
  world.runUntil(() => asked.answer !== null, 2000);
  return asked.answer as Input<A["response"]>;
}

function lengthOf(records: Uint8Array | readonly Uint8Array[] | null | undefined): number {
  return records?.length ?? 0;
}

function vote(fields: object) {
  const partition = {
    partitionIndex: 0,
    replicaEpoch: 100,
    replicaId: 9,
    lastOffsetEpoch: 99,
    lastOffset: 1000,
    preVote: false,
    ...fields,
  };
  return { clusterId: CLUSTER_ID, voterId: -1, topics: [{ topicName: TOPIC, partitions: [partition] }] };
}

function fetch(fields: object, cluster: string | null = CLUSTER_ID) {
  const partition = {
    partition: 0,
    currentLeaderEpoch: 1,
    fetchOffset: 0,
    lastFetchedEpoch: 0,
    partitionMaxBytes: 0,
    ...fields,
  };
  return {
    clusterId: cluster,
    replicaState: { replicaId: 77, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 0,
    topics: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
  };
}

test("requests that are malformed, for another cluster or another node are refused as Kafka refuses them", () => {
  const { world, leader, follower, epoch } = quorum();
  const ask = (node: RaftSimNode, body: Input<typeof Apis.Vote.request>) => answered(world, node, Apis.Vote, 2, body);
  const judged = (node: RaftSimNode, fields: object) => ask(node, vote(fields)).topics?.[0]?.partitions?.[0];

  assert.equal(ask(follower, { ...vote({}), clusterId: "another" }).errorCode, ErrorCode.INCONSISTENT_CLUSTER_ID);
  assert.equal(ask(follower, { topics: [] }).errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(ask(follower, { topics: [{ topicName: "t", partitions: [] }] }).errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(follower, { lastOffset: -1 })?.errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(follower, { lastOffsetEpoch: 100 })?.errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(follower, { replicaId: -1 })?.errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(follower, { replicaEpoch: 2147483647 })?.errorCode, ErrorCode.INVALID_REQUEST);
  const older = judged(follower, { replicaEpoch: epoch - 1, lastOffsetEpoch: 0, preVote: true });
  assert.equal(older?.errorCode, ErrorCode.FENCED_LEADER_EPOCH);
  // A follower that hears from its leader grants no pre-vote, and tells who leads.
  const preVote = judged(follower, { replicaEpoch: epoch, lastOffsetEpoch: epoch, preVote: true });
  assert.equal(preVote?.voteGranted, false);
  assert.equal(preVote?.leaderId, leader.id);
  const misdirected = answered(world, follower, Apis.Vote, 2, {
    ...vote({ replicaEpoch: epoch, lastOffsetEpoch: epoch, preVote: true }),
    voterId: leader.id,
  });
  assert.equal(misdirected.topics?.[0]?.partitions?.[0]?.errorCode, ErrorCode.INVALID_VOTER_KEY);
  assert.equal(leader.raft?.epoch, epoch);
});

test("an empty FetchSnapshot, or one of what is not there, stops nobody", () => {
  const { world, leader, follower, epoch } = quorum();
  const ask = (node: RaftSimNode, body: Input<typeof Apis.FetchSnapshot.request>) =>
    answered(world, node, Apis.FetchSnapshot, 1, body);
  const body = (fields: object, name = TOPIC) => {
    const partition = {
      partition: 0,
      currentLeaderEpoch: epoch,
      snapshotId: { endOffset: 5, epoch: 1 },
      position: 0,
      ...fields,
    };
    return { clusterId: CLUSTER_ID, topics: [{ name, partitions: [partition] }] };
  };
  assert.equal(ask(leader, { topics: [] }).errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(ask(leader, { topics: [{ name: TOPIC, partitions: [] }] }).errorCode, ErrorCode.INVALID_REQUEST);
  const judged = (node: RaftSimNode, fields: object, name?: string) =>
    ask(node, body(fields, name)).topics?.[0]?.partitions?.[0]?.errorCode;
  assert.equal(judged(leader, {}, "t"), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(judged(leader, {}), ErrorCode.SNAPSHOT_NOT_FOUND);
  assert.equal(judged(leader, { snapshotId: { endOffset: 0, epoch: 0 } }), ErrorCode.SNAPSHOT_NOT_FOUND);
  assert.equal(judged(leader, { currentLeaderEpoch: epoch - 1 }), ErrorCode.FENCED_LEADER_EPOCH);
  assert.equal(judged(leader, { currentLeaderEpoch: epoch + 1 }), ErrorCode.UNKNOWN_LEADER_EPOCH);
  assert.equal(judged(follower, {}), ErrorCode.NOT_LEADER_OR_FOLLOWER);
});

test("a snapshot is served in pieces, up to its end", () => {
  const { world, leader, epoch } = quorum();
  world.propose(50);
  world.run(200);
  const { raft, process } = leader;
  assert.ok(raft !== null && process !== null);
  const offset = leader.next;
  const records = function* () {
    for (let i = 0; i < 3000; i++) yield { kind: "NoOpRecord" as const, version: 0, value: {} };
  };
  world.simulation.runAs(process, () => assert.ok(raft.writeSnapshot(records(), offset, epoch, 123)));
  world.runUntil(() => raft.snapshots.latest !== null, 2000);
  const snapshot = raft.snapshots.latest;
  assert.ok(snapshot !== null);
  const ask = (position: number, maxBytes: number) => {
    const partition = { partition: 0, currentLeaderEpoch: epoch, snapshotId: { endOffset: offset, epoch }, position };
    const body = { clusterId: CLUSTER_ID, replicaId: 77, maxBytes, topics: [{ name: TOPIC, partitions: [partition] }] };
    return answered(world, leader, Apis.FetchSnapshot, 1, body).topics?.[0]?.partitions?.[0];
  };
  const first = ask(0, 1000);
  assert.equal(first?.size, snapshot.bytes);
  assert.equal(lengthOf(first?.unalignedRecords), 1000);
  assert.equal(lengthOf(ask(snapshot.bytes - 10, 1000)?.unalignedRecords), 10);
  assert.equal(ask(snapshot.bytes, 1000)?.errorCode, ErrorCode.POSITION_OUT_OF_RANGE);
  assert.equal(ask(-1, 1000)?.errorCode, ErrorCode.POSITION_OUT_OF_RANGE);
});

test("fetches of the metadata log: refusals, divergence, the snapshot, and the leader in every answer", () => {
  const { world, leader, follower, epoch } = quorum();
  world.propose(20);
  world.run(200);
  const ask = (node: RaftSimNode, body: Input<typeof Apis.Fetch.request>) =>
    answered(world, node, Apis.Fetch, 18, body);
  const judged = (node: RaftSimNode, fields: object) => ask(node, fetch(fields)).responses?.[0]?.partitions?.[0];
  assert.equal(ask(leader, fetch({}, "another")).errorCode, ErrorCode.INCONSISTENT_CLUSTER_ID);
  assert.equal(ask(leader, { ...fetch({}), topics: [] }).errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(leader, { fetchOffset: -1 })?.errorCode, ErrorCode.INVALID_REQUEST);
  assert.equal(judged(leader, { currentLeaderEpoch: epoch - 1 })?.errorCode, ErrorCode.FENCED_LEADER_EPOCH);
  assert.equal(judged(leader, { currentLeaderEpoch: epoch + 1 })?.errorCode, ErrorCode.UNKNOWN_LEADER_EPOCH);
  const elsewhere = judged(follower, { currentLeaderEpoch: epoch });
  assert.equal(elsewhere?.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  assert.equal(elsewhere?.currentLeader?.leaderId, leader.id);

  const all = judged(leader, { currentLeaderEpoch: epoch });
  assert.ok(lengthOf(all?.records) > 0);
  assert.equal(all?.highWatermark, leader.raft?.highWatermark);
  const beyond = judged(leader, { currentLeaderEpoch: epoch, fetchOffset: 1000, lastFetchedEpoch: epoch });
  assert.deepEqual(beyond?.divergingEpoch, { epoch, endOffset: leader.raft?.logEndOffset });
  const end = judged(leader, {
    currentLeaderEpoch: epoch,
    fetchOffset: leader.raft?.logEndOffset,
    lastFetchedEpoch: epoch,
  });
  assert.deepEqual(end?.records, []);

  const { raft, process } = leader;
  assert.ok(raft !== null && process !== null);
  world.simulation.runAs(process, () => assert.ok(raft.writeSnapshot([], leader.next, epoch, 0)));
  world.runUntil(() => raft.snapshots.latest !== null, 2000);
  const withSnapshot = judged(leader, { currentLeaderEpoch: epoch });
  assert.deepEqual(withSnapshot?.snapshotId, { endOffset: leader.next, epoch });
});

test("a fetch waits for news, and no longer than half a second", () => {
  const { world, leader, epoch } = quorum();
  const { raft } = leader;
  assert.ok(raft !== null);
  const at = (highWatermark: number) => ({
    ...fetch({ currentLeaderEpoch: epoch, fetchOffset: raft.logEndOffset, lastFetchedEpoch: epoch, highWatermark }),
    maxWaitMs: 60_000,
  });
  // One whose high watermark is behind hears so at once.
  assert.notEqual(world.ask(leader, Apis.Fetch, 18, at(-1)).answer, null);
  const idle = world.ask(leader, Apis.Fetch, 18, at(raft.highWatermark));
  assert.equal(idle.answer, null);
  const ms = world.runUntil(() => idle.answer !== null, 2000);
  assert.ok(ms > 490 && ms < 520, `${ms} ms`);
  const waiting = world.ask(leader, Apis.Fetch, 18, at(raft.highWatermark));
  assert.equal(waiting.answer, null);
  world.propose();
  assert.notEqual(waiting.answer, null);
});

test("DescribeQuorum tells voters, observers and how far they are", () => {
  const { world, leader, follower, epoch } = quorum();
  answered(world, leader, Apis.Fetch, 18, fetch({ currentLeaderEpoch: epoch }));
  const topics = [{ topicName: TOPIC, partitions: [{ partitionIndex: 0 }] }];
  for (const version of [0, 1, 2]) {
    const described = answered(world, leader, Apis.DescribeQuorum, version, { topics });
    const partition = described.topics?.[0]?.partitions?.[0];
    assert.equal(partition?.leaderId, leader.id);
    assert.equal(partition?.highWatermark, leader.raft?.highWatermark);
    assert.deepEqual(
      partition?.currentVoters?.map((voter) => voter.replicaId),
      [1, 2, 3],
    );
    assert.ok(partition?.currentVoters?.every((voter) => voter.logEndOffset === leader.raft?.logEndOffset));
    assert.deepEqual(
      partition?.observers?.map((observer) => observer.replicaId),
      [77],
    );
  }
  const elsewhere = answered(world, follower, Apis.DescribeQuorum, 2, { topics });
  assert.equal(elsewhere.topics?.[0]?.partitions?.[0]?.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const other = answered(world, leader, Apis.DescribeQuorum, 2, {
    topics: [{ topicName: "t", partitions: [{ partitionIndex: 3 }] }],
  });
  assert.equal(other.topics?.[0]?.partitions?.[0]?.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
});
