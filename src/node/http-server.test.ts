import assert from "node:assert/strict";
import { request } from "node:http";
import { hostname } from "node:os";
import { after, before, test } from "node:test";
import { EventFeed } from "../base/events.js";
import { probeClock } from "../cluster/clock-probe.js";
import type { HoldfastNode } from "../server/node.js";
import { bootId } from "./boot-id.js";
import { machineClock } from "./event-clock.js";
import { HttpServer } from "./http-server.js";
import { createNodePorts } from "./ports.js";

const feed = new EventFeed();
const status = { ready: false, state: "recovering", nodeId: 7, clusterId: "c" };
/** As far as these pages ask. */
const node = { status } as unknown as HoldfastNode;
const server = new HttpServer(
  createNodePorts({ logLevel: "error", logFormat: "json", logDescriptor: 2 }),
  node,
  feed,
  "127.0.0.1",
);

before(() => new Promise<void>((resolve, reject) => server.listen(0, reject, resolve)));
after(() => server.close());

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: server.port, path, ...options }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.once("error", reject);
    asked.end();
  });
}

test("health says that the loop turns, readiness says what is missing", async () => {
  assert.deepEqual(await ask("/healthz"), { status: 200, text: "ok\n" });
  assert.deepEqual(await ask("/readyz"), { status: 503, text: "not ready: recovering\n" });
  status.ready = true;
  assert.deepEqual(await ask("/readyz?verbose"), { status: 200, text: "ready\n" });
});

test("another name than a loopback one is refused, as is any method that changes something", async () => {
  assert.equal((await ask("/healthz", { headers: { host: "evil.example:80" } })).status, 403);
  assert.equal((await ask("/events", { headers: { host: "evil.example" } })).status, 403);
  assert.equal((await ask("/healthz", { headers: { host: "[::1]:8080" } })).status, 200);
  assert.equal((await ask("/healthz", { headers: { host: "localhost" } })).status, 200);
  assert.equal((await ask("/healthz", { method: "POST" })).status, 405);
  assert.equal((await ask("/nowhere")).status, 404);
});

/** Reads events until `count` have come; the connection is closed then. */
function events(count: number, lastId: number | null, onOpen: () => void): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const headers = lastId === null ? {} : { "Last-Event-ID": String(lastId) };
    const asked = request({ host: "127.0.0.1", port: server.port, path: "/events", headers }, (response) => {
      let text = "";
      let isOpen = false;
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (!isOpen) onOpen();
        isOpen = true;
        const found = text.split("\n\n").filter((each) => each.includes("data: "));
        if (found.length < count) return;
        asked.destroy();
        resolve(found);
      });
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET") reject(error);
    });
    asked.end();
  });
}

test("the clock names itself the same way on every node of a cluster, and nothing that is the machine's own", async () => {
  const { text } = await ask("/clock");
  const told = JSON.parse(text) as { node: number; clock: string; tNs: number };
  assert.equal(told.node, 7);
  assert.match(told.clock, /^[0-9a-f]{16}$/);
  assert.equal(told.clock, machineClock.id("c"));
  assert.notEqual(told.clock, machineClock.id("another cluster"));
  assert.ok(!text.includes(bootId()) && !text.includes(hostname()));
});

test("a clock that shows another time is read within the bounds of a round trip", async () => {
  const shiftNs = 4_000e9;
  const shifted = { id: () => "another", nowNs: () => Number(process.hrtime.bigint()) + shiftNs };
  const ports = createNodePorts({ logLevel: "error", logFormat: "json", logDescriptor: 2 });
  const other = new HttpServer(ports, node, new EventFeed(), "127.0.0.1", shifted);
  await new Promise<void>((resolve, reject) => other.listen(0, reject, resolve));
  try {
    const reading = await probeClock({ host: "127.0.0.1", port: other.port });
    assert.ok(reading !== null);
    const { broker, clock, tNs, fromNs, toNs } = reading;
    assert.deepEqual([broker, clock], [7, "another"]);
    assert.ok(fromNs <= tNs - shiftNs && tNs - shiftNs <= toNs, `${tNs - shiftNs} within ${fromNs}..${toNs}`);
  } finally {
    other.close();
  }
  assert.equal(await probeClock({ host: "127.0.0.1", port: other.port }), null);
});

test("events are told as they happen, and what was missed is told to whoever comes back", async () => {
  const first = await events(2, null, () => {
    feed.emit({ kind: "isr", topic: "t", partition: 0, isr: [1, 2] });
    feed.emit({ kind: "leader", topic: "t", partition: 0, leader: 2 });
  });
  assert.match(
    first[0],
    /^id: 1\nevent: isr\ndata: \{"kind":"isr","tNs":\d+,"topic":"t","partition":0,"isr":\[1,2\]\}$/,
  );
  assert.match(first[1], /^id: 2\nevent: leader\n/);
  feed.emit({ kind: "fenced", peer: 3 });
  const later = await events(2, 1, () => {});
  assert.deepEqual(
    later.map((each) => each.split("\n").slice(0, 2)),
    [
      ["id: 2", "event: leader"],
      ["id: 3", "event: fenced"],
    ],
  );
  const [gap] = await events(1, 999, () => {});
  assert.match(gap, /event: gap\n/);
});
