import assert from "node:assert/strict";
import { createConnection, createServer, type Socket } from "node:net";
import { test } from "node:test";
import type { Connection, ConnectionHandler, ListenHandler, NetworkError, NetworkListener } from "../ports/index.js";
import { NodeClock } from "./clock.js";
import { NodeLoop } from "./loop.js";
import { NodeNetwork } from "./network.js";
import { NodeTimers } from "./timers.js";

const clock = new NodeClock();
const loop = new NodeLoop(clock);
const network = new NodeNetwork(loop, new NodeTimers(clock));

/** Records what happens to one end, and lets a test wait for it. */
class End implements ConnectionHandler {
  connection: Connection | null = null;
  readonly pieces: Uint8Array[] = [];
  bytes = 0;
  opened = false;
  drained = 0;
  closed = false;
  error: NetworkError | null = null;
  onBytes: ((bytes: Uint8Array) => void) | null = null;
  private waiting: { holds: () => boolean; resolve: () => void }[] = [];

  onOpen(): void {
    this.opened = true;
    this.look();
  }
  onData(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.bytes += bytes.length;
    this.onBytes?.(bytes);
    this.look();
  }
  onDrain(): void {
    this.drained++;
    this.look();
  }
  onClose(error: NetworkError | null): void {
    assert.equal(this.closed, false, "onClose is called once");
    this.closed = true;
    this.error = error;
    this.look();
  }
  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ holds, resolve }));
  }
  private look(): void {
    const due = this.waiting.filter(({ holds }) => holds());
    this.waiting = this.waiting.filter((each) => !due.includes(each));
    for (const { resolve } of due) resolve();
  }
}

class Door implements ListenHandler {
  readonly ends: End[] = [];
  readonly port: Promise<number>;
  readonly listener: NetworkListener;
  onEnd: ((end: End) => void) | null = null;
  private resolvePort: (port: number) => void = () => {};
  private rejectPort: (error: NetworkError) => void = () => {};
  private waiting: ((end: End) => void)[] = [];

  constructor(host = "127.0.0.1", port = 0) {
    this.port = new Promise((resolve, reject) => {
      this.resolvePort = resolve;
      this.rejectPort = reject;
    });
    this.listener = network.listen(host, port, this);
  }
  onListening(port: number): void {
    this.resolvePort(port);
  }
  onListenError(error: NetworkError): void {
    this.rejectPort(error);
  }
  onAccept(connection: Connection): ConnectionHandler {
    const end = new End();
    end.connection = connection;
    this.ends.push(end);
    this.onEnd?.(end);
    for (const resolve of this.waiting.splice(0)) resolve(end);
    return end;
  }
  next(): Promise<End> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** Both ends of one connection. */
async function pair(): Promise<{ client: End; server: End; door: Door }> {
  const door = new Door();
  const client = new End();
  const accepted = door.next();
  client.connection = network.connect("127.0.0.1", await door.port, client);
  const server = await accepted;
  await client.until(() => client.opened);
  door.listener.close();
  return { client, server, door };
}

test("chunks go both ways in order; both ends know their addresses", async () => {
  const { client, server } = await pair();
  const near = client.connection as Connection;
  const far = server.connection as Connection;
  assert.equal(near.remotePort, far.localPort);
  assert.equal(near.localPort, far.remotePort);
  assert.equal(far.remoteAddress, "127.0.0.1");
  near.send([Buffer.from("a"), Buffer.from("b")]);
  near.send([Buffer.from("c")]);
  far.send([Buffer.from("x")]);
  await server.until(() => server.bytes === 3);
  await client.until(() => client.bytes === 1);
  assert.equal(server.received.toString(), "abc");
  assert.equal(server.pieces.length, 1, "what is sent in one turn leaves together");
  assert.equal(Object.getPrototypeOf(server.pieces[0]), Uint8Array.prototype, "plain bytes");
  near.destroy();
  await server.until(() => server.closed);
});

test("what was received is never written to again, in small pieces and in large ones", async () => {
  const { client, server } = await pair();
  const near = client.connection as Connection;
  let sent = 0;
  let seed = 7;
  const total = 24_000_000;
  const more = (): void => {
    while (sent < total && near.bufferedBytes < 1_000_000) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const size = seed % 3 === 0 ? 1 + (seed % 200) : 1 + (seed % 150_000);
      const chunk = new Uint8Array(size);
      for (let i = 0; i < size; i++) chunk[i] = ((sent + i) * 31) & 0xff;
      near.send([chunk.subarray(0, size >> 1), chunk.subarray(size >> 1)]);
      sent += size;
    }
  };
  client.onDrain = more;
  more();
  await server.until(() => server.bytes >= total);
  let at = 0;
  for (const piece of server.pieces) {
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] !== ((at + i) * 31) % 256) assert.fail(`byte ${at + i} of ${server.bytes} is wrong`);
    }
    at += piece.length;
  }
  near.destroy();
  await server.until(() => server.closed);
});

test("where nothing listens a connection is refused; a name that nobody has is told too", async () => {
  const door = new Door();
  const port = await door.port;
  door.listener.close();
  const client = new End();
  network.connect("127.0.0.1", port, client);
  assert.equal(client.closed, false, "not within the call");
  await client.until(() => client.closed);
  assert.equal(client.error?.code, "ECONNREFUSED");
  assert.equal(client.opened, false);
  const localhost = new End();
  network.connect("localhost", port, localhost);
  await localhost.until(() => localhost.closed);
  assert.equal(localhost.error?.code, "ECONNREFUSED", "also where a name has several addresses");
});

test("a name leads to a listener as an address does", async () => {
  const door = new Door("localhost");
  const client = new End();
  const accepted = door.next();
  const connection = network.connect("localhost", await door.port, client);
  connection.send([Buffer.from("before it is open")]);
  const server = await accepted;
  await server.until(() => server.bytes === 17);
  (server.connection as Connection).send([Buffer.alloc(100_000, 1)]);
  await client.until(() => client.bytes === 100_000);
  connection.destroy();
  await server.until(() => server.closed);
  door.listener.close();
});

test("a taken port is an error of the listener", async () => {
  const door = new Door();
  const port = await door.port;
  await assert.rejects(new Door("127.0.0.1", port).port, { code: "EADDRINUSE" });
  door.listener.close();
});

test("end sends what waits, then closes; the other side hears no error", async () => {
  const { client, server } = await pair();
  const far = server.connection as Connection;
  far.send([Buffer.alloc(3_000_000, 7)]);
  far.end();
  far.send([Buffer.from("too late")]);
  await client.until(() => client.closed);
  assert.equal(client.error, null);
  assert.equal(client.bytes, 3_000_000);
  await server.until(() => server.closed);
  assert.equal(server.error, null);
});

test("destroy closes at once; each end hears it once, in a later turn", async () => {
  const { client, server } = await pair();
  const near = client.connection as Connection;
  near.send([Buffer.from("never leaves")]);
  near.destroy();
  near.destroy();
  assert.equal(client.closed, false, "not within the call");
  assert.equal(near.bufferedBytes, 0);
  await client.until(() => client.closed);
  await server.until(() => server.closed);
  assert.equal(client.error, null);
  assert.equal(server.bytes, 0);
  near.send([Buffer.from("into nothing")]);
  near.end();
});

test("a connection that is given up before it is open says so once", async () => {
  const door = new Door();
  const client = new End();
  const connection = network.connect("127.0.0.1", await door.port, client);
  connection.end();
  await client.until(() => client.closed);
  assert.equal(client.opened, false);
  assert.equal(client.error, null);
  door.listener.close();
});

test("a reset is an error with its code", async () => {
  const door = new Door();
  const accepted = door.next();
  const raw: Socket = createConnection({ host: "127.0.0.1", port: await door.port });
  const server = await accepted;
  raw.resetAndDestroy();
  await server.until(() => server.closed);
  assert.equal(server.error?.code, "ECONNRESET");
  door.listener.close();
});

test("a connection that is paused receives nothing until it is resumed", async () => {
  const door = new Door();
  door.onEnd = (end) => end.connection?.pause();
  const client = new End();
  const accepted = door.next();
  const near = network.connect("127.0.0.1", await door.port, client);
  near.send([Buffer.alloc(200_000, 3)]);
  const server = await accepted;
  // Another connection, made later, is served meanwhile: its answer shows that the loop has looked at the paused one too.
  door.onEnd = null;
  const other = new End();
  const next = door.next();
  const second = network.connect("127.0.0.1", await door.port, other);
  second.send([Buffer.from("x")]);
  const third = await next;
  await third.until(() => third.bytes === 1);
  assert.equal(server.bytes, 0);
  server.onBytes = () => server.connection?.pause();
  server.connection?.resume();
  await server.until(() => server.bytes > 0);
  const first = server.bytes;
  assert.ok(first <= 65536);
  server.onBytes = null;
  server.connection?.resume();
  await server.until(() => server.bytes === 200_000);
  for (const each of [near, second]) each.destroy();
  await Promise.all([server.until(() => server.closed), third.until(() => third.closed)]);
  door.listener.close();
});

test("what a slow reader leaves waiting is counted, and its leaving is told", async () => {
  const { client, server } = await pair();
  const near = client.connection as Connection;
  server.connection?.pause();
  for (let i = 0; i < 64; i++) near.send([Buffer.alloc(1_000_000)]);
  assert.equal(near.bufferedBytes, 64_000_000);
  await new Promise<void>((resolve) => loop.atTurnEnd({ onTurnEnd: resolve }));
  assert.ok(near.bufferedBytes > 1_000_000);
  assert.equal(client.drained, 0);
  server.connection?.resume();
  await client.until(() => client.drained > 0);
  assert.equal(near.bufferedBytes, 0);
  await server.until(() => server.bytes === 64_000_000);
  near.destroy();
  await server.until(() => server.closed);
});

test("a listener that is closed accepts no more; its connections stay", async () => {
  const { client, server, door } = await pair();
  const late = new End();
  network.connect("127.0.0.1", await door.port, late);
  await late.until(() => late.closed);
  assert.equal(late.error?.code, "ECONNREFUSED");
  client.connection?.send([Buffer.from("still here")]);
  await server.until(() => server.bytes === 10);
  client.connection?.destroy();
  await server.until(() => server.closed);
});

test("an address of IPv4 is told as such, also where the listener serves both families", async () => {
  const door = new Door("");
  const accepted = door.next();
  const client = new End();
  const connection = network.connect("127.0.0.1", await door.port, client);
  assert.equal((await accepted).connection?.remoteAddress, "127.0.0.1");
  connection.destroy();
  await client.until(() => client.closed);
  door.listener.close();
});

test("a server that closes after its answer: the answer arrives, then the end", async () => {
  const server = createServer((socket) => socket.end("bye"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new End();
  network.connect("127.0.0.1", (server.address() as { port: number }).port, client);
  await client.until(() => client.closed);
  assert.equal(client.received.toString(), "bye");
  assert.equal(client.error, null);
  server.close();
});
