import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { FrontBench } from "../front.test.support.js";

function withFollower() {
  const bench = new FrontBench();
  bench.startReplicas();
  for (const id of [1, 2]) bench.cluster.join(id);
  bench.cluster.createAssigned("led", [1]);
  bench.cluster.createAssigned("followed", [2, 1]);
  bench.testPorts.settle();
  return { bench, client: bench.connect() };
}

test("producers of a partition that is not here, or of no topic at all", () => {
  const { bench, client } = withFollower();
  const ask = (name: string, index: number) => {
    client.send(Apis.DescribeProducers, 0, { topics: [{ name, partitionIndexes: [index] }] });
    bench.testPorts.settle();
    return client.receive(Apis.DescribeProducers, 0).topics[0].partitions[0];
  };
  assert.equal(ask("led", 0).errorCode, ErrorCode.NONE);
  const absent = ask("led", 9);
  assert.deepEqual([absent.errorCode, absent.errorMessage], [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null]);
  assert.equal(ask("", 0).errorCode, ErrorCode.INVALID_TOPIC_EXCEPTION);
});

test("where an epoch ends only the leader tells, also to who only looks", () => {
  const { bench, client } = withFollower();
  for (const replicaId of [-1, -2, 3]) {
    const topics = [{ topic: "followed", partitions: [{ partition: 0, leaderEpoch: 0 }] }];
    client.send(Apis.OffsetForLeaderEpoch, 4, { replicaId, topics });
    bench.testPorts.settle();
    const { errorCode } = client.receive(Apis.OffsetForLeaderEpoch, 4).topics[0].partitions[0];
    assert.equal(errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }
});
