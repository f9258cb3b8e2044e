import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../base/assert.js";
import { readInt16, readInt32, writeInt32 } from "../base/bytes.js";
import { Apis } from "../protocol/apis.js";
import { asHandler, FrontBench, Keeper, type TestClient } from "./front.test.support.js";
import type { Handler } from "./handler.js";

const PRODUCE = { acks: -1, timeoutMs: 1000, topicData: [] };

function bench(...keepers: Keeper<never>[]): FrontBench {
  return new FrontBench({}, keepers as unknown as Handler[]);
}

/** A front that keeps Produce, which is pipelined, and Heartbeat and Metadata, which are not. */
function keepingBench() {
  const produce = new Keeper(Apis.Produce, true);
  const heartbeat = new Keeper(Apis.Heartbeat);
  const front = bench(produce as never, heartbeat as never);
  return { front, produce, heartbeat, client: front.connect() };
}

function sendHeartbeat(client: TestClient): void {
  client.send(Apis.Heartbeat, 4, { groupId: "g", generationId: 1, memberId: "m" });
}

function correlationIds(client: TestClient): number[] {
  const ids: number[] = [];
  for (let frame = client.frame(); frame !== null; frame = client.frame()) ids.push(readInt32(frame, 0));
  return ids;
}

test("a request that comes byte by byte is handled once it is whole", () => {
  const { client, heartbeat } = keepingBench();
  const bytes = client.encode(Apis.Heartbeat, 4, { groupId: "g", generationId: 1, memberId: "m" });
  for (let i = 0; i < bytes.length; i++) {
    assert.equal(heartbeat.requests.length, 0);
    client.raw(bytes.slice(i, i + 1));
  }
  const [request] = heartbeat.requests;
  assert.deepEqual([request.body.groupId, request.clientId, request.principal], ["g", "tester", "User:ANONYMOUS"]);
  request.respond({});
  assert.equal(client.receive(Apis.Heartbeat, 4).errorCode, 0);
});

test("responses leave in the order of the requests, however they are answered", () => {
  const { client, produce } = keepingBench();
  for (let i = 0; i < 4; i++) client.send(Apis.Produce, 9, PRODUCE);
  assert.equal(produce.requests.length, 4, "produce requests are started while others wait");
  produce.requests[2].respond({});
  produce.requests[1].respond({});
  assert.deepEqual(correlationIds(client), []);
  produce.requests[0].respond({});
  assert.deepEqual(correlationIds(client), [0, 1, 2]);
  produce.requests[3].respond({});
  assert.deepEqual(correlationIds(client), [3]);
});

test("a request that is not pipelined starts when all before it are answered, and holds up those behind it", () => {
  const { front, client, produce, heartbeat } = keepingBench();
  client.send(Apis.Produce, 9, PRODUCE);
  sendHeartbeat(client);
  client.send(Apis.Produce, 9, PRODUCE);
  assert.deepEqual([produce.requests.length, heartbeat.requests.length], [1, 0]);
  produce.requests[0].respond({});
  assert.equal(heartbeat.requests.length, 0, "who answers is not interrupted by the next request");
  front.testPorts.settle();
  assert.deepEqual([produce.requests.length, heartbeat.requests.length], [1, 1]);
  heartbeat.requests[0].respond({});
  front.testPorts.settle();
  assert.equal(produce.requests.length, 2);
  produce.requests[1].respond({});
  assert.deepEqual(correlationIds(client), [0, 1, 2]);
});

test("a request without a response (acks=0) lets the next one start and sends nothing", () => {
  const { front, client, produce, heartbeat } = keepingBench();
  client.send(Apis.Produce, 9, { ...PRODUCE, acks: 0 });
  sendHeartbeat(client);
  produce.requests[0].finish();
  front.testPorts.settle();
  heartbeat.requests[0].respond({});
  assert.deepEqual(correlationIds(client), [1]);
});

test("a second answer to a request is ignored", () => {
  const { client, heartbeat } = keepingBench();
  sendHeartbeat(client);
  heartbeat.requests[0].respond({});
  heartbeat.requests[0].respond({ errorCode: 25 });
  heartbeat.requests[0].abort("too late");
  assert.deepEqual(correlationIds(client), [0]);
  assert.equal(client.isClosed, false);
});

test("a client that sends on and on while nothing can start is not read any more, until something can", () => {
  const { front, client, heartbeat } = keepingBench();
  sendHeartbeat(client);
  const more = client.encode(Apis.Heartbeat, 4, { groupId: "g".repeat(20_000), generationId: 1, memberId: "m" });
  for (let i = 0; i < 20; i++) client.raw(more);
  assert.equal(client.socket.isPaused, true);
  assert.equal(heartbeat.requests.length, 1);
  for (let i = 0; i <= 20; i++) {
    heartbeat.requests[i].respond({});
    front.testPorts.settle();
  }
  assert.equal(client.socket.isPaused, false);
  assert.equal(correlationIds(client).length, 21);
});

test("no more than 64 produce requests of a connection are under way", () => {
  const { front, client, produce } = keepingBench();
  for (let i = 0; i < 100; i++) client.send(Apis.Produce, 9, PRODUCE);
  assert.equal(produce.requests.length, 64);
  produce.requests[0].respond({});
  front.testPorts.settle();
  assert.equal(produce.requests.length, 65);
});

test("nothing more is started for a client that does not take its responses", () => {
  const { client, heartbeat } = keepingBench();
  client.socket.bufferedBytes = 2_000_000;
  sendHeartbeat(client);
  assert.equal(heartbeat.requests.length, 0);
  client.socket.bufferedBytes = 0;
  client.socket.handler?.onDrain();
  assert.equal(heartbeat.requests.length, 1);
});

test("answers to a connection that is gone are dropped, and its observers hear of the end", () => {
  const { client, front, heartbeat } = keepingBench();
  sendHeartbeat(client);
  const closed: number[] = [];
  heartbeat.requests[0].connection.observe({ onConnectionClosed: ({ id }) => closed.push(id) });
  client.close();
  assert.deepEqual(closed, [0]);
  assert.equal(heartbeat.requests[0].connection.isOpen, false);
  heartbeat.requests[0].respond({});
  assert.deepEqual(correlationIds(client), []);
  const { metrics } = front.front;
  assert.deepEqual([metrics.connections, metrics.requestsInFlight, metrics.requestBytesInFlight], [0, 0, 0]);
});

function frame(...bytes: number[]): Uint8Array {
  const all = new Uint8Array(4 + bytes.length);
  writeInt32(all, 0, bytes.length);
  all.set(bytes, 4);
  return all;
}

for (const [what, bytes] of [
  ["text of another protocol", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["garbage", frame(...new Uint8Array(200).fill(0xa7))],
  ["a negative length", new Uint8Array([0xff, 0xff, 0xff, 0xff])],
  ["a length of two gigabytes", new Uint8Array([0x7f, 0xff, 0xff, 0xff])],
  ["an empty frame", frame()],
  ["an unknown API", frame(3, 231, 0, 0, 0, 0, 0, 7, 255, 255)],
  ["an API that is not served here", frame(0, 58, 0, 0, 0, 0, 0, 7, 255, 255, 0, 0)],
  ["an unknown version", frame(0, 3, 3, 231, 0, 0, 0, 7, 255, 255)],
  ["a version of Produce that is advertised only", frame(0, 0, 0, 2, 0, 0, 0, 7, 255, 255)],
  ["more elements than there are bytes", frame(0, 3, 0, 4, 0, 0, 0, 7, 255, 255, 127, 255, 255, 255, 0)],
] as const) {
  test(`${what} closes the connection without an answer, and says so in the log`, () => {
    const front = new FrontBench();
    const client = front.connect();
    client.raw(bytes);
    assert.equal(client.isClosed, true);
    assert.equal(client.frame(), null);
    assert.equal(front.front.metrics.protocolErrors, 1);
    assert.equal(front.testPorts.logger.lines.filter(({ level }) => level === "warn").length, 1);
  });
}

test("what was answered before the garbage is still sent", () => {
  const client = new FrontBench().connect();
  client.raw(Buffer.concat([client.encode(Apis.ApiVersions, 0, {}), frame(9, 9, 9, 9)]));
  assert.equal(client.receive(Apis.ApiVersions, 0).errorCode, 0);
  assert.equal(client.isClosed, true);
});

test("a flood of bad connections does not flood the log", () => {
  const front = new FrontBench();
  for (let i = 0; i < 1000; i++) front.connect().raw(frame());
  assert.ok(front.testPorts.logger.lines.length <= 20);
});

test("a version of ApiVersions that is not known is answered in version 0 with that error, and the connection goes on", () => {
  const client = new FrontBench().connect();
  client.raw(frame(0, 18, 3, 231, 0, 0, 0, 7, 0));
  const answer = client.frame() as Uint8Array;
  assert.equal(readInt32(answer, 0), 7);
  assert.equal(readInt16(answer, 4), 35);
  assert.deepEqual([...answer.subarray(6)], [0, 0, 0, 1, 0, 18, 0, 0, 0, 4], "it tells of ApiVersions itself");
  assert.equal(client.call(Apis.ApiVersions, 0, {}).errorCode, 0);
});

function throwing(error: Error): Handler {
  const keeper = new Keeper(Apis.Heartbeat);
  keeper.handle = () => {
    throw error;
  };
  return asHandler(keeper);
}

test("a handler that fails costs its connection; a broken assertion stops the node", () => {
  const front = new FrontBench({}, [throwing(new TypeError("oops"))]);
  const client = front.connect();
  sendHeartbeat(client);
  assert.equal(client.isClosed, true);
  assert.equal(front.front.metrics.handlerFailures, 1);
  const strict = new FrontBench({}, [throwing(new AssertionError("broken"))]).connect();
  assert.throws(() => sendHeartbeat(strict), /broken/);
});

test("a response that its version cannot carry closes the connection", () => {
  const { front } = keepingBench();
  const keeper = new Keeper(Apis.ListGroups);
  const other = bench(keeper as never).connect();
  other.send(Apis.ListGroups, 0, {});
  keeper.requests[0].respond({ groups: [{ groupId: "g".repeat(40_000), protocolType: "" }] });
  assert.equal(other.isClosed, true);
  assert.equal(front.front.metrics.handlerFailures, 0);
});
