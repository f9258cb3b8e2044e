import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../metadata/controller.js";
import { type ConnectionHandler, NetworkError } from "../ports/index.js";
import { TestPorts } from "../storage/testing/ports.js";
import { FailureDetector } from "./failure-detector.js";
import type { ClientConnection, ConnectionObserver } from "./request.js";

/** A detector whose probes the test answers. */
class Bench {
  readonly fenced: number[][] = [];
  readonly broken: number[] = [];
  readonly probes: { port: number; handler: ConnectionHandler }[] = [];
  readonly ports = new TestPorts();
  readonly brokers = new Map(
    [1, 2, 3].map((id) => [
      id,
      { id, epoch: id * 10, fenced: false, listeners: new Map([["PLAINTEXT", { host: "h", port: id }]]) },
    ]),
  );
  readonly detector: FailureDetector;

  constructor() {
    const controller = {
      active: true,
      state: { brokers: this.brokers },
      unfencedBrokers: () => [...this.brokers.keys()],
      onBrokerConnectionBroken: (id: number) => this.broken.push(id),
      fenceDead: (ids: readonly number[]) => this.fenced.push([...ids]),
    } as unknown as Controller;
    this.ports.network.connect = (_host, port, handler) => {
      this.probes.push({ port, handler });
      return { destroy() {} } as never;
    };
    this.detector = new FailureDetector(this.ports, controller, "PLAINTEXT");
  }

  refuse(port: number): void {
    const at = this.probes.findIndex((probe) => probe.port === port);
    const [{ handler }] = this.probes.splice(at, 1);
    handler.onClose(new NetworkError("ECONNREFUSED", "refused"));
  }

  accept(port: number): void {
    const at = this.probes.findIndex((probe) => probe.port === port);
    const [{ handler }] = this.probes.splice(at, 1);
    handler.onOpen();
    handler.onClose(null);
  }
}

class Client {
  isOpen = true;
  observers: ConnectionObserver[] = [];
  observe(observer: ConnectionObserver): void {
    this.observers.push(observer);
  }
  unobserve(observer: ConnectionObserver): void {
    this.observers = this.observers.filter((one) => one !== observer);
  }
  break(): void {
    this.isOpen = false;
    for (const observer of this.observers.splice(0)) observer.onConnectionClosed(this.asConnection());
  }
  asConnection(): ClientConnection {
    return this as unknown as ClientConnection;
  }
}

test("a broker whose connection broke and whose port refuses is fenced in that turn", () => {
  const bench = new Bench();
  const client = new Client();
  bench.detector.onHeartbeat(2, client.asConnection(), false);
  client.break();
  assert.deepEqual(bench.broken, [2]);
  bench.refuse(2);
  bench.ports.settle();
  assert.deepEqual(bench.fenced, [[2]]);
});

test("a broker that never sent a heartbeat to this controller is found dead by the fetches that it refuses", () => {
  const bench = new Bench();
  bench.detector.onRefused(2);
  bench.detector.onRefused(2);
  bench.refuse(2);
  bench.ports.settle();
  assert.deepEqual(bench.fenced, [[2]]);
  assert.deepEqual(bench.probes, []);
});

test("a port that accepts proves nothing", () => {
  const bench = new Bench();
  const client = new Client();
  bench.detector.onHeartbeat(2, client.asConnection(), false);
  client.break();
  bench.accept(2);
  bench.ports.settle();
  bench.ports.advance(100);
  assert.deepEqual(bench.fenced, []);
});

test("brokers that died together are fenced together", () => {
  const bench = new Bench();
  bench.detector.onActivated();
  bench.refuse(1);
  bench.ports.settle();
  assert.deepEqual(bench.fenced, []);
  bench.refuse(3);
  bench.accept(2);
  bench.ports.settle();
  assert.deepEqual(bench.fenced, [[1, 3]]);
});

test("a probe that gets no answer holds nobody up", () => {
  const bench = new Bench();
  bench.detector.onActivated();
  bench.refuse(1);
  bench.ports.advance(20);
  assert.deepEqual(bench.fenced, [[1]]);
});

test("a later incarnation is not fenced for what happened to the one before", () => {
  const bench = new Bench();
  const client = new Client();
  bench.detector.onHeartbeat(2, client.asConnection(), false);
  client.break();
  const broker = bench.brokers.get(2);
  assert.ok(broker !== undefined);
  broker.epoch = 99;
  bench.refuse(2);
  bench.ports.settle();
  assert.deepEqual(bench.fenced, []);
});

test("a connection that ends after a controlled shutdown, or after another took its place, means nothing", () => {
  const bench = new Bench();
  const old = new Client();
  const fresh = new Client();
  bench.detector.onHeartbeat(1, old.asConnection(), false);
  bench.detector.onHeartbeat(1, fresh.asConnection(), false);
  old.break();
  bench.detector.onHeartbeat(1, fresh.asConnection(), true);
  fresh.break();
  assert.deepEqual(bench.broken, []);
  assert.equal(bench.probes.length, 0);
});
