import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes } from "../base/bytes.js";
import { Apis, type RequestOf } from "../protocol/apis.js";
import { encodeRequest } from "../protocol/frames.js";
import { FrontBench } from "./front.test.support.js";
import { addressFromBytes, addressToBytes } from "./network-address.js";
import { decodePrincipal, encodePrincipal } from "./principal.js";

const TOPIC = {
  topics: [{ name: "t", numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 1000,
};

test("a request of an admin goes to the controller with who sent it, and its answer comes back", () => {
  const bench = new FrontBench();
  bench.cluster.join(1);
  const client = bench.connect("broker", "::ffff:192.168.7.9");
  client.send(Apis.CreateTopics, 7, TOPIC);
  const envelope = bench.lastCall().body as RequestOf<typeof Apis.Envelope>;
  assert.deepEqual([...(envelope.clientHostAddress as Uint8Array)], [192, 168, 7, 9]);
  assert.equal(decodePrincipal(envelope.requestPrincipal as Uint8Array), "User:ANONYMOUS");
  bench.answerCalls();
  const { topics } = client.receive(Apis.CreateTopics, 7);
  assert.deepEqual([topics[0].name, topics[0].errorCode, topics[0].numPartitions], ["t", 0, 2]);
  assert.equal(bench.cluster.topic("t").partitions.length, 2);
});

test("errors of the decision come back as they are", () => {
  const bench = new FrontBench();
  bench.cluster.join(1);
  const client = bench.connect();
  client.send(Apis.CreateTopics, 7, { ...TOPIC, topics: [{ ...TOPIC.topics[0], replicationFactor: 5 }] });
  bench.answerCalls();
  assert.equal(client.receive(Apis.CreateTopics, 7).topics[0].errorCode, 38);
});

test("while no controller answers the request times out with an error of its own form", () => {
  const bench = new FrontBench();
  const client = bench.connect();
  client.send(Apis.CreateTopics, 7, TOPIC);
  bench.lastCall().fail("timeout");
  const { topics } = client.receive(Apis.CreateTopics, 7);
  assert.deepEqual([topics[0].name, topics[0].errorCode], ["t", 7]);
});

test("an error of the envelope is a fault between brokers; of a version that the controller lacks the client has to learn", () => {
  const bench = new FrontBench();
  const client = bench.connect();
  client.send(Apis.CreateTopics, 7, TOPIC);
  bench.lastCall().answer(Apis.Envelope, { errorCode: 97, responseData: null });
  assert.equal(client.receive(Apis.CreateTopics, 7).topics[0].errorCode, -1);
  client.send(Apis.CreateTopics, 7, TOPIC);
  bench.lastCall().answer(Apis.Envelope, { errorCode: 35, responseData: null });
  assert.equal(client.isClosed, true);
});

test("a controller that is not the active one says so in the envelope, so that the broker looks for the other", () => {
  const bench = new FrontBench();
  bench.cluster.controller.resign();
  bench.connect().send(Apis.CreateTopics, 7, TOPIC);
  const envelope = bench.lastCall().body as RequestOf<typeof Apis.Envelope>;
  const response = bench.connect("controller").call(Apis.Envelope, 0, envelope);
  assert.deepEqual([response.errorCode, response.responseData], [41, null]);
});

test("the same where the quorum is asked and this controller does not lead it", () => {
  const bench = new FrontBench();
  const topics = [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0, errorCode: 6 }] }];
  bench.raftAnswer = { topics };
  const question = { topics: [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }] };
  bench.connect().send(Apis.DescribeQuorum, 2, question);
  const envelope = bench.lastCall().body as RequestOf<typeof Apis.Envelope>;
  const controller = bench.connect("controller");
  const { errorCode, responseData } = controller.call(Apis.Envelope, 0, envelope);
  assert.deepEqual([errorCode, responseData], [41, null]);
  // Asked by somebody who names this controller, it answers as Apache Kafka's.
  assert.equal(controller.call(Apis.DescribeQuorum, 2, question).topics[0].partitions[0].errorCode, 6);
});

function enveloped(change: Partial<RequestOf<typeof Apis.Envelope>>): number {
  const client = new FrontBench().connect("controller");
  const request = encodeRequest(Apis.CreateTopics, 7, 3, "c", TOPIC);
  const envelope = {
    requestData: concatBytes(request).subarray(4),
    requestPrincipal: encodePrincipal("User:alice"),
    clientHostAddress: new Uint8Array([127, 0, 0, 1]),
  };
  const { errorCode } = client.call(Apis.Envelope, 0, { ...envelope, ...change });
  assert.equal(client.isClosed, false);
  return errorCode;
}

test("what is wrong with an envelope is told as Kafka tells it, and the connection goes on", () => {
  assert.equal(enveloped({}), 0);
  assert.equal(enveloped({ requestPrincipal: new Uint8Array([0, 9]) }), 97);
  assert.equal(enveloped({ requestPrincipal: null }), 97);
  assert.equal(enveloped({ clientHostAddress: new Uint8Array(5) }), 42);
  assert.equal(enveloped({ requestData: new Uint8Array(3) }), 35);
  assert.equal(
    enveloped({ requestData: concatBytes(encodeRequest(Apis.CreateTopics, 7, 3, "c", TOPIC)).slice(4, 20) }),
    35,
  );
  const vote = encodeRequest(Apis.Vote, 2, 3, "c", { clusterId: null, voterId: 1, topics: [] });
  assert.equal(enveloped({ requestData: concatBytes(vote).subarray(4) }), 42);
});

test("addresses as bytes and back", () => {
  for (const [text, bytes] of [
    ["10.1.2.255", [10, 1, 2, 255]],
    ["::ffff:10.1.2.3", [10, 1, 2, 3]],
    ["::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["fe80::1:2%eth0", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ] as const) {
    assert.deepEqual([...(addressToBytes(text) as Uint8Array)], bytes, text);
    assert.deepEqual(addressToBytes(addressFromBytes(new Uint8Array(bytes)) as string), new Uint8Array(bytes));
  }
  for (const text of ["", "host", "1.2.3", "1.2.3.256", "1::2::3", "1:2", "1:2:3:4:5:6:7:8:9", "::12345"]) {
    assert.equal(addressToBytes(text), null, text);
  }
  assert.equal(addressFromBytes(new Uint8Array(3)), null);
});
