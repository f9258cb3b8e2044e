import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection, ConnectionHandler, ListenHandler, NetworkError } from "../../ports/index.js";
import { Machine } from "../kernel/machine.js";
import type { SimProcess } from "../kernel/process.js";
import { Simulation } from "../kernel/simulation.js";
import { SimNetwork } from "./sim-network.js";

class Side implements ConnectionHandler, ListenHandler {
  readonly received: number[] = [];
  readonly pieces: number[] = [];
  opened = false;
  closed = false;
  error: NetworkError | null = null;
  accepted: Connection | null = null;
  onListening(): void {}
  onListenError(): void {}
  onAccept(connection: Connection): ConnectionHandler {
    this.accepted = connection;
    return this;
  }
  onOpen(): void {
    this.opened = true;
  }
  onData(bytes: Uint8Array): void {
    this.received.push(...bytes);
    this.pieces.push(bytes.length);
  }
  onDrain(): void {}
  onClose(error: NetworkError | null): void {
    this.closed = true;
    this.error = error;
  }
}

function world(seed: number) {
  const simulation = new Simulation(seed);
  const network = new SimNetwork(simulation, {
    latencyMinUs: 100,
    latencySpreadUs: 5000,
    splitOneOf: 2,
    spikeOneOf: 5,
    spikeUs: 50_000,
  });
  const a = new Machine("a", "10.0.0.1", 0, 1, 0);
  const b = new Machine("b", "10.0.0.2", 1, 1, 0);
  network.addMachine(a);
  network.addMachine(b);
  const serverProcess = simulation.startProcess(a, "server");
  const clientProcess = simulation.startProcess(b, "client");
  const server = new Side();
  const client = new Side();
  simulation.runAs(serverProcess, () => network.portFor(serverProcess).listen("10.0.0.1", 9092, server));
  simulation.runUntil(10_000);
  let connection: Connection | null = null;
  const connect = (process: SimProcess = clientProcess) => {
    simulation.runAs(process, () => {
      connection = network.portFor(process).connect("10.0.0.1", 9092, client);
    });
    return connection as unknown as Connection;
  };
  const after = (ms: number) => simulation.runUntil(simulation.nowUs + ms * 1000);
  return { simulation, network, a, b, server, client, serverProcess, clientProcess, connect, after };
}

test("bytes arrive in order, in other pieces than they were sent in", () => {
  const { simulation, server, client, clientProcess, connect, after } = world(3);
  const connection = connect();
  after(500);
  assert.ok(client.opened && server.accepted !== null);
  const sent: number[] = [];
  for (let i = 0; i < 50; i++) {
    simulation.runAs(clientProcess, () => connection.send([Uint8Array.of(i, i), Uint8Array.of(i)]));
    sent.push(i, i, i);
  }
  after(1000);
  assert.deepEqual(server.received, sent);
  assert.ok(server.pieces.length > 50);
});

test("where nothing listens a connection is refused; a machine without power says nothing until the time-out", () => {
  const { simulation, a, client, serverProcess, connect, after } = world(4);
  simulation.killProcess(serverProcess, false);
  connect();
  after(100);
  assert.equal(client.error?.code, "ECONNREFUSED");
  a.powered = false;
  client.error = null;
  client.closed = false;
  connect();
  after(5000);
  assert.equal(client.closed, false);
  after(15_000);
  assert.equal((client.error as NetworkError | null)?.code, "ETIMEDOUT");
});

test("a cut holds the bytes of one direction back; they arrive when it is over", () => {
  const { simulation, network, a, b, server, client, serverProcess, clientProcess, connect, after } = world(5);
  const connection = connect();
  after(500);
  network.cut(b, a);
  simulation.runAs(clientProcess, () => connection.send([Uint8Array.of(1)]));
  simulation.runAs(serverProcess, () => server.accepted?.send([Uint8Array.of(2)]));
  after(3000);
  assert.deepEqual(server.received, []);
  assert.deepEqual(client.received, [2]);
  network.restore(b, a);
  after(2000);
  assert.deepEqual(server.received, [1]);
});

test("a process that dies resets its connections; a machine that lost power leaves them half open", () => {
  for (const powerLost of [false, true]) {
    const { simulation, network, a, client, clientProcess, serverProcess, connect, after } = world(6);
    const connection = connect();
    after(500);
    a.powered = !powerLost;
    simulation.killProcess(serverProcess, powerLost);
    after(1000);
    assert.equal(client.closed, !powerLost);
    if (!powerLost) continue;
    simulation.runAs(clientProcess, () => connection.send([Uint8Array.of(1)]));
    after(1000);
    assert.equal(client.closed, false);
    a.powered = true;
    network.poweredUp(a);
    after(2000);
    assert.equal(client.error?.code, "ECONNRESET");
  }
});
