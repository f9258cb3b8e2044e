import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { batchOf } from "../../storage/testing/batches.js";
import { FrontBench } from "../front.test.support.js";

test("records of a transaction are not taken from who names none, and nothing of the request is written", () => {
  const bench = new FrontBench();
  bench.startReplicas();
  bench.cluster.join(1);
  bench.cluster.createAssigned("a", [1], [1]);
  bench.testPorts.settle();
  const client = bench.connect();
  const produce = (...batches: Uint8Array[]) => {
    const partitionData = batches.map((records, index) => ({ index, records }));
    client.send(Apis.Produce, 9, { acks: 1, timeoutMs: 1000, topicData: [{ name: "a", partitionData }] });
    bench.testPorts.settle();
    const { responses } = client.receive(Apis.Produce, 9);
    return responses[0].partitionResponses.map(({ errorCode, baseOffset }) => [errorCode, baseOffset]);
  };
  const { TRANSACTIONAL_ID_AUTHORIZATION_FAILED: refused } = ErrorCode;
  const open = batchOf(["x"], { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
  assert.deepEqual(produce(batchOf(["before"]), open), [
    [refused, -1],
    [refused, -1],
  ]);
  assert.deepEqual(produce(batchOf(["after"])), [[0, 0]]);
});
