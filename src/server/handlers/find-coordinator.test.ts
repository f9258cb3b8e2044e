import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis, type RequestOf } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

test("the first question makes the offsets topic, with Kafka's shape; afterwards its leaders coordinate", () => {
  const bench = new FrontBench({ "offsets.topic.num.partitions": "5", "offsets.topic.replication.factor": "3" });
  for (const id of [1, 2, 3]) bench.cluster.join(id);
  const client = bench.connect();
  const ask = () => client.call(Apis.FindCoordinator, 4, { coordinatorKeys: ["g", "h"] }).coordinators;
  assert.deepEqual(
    ask().map(({ key, errorCode, nodeId }) => [key, errorCode, nodeId]),
    [
      ["g", 15, -1],
      ["h", 15, -1],
    ],
  );
  assert.equal(bench.calls.length, 1);
  const [created] = (bench.lastCall().body as RequestOf<typeof Apis.CreateTopics>).topics ?? [];
  assert.deepEqual([created.name, created.numPartitions, created.replicationFactor], ["__consumer_offsets", 5, 3]);
  assert.ok(created.configs?.some(({ name, value }) => name === "cleanup.policy" && value === "compact"));
  bench.answerCalls();
  // "g" hashes to 103, "h" to 104.
  const leaders = bench.cluster.topic("__consumer_offsets").partitions.map(({ leader }) => leader);
  assert.deepEqual(
    ask().map(({ errorCode, nodeId, port }) => [errorCode, nodeId, port]),
    [
      [0, leaders[3], 9092 + leaders[3]],
      [0, leaders[4], 9092 + leaders[4]],
    ],
  );
  const old = client.call(Apis.FindCoordinator, 0, { key: "g" });
  assert.deepEqual([old.errorCode, old.nodeId], [0, leaders[3]]);
});

test("a coordinator that is not alive is none", () => {
  const bench = new FrontBench({ "offsets.topic.num.partitions": "1", "offsets.topic.replication.factor": "1" });
  bench.cluster.join(1);
  const client = bench.connect();
  client.call(Apis.FindCoordinator, 3, { key: "g" });
  bench.answerCalls();
  assert.equal(client.call(Apis.FindCoordinator, 3, { key: "g" }).errorCode, 0);
  bench.cluster.controller.fenceDead([1]);
  bench.cluster.commit();
  const gone = client.call(Apis.FindCoordinator, 3, { key: "g" });
  assert.deepEqual([gone.errorCode, gone.nodeId, gone.host, gone.port], [15, -1, "", -1]);
});

test("transactions are not served, which a client is told at once and not to try again", () => {
  const client = new FrontBench().connect();
  const response = client.call(Apis.FindCoordinator, 3, { key: "t", keyType: 1 });
  assert.equal(response.errorCode, 35);
  assert.match(response.errorMessage ?? "", /transactions/);
  assert.equal(
    client.call(Apis.FindCoordinator, 6, { coordinatorKeys: ["t"], keyType: 7 }).coordinators[0].errorCode,
    42,
  );
});
