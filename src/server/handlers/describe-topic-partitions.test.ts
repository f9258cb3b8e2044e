import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis, type RequestOf } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

/** Topics a (3 partitions), b (2) and c (1) on three brokers. */
function threeTopics() {
  const bench = new FrontBench();
  for (const id of [1, 2, 3]) bench.cluster.join(id);
  for (const [name, partitions] of [
    ["c", 1],
    ["a", 3],
    ["b", 2],
  ] as const) {
    bench.cluster.createAssigned(name, ...new Array<number[]>(partitions).fill([1, 2, 3]));
  }
  const client = bench.connect();
  return {
    bench,
    ask: (body: RequestOf<typeof Apis.DescribeTopicPartitions>) => client.call(Apis.DescribeTopicPartitions, 0, body),
  };
}

test("all topics come by name, in pages that a cursor joins", () => {
  const { ask } = threeTopics();
  const pages: string[] = [];
  let cursor: { topicName: string; partitionIndex: number } | null = null;
  do {
    const { topics, nextCursor } = ask({ topics: [], responsePartitionLimit: 2, cursor });
    pages.push(
      topics
        .map(({ name, partitions }) => `${name}:${partitions.map(({ partitionIndex }) => partitionIndex)}`)
        .join(" "),
    );
    cursor = nextCursor;
  } while (cursor !== null);
  assert.deepEqual(pages, ["a:0,1", "a:2 b:0", "b:1 c:0"]);
});

test("eligible leaders are told", () => {
  const { bench, ask } = threeTopics();
  bench.cluster.controller.fenceDead([2, 3]);
  bench.cluster.commit();
  const [partition] = ask({ topics: [{ name: "c" }] }).topics[0].partitions;
  assert.deepEqual([partition.leaderId, partition.isrNodes], [1, [1]]);
  assert.deepEqual(partition.eligibleLeaderReplicas, [2, 3]);
  assert.deepEqual(partition.offlineReplicas, [2, 3]);
});

test("topics that are asked for and not there have an error each; a cursor must be among them", () => {
  const { ask } = threeTopics();
  const { topics } = ask({ topics: [{ name: "x" }, { name: "a" }, { name: "no good" }] });
  assert.deepEqual(
    topics.map(({ name, errorCode }) => [name, errorCode]),
    [
      ["a", 0],
      ["no good", 17],
      ["x", 3],
    ],
  );
  const wrong = ask({ topics: [{ name: "a" }], cursor: { topicName: "b", partitionIndex: 0 } });
  assert.equal(wrong.topics[0].errorCode, 42);
  assert.equal(
    ask({ topics: [{ name: "a" }], cursor: { topicName: "a", partitionIndex: -1 } }).topics[0].errorCode,
    42,
  );
});
