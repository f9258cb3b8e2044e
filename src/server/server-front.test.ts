import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../protocol/apis.js";
import { asHandler, FrontBench, Keeper } from "./front.test.support.js";

test("connections beyond the limit of an address are closed at once; others are not", () => {
  const front = new FrontBench({ "max.connections.per.ip": "2", "max.connections.per.ip.overrides": "10.0.0.7:3" });
  const clients = [1, 2, 3].map(() => front.connect());
  assert.deepEqual(
    clients.map(({ isClosed }) => isClosed),
    [false, false, true],
  );
  assert.equal(front.connect("broker", "10.0.0.8").isClosed, false);
  assert.equal(front.connect("broker", "::ffff:10.0.0.9").isClosed, true, "the same address");
  const favoured = [1, 2, 3, 4].map(() => front.connect("broker", "10.0.0.7"));
  assert.equal(favoured.filter(({ isClosed }) => isClosed).length, 1);
  clients[0].close();
  assert.equal(front.connect().isClosed, false, "a connection that ended makes room");
  assert.equal(front.front.metrics.connectionsRefused, 3);
});

test("limits can be changed while the broker runs", () => {
  const front = new FrontBench();
  assert.equal(front.connect().isClosed, false);
  front.cluster.setConfig(4, "", "max.connections.per.ip", "1");
  assert.equal(front.connect().isClosed, true);
  front.cluster.setConfig(4, "", "max.connections.per.ip", "2");
  assert.equal(front.connect().isClosed, false);
});

test("the limit of all connections is not for the controller's listener", () => {
  const front = new FrontBench({ "max.connections": "1" });
  assert.equal(front.connect().isClosed, false);
  assert.equal(front.connect("broker", "10.0.0.8").isClosed, true);
  assert.equal(front.connect("controller").isClosed, false);
});

test("a connection on which nothing happens is closed; one whose request waits is not", () => {
  const keeper = new Keeper(Apis.Heartbeat);
  const front = new FrontBench({ "connections.max.idle.ms": "60000" }, [asHandler(keeper)]);
  const idle = front.connect();
  const waiting = front.connect();
  waiting.send(Apis.Heartbeat, 4, { groupId: "g", generationId: 1, memberId: "m" });
  front.testPorts.advance(50_000);
  assert.equal(idle.isClosed, false);
  front.testPorts.advance(20_000);
  assert.deepEqual([idle.isClosed, waiting.isClosed], [true, false]);
  assert.equal(front.front.metrics.connectionsIdleClosed, 1);
});

test("the time for which the broker itself stood still is nobody's idleness", () => {
  const front = new FrontBench({ "connections.max.idle.ms": "60000" });
  const client = front.connect();
  front.testPorts.advance(50_000);
  front.stalledMs = 15_000;
  front.testPorts.advance(20_000);
  assert.equal(client.isClosed, false);
  front.testPorts.advance(10_000);
  assert.equal(client.isClosed, true);
});

test("what comes in before the node serves is answered once it does", () => {
  const keeper = new Keeper(Apis.Heartbeat);
  const front = new FrontBench({}, [asHandler(keeper)], false);
  const client = front.connect();
  assert.equal(client.socket.isPaused, true);
  client.send(Apis.Heartbeat, 4, { groupId: "g", generationId: 1, memberId: "m" });
  assert.equal(keeper.requests.length, 0);
  front.front.serve("broker");
  assert.equal(keeper.requests.length, 1);
  assert.equal(client.socket.isPaused, false);
});

test("counters follow the requests", () => {
  const keeper = new Keeper(Apis.Heartbeat);
  const front = new FrontBench({}, [asHandler(keeper)]);
  const client = front.connect();
  client.send(Apis.Heartbeat, 4, { groupId: "g", generationId: 1, memberId: "m" });
  const { metrics } = front.front;
  assert.deepEqual([metrics.requests[12], metrics.responses[12], metrics.requestsInFlight], [1, 0, 1]);
  front.testPorts.advance(25);
  keeper.requests[0].respond({});
  const bytes = client.socket.sent.reduce((sum, { length }) => sum + length, 0);
  assert.deepEqual(
    [metrics.responses[12], metrics.requestMs[12], metrics.requestsInFlight, metrics.bytesOut],
    [1, 25, 0, bytes],
  );
  assert.equal(metrics.connections, 1);
});

test("closing the front closes its connections and accepts no more", () => {
  const front = new FrontBench();
  const client = front.connect();
  front.front.close();
  assert.equal(client.isClosed, true);
  assert.equal(front.network.listeners.size, 0);
});
