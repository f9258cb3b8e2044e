import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

const IDEMPOTENT = { transactionalId: null, transactionTimeoutMs: 60_000 };
const BLOCK = { errorCode: 0, producerIdStart: 5000, producerIdLen: 1000 };

test("producers get ids of their own from a block that is asked for once, and again before it is used up", () => {
  const bench = new FrontBench();
  const clients = [bench.connect(), bench.connect()];
  for (const client of clients) client.send(Apis.InitProducerId, 4, IDEMPOTENT);
  assert.equal(bench.calls.length, 1);
  assert.deepEqual(bench.lastCall().body, { brokerId: 1, brokerEpoch: 7 });
  bench.lastCall().answer(Apis.AllocateProducerIds, BLOCK);
  const ids = clients.map((client) => client.receive(Apis.InitProducerId, 4));
  assert.deepEqual(
    ids.map(({ errorCode, producerId, producerEpoch }) => [errorCode, producerId, producerEpoch]),
    [
      [0, 5000, 0],
      [0, 5001, 0],
    ],
  );
  const [client] = clients;
  for (let id = 5002; id < 5899; id++) client.call(Apis.InitProducerId, 4, IDEMPOTENT);
  assert.equal(bench.calls.length, 1);
  client.call(Apis.InitProducerId, 4, IDEMPOTENT);
  assert.equal(bench.calls.length, 2, "the next block is asked for while a tenth is left");
  for (let id = 5900; id < 6000; id++) client.call(Apis.InitProducerId, 4, IDEMPOTENT);
  client.send(Apis.InitProducerId, 4, IDEMPOTENT);
  assert.equal(client.frame(), null);
  bench.lastCall().answer(Apis.AllocateProducerIds, { ...BLOCK, producerIdStart: 9000 });
  assert.equal(client.receive(Apis.InitProducerId, 4).producerId, 9000);
});

test("while there is no block a producer is told to try again", () => {
  const bench = new FrontBench();
  const client = bench.connect();
  client.send(Apis.InitProducerId, 4, IDEMPOTENT);
  bench.lastCall().fail("timeout");
  const { errorCode, producerId, producerEpoch } = client.receive(Apis.InitProducerId, 4);
  assert.deepEqual([errorCode, producerId, producerEpoch], [14, -1, -1]);
  client.send(Apis.InitProducerId, 4, IDEMPOTENT);
  bench.testPorts.advance(100);
  bench.lastCall().answer(Apis.AllocateProducerIds, BLOCK);
  assert.equal(client.receive(Apis.InitProducerId, 4).producerId, 5000);
});

test("an id without an epoch, and an empty transactional id, are invalid; transactions are not served", () => {
  const client = new FrontBench().connect();
  const error = (body: object) => client.call(Apis.InitProducerId, 4, { ...IDEMPOTENT, ...body }).errorCode;
  assert.equal(error({ producerId: 5 }), 42);
  assert.equal(error({ producerEpoch: 5 }), 42);
  assert.equal(error({ transactionalId: "" }), 42);
  assert.equal(error({ transactionalId: "t" }), 35);
});
