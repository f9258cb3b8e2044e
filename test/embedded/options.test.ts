import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { writeMemory } from "../../src/cluster/data-directory.js";
import {
  type ClusterOptions,
  type FaultSpec,
  Holdfast,
  HoldfastError,
  type HoldfastErrorCode,
} from "../../src/index.js";

/** Each wrong option, and what the sentence must name. */
const WRONG: readonly [unknown, RegExp][] = [
  [null, /The options is null/],
  ["x", /"x", but must be an object/],
  [{ broker: 3 }, /no option `broker`; there are brokers, /],
  [{ brokers: 0 }, /`brokers` is 0, but must be a whole number from 1 to 9/],
  [{ brokers: 2.5 }, /`brokers` is 2.5/],
  [{ brokers: "3" }, /`brokers` is "3"/],
  [{ brokers: 10 }, /`brokers` is 10/],
  [{ brokers: Number.NaN }, /`brokers` is NaN/],
  [{ ports: "some" }, /`ports` is "some", but must be "any"/],
  [{ ports: [1, 2] }, /one port for each of the 3 brokers/],
  [{ ports: [9001, 9001, 9002] }, /differ from each other/],
  [{ ports: [9001, 0, 9002] }, /`ports\[1\]` is 0, but must be a whole number from 1 to 65535/],
  [{ ports: [9001, "x", 9002] }, /`ports\[1\]` is "x"/],
  [{ dataDir: "" }, /`dataDir` is "", but must be the path/],
  [{ dataDir: 3 }, /`dataDir` is 3/],
  [{ mode: "threads" }, /`mode` is "threads", but must be "in-process" or "processes"/],
  [{ engine: "redpanda" }, /`engine` is "redpanda", but must be "holdfast" or "kafka"/],
  [{ engine: "kafka", mode: "in-process" }, /only "processes" is possible/],
  [{ properties: [] }, /`properties` is \[\], but must be an object/],
  [{ properties: { "num.partitions": 3 } }, /for num.partitions, is 3, but must be a text, such as "3"/],
  [{ properties: { "node.id": "7" } }, /sets node.id, .*count from 1/],
  [{ properties: { listeners: "PLAINTEXT://:1" } }, /use `ports`/],
  [{ properties: { "num.partitions": "many" } }, /num\.partitions.*many/],
  [{ topics: "orders" }, /`topics` is "orders", but must be an array/],
  [{ topics: ["a b"] }, /`topics\[0\]` is "a b"/],
  [{ topics: ["orders:0"] }, /"orders:0"/],
  [{ topics: ["orders:1:4"] }, /replication factor of at most 3/],
  [{ topics: [7] }, /`topics\[0\]` is 7/],
  [{ topics: ["a", "a:2"] }, /`topics\[1\]` is "a:2", but must be a topic that is not in the list twice/],
  [{ topics: [{ name: ".." }] }, /`topics\[0\]`\.name is "\.\."/],
  [{ topics: [{ name: "a", partition: 1 }] }, /has `partition`; a topic has name, partitions/],
  [{ topics: [{ name: "a", partitions: -1 }] }, /partitions is -1/],
  [{ topics: [{ name: "a", configs: { "retention.ms": 1 } }] }, /retention.ms/],
  [{ topics: [{ name: "a", configs: { "no.such": "1" } }] }, /no\.such/],
  [{ console: "yes" }, /`console` is "yes", but must be true, false or \{ port \}/],
  [{ console: { port: -1 } }, /`console.port` is -1/],
  [{ console: { host: "x" } }, /`console` is /],
  [{ readyTimeoutMs: 0 }, /`readyTimeoutMs` is 0/],
];

/** What keeps this process awake, but for its standard streams. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => !["PipeWrap", "TTYWrap", "CloseReq"].includes(name));
}

for (const [options, message] of WRONG) {
  test(`start(${JSON.stringify(options)}) is refused with a sentence`, async () => {
    await assert.rejects(Holdfast.start(options as ClusterOptions), (error: HoldfastError) => {
      assert.ok(error instanceof HoldfastError);
      assert.match(error.message, message);
      // The broker itself says what topic configurations there are.
      assert.equal(error.code, /no\.such/.test(error.message) ? "FAILED" : "INVALID_OPTION");
      return true;
    });
  });
}

/** By option: those of `JUNK` that are right after all. */
const RIGHT: Readonly<Record<keyof ClusterOptions, readonly unknown[]>> = {
  brokers: [],
  ports: [],
  dataDir: ["x y"],
  mode: [],
  engine: [],
  properties: ["{}"],
  topics: ["[]"],
  console: [true, false, "{}"],
  readyTimeoutMs: [],
};
const JUNK = [
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  "",
  "x y",
  true,
  false,
  [],
  [null],
  {},
  { a: 1 },
  () => 1,
  Symbol("s"),
  10n,
];

test("every option, given what is none, is refused with a sentence that names it and what it must be", async () => {
  for (const [name, right] of Object.entries(RIGHT)) {
    for (const junk of JUNK) {
      const text = typeof junk === "object" && junk !== null ? JSON.stringify(junk) : junk;
      if (right.includes(text)) continue;
      const what = `${name}: ${String(text)}`;
      await assert.rejects(Holdfast.start({ [name]: junk } as ClusterOptions), (error: unknown) => {
        assert.ok(error instanceof HoldfastError, `${what}: ${String(error)}`);
        assert.equal(error.code, "INVALID_OPTION", what);
        assert.match(error.message, new RegExp(`\`${name}(\\[0\\])?\`.*must be `), what);
        return true;
      });
    }
  }
});

test("what was refused has started nothing", () => {
  assert.deepEqual(resources(), []);
});

test("a port that is taken is named", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    await assert.rejects(Holdfast.start({ brokers: 1, ports: [port] }), {
      code: "PORT_TAKEN",
      message: new RegExp(`Port ${port} is taken`),
    });
  } finally {
    server.close();
  }
});

test("what contradicts the cluster of a data directory is refused with a sentence, in both modes", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "holdfast-contradicted-"));
  try {
    const ports = { brokers: [19001], controllers: [19002], http: [19003], advertised: [[]], console: 19004 };
    const clusterId = "MkU3OEVBNTcwNTJENDM2Qg";
    await writeMemory(dataDir, { format: 1, engine: "holdfast", clusterId, ports });
    for (const mode of ["in-process", "processes"] as const) {
      await assert.rejects(Holdfast.start({ dataDir, mode, brokers: 3 }), {
        message: /holds a cluster of 1 brokers, not 3/,
      });
      await assert.rejects(Holdfast.start({ dataDir, mode, ports: [19011] }), {
        message: /holds a cluster on the ports 19001/,
      });
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

describe("what is asked of a running cluster", () => {
  let cluster: Holdfast;
  before(async () => {
    cluster = await Holdfast.start({ brokers: 2, console: true });
  });
  after(() => cluster.stop());

  const FAULTS: readonly [unknown, RegExp, HoldfastErrorCode][] = [
    [undefined, /must be an object/, "INVALID_ARGUMENT"],
    [{ type: "fire" }, /`type` is "fire", but must be one of/, "INVALID_ARGUMENT"],
    [{ type: "delay", api: "Produce" }, /`ms` is undefined/, "INVALID_ARGUMENT"],
    [{ type: "delay", api: "Produce", ms: 1, error: "X" }, /has no `error`/, "INVALID_ARGUMENT"],
    [{ type: "delay", api: "Prod", ms: 1 }, /`api` is "Prod"/, "INVALID_ARGUMENT"],
    [{ type: "delay", api: "Vote", ms: 1 }, /`api` is "Vote"/, "INVALID_ARGUMENT"],
    [{ type: "delay", api: [], ms: 1 }, /at least one API/, "INVALID_ARGUMENT"],
    [{ type: "error", api: "Fetch", error: "NONE" }, /`error` is "NONE"/, "INVALID_ARGUMENT"],
    [{ type: "reset", api: "Fetch", times: 0 }, /`times` is 0/, "INVALID_ARGUMENT"],
    [{ type: "reset", api: "Fetch", clientId: 1 }, /`clientId` is 1/, "INVALID_ARGUMENT"],
    [{ type: "reset", api: "Fetch", broker: 3 }, /no broker 3; there are 1, 2/, "UNKNOWN_BROKER"],
    [{ type: "partition", a: [1], b: [] }, /`b` is \[\]/, "INVALID_ARGUMENT"],
    [{ type: "partition", a: [1], b: [1] }, /without broker 1/, "INVALID_ARGUMENT"],
    [{ type: "partition", a: [1], b: [2], oneWay: 1 }, /`oneWay` is 1/, "INVALID_ARGUMENT"],
    [{ type: "slow-disk", broker: 1, msPerWrite: -1 }, /`msPerWrite` is -1/, "INVALID_ARGUMENT"],
    [{ type: "pause", broker: 9 }, /no broker 9/, "UNKNOWN_BROKER"],
  ];
  for (const [spec, message, code] of FAULTS) {
    test(`fault(${JSON.stringify(spec)}) is refused with a sentence`, async () => {
      await assert.rejects(cluster.fault(spec as FaultSpec), { name: "HoldfastError", code, message });
    });
  }

  test("unknown brokers, events, matches and prefixes are refused with a sentence", async () => {
    assert.throws(() => cluster.broker(3), { code: "UNKNOWN_BROKER", message: /no broker 3; there are 1, 2/ });
    await assert.rejects(cluster.waitFor("isrs" as "isr", { topic: "a" }), { message: /"isrs", but must be one of/ });
    await assert.rejects(cluster.waitFor("isr", { topics: "a" } as never), { message: /no `topics` to match/ });
    await assert.rejects(cluster.waitFor("hw", { topic: "a" } as never), { message: /`hw` is undefined/ });
    for (const [event, match, message] of [
      ["isr", { topic: "" }, /`topic` is "", but must be a name/],
      ["isr", { topic: "a", partition: "0" }, /`partition` is "0", but must be the number of a partition/],
      ["isr", { topic: "a", isr: 3 }, /`isr` is 3, but must be an array of broker ids/],
      ["leader", { topic: "a", leader: "1" }, /`leader` is "1", but must be a broker id/],
      ["leader", { topic: "a", not: -1 }, /`not` is -1, but must be a broker id/],
      ["hw", { topic: "a", hw: -1 }, /`hw` is -1, but must be an offset/],
      ["group", { group: "g", members: 1.5 }, /`members` is 1.5, but must be a number of members/],
      ["group", { group: "g", state: 1 }, /`state` is 1, but must be the name of a state/],
    ] as const) {
      await assert.rejects(cluster.waitFor(event, match as never), { code: "INVALID_ARGUMENT", message });
    }
    await assert.rejects(cluster.leader("a", "x" as never), { message: /`partition` is "x"/ });
    assert.throws(() => cluster.events({ from: 1 } as never), { message: /must be \{ since, signal \}/ });
    assert.throws(() => cluster.events({ signal: 1 } as never), {
      message: /`signal` is 1, but must be an AbortSignal/,
    });
    await assert.rejects(cluster.broker(1).slowDisk(5 as never), { message: /`msPerWrite` is undefined/ });
    await assert.rejects(cluster.broker(1).slowDisk({ msPerWrite: 1, for: 2 } as never), { message: /has no `for`/ });
    await assert.rejects(cluster.stop({ keep: true } as never), { message: /must be \{ keepData \}/ });
    await assert.rejects(cluster.stop({ keepData: 1 } as never), {
      message: /`keepData` is 1, but must be true or false/,
    });
    await assert.rejects(cluster.namespace("a b"), { message: /prefix is "a b"/ });
    await assert.rejects(cluster.createTopic("a:1:3"), { message: /at most 2/ });
    await assert.rejects(cluster.stop({ keepData: true }), { message: /nothing to keep it in/ });
  });

  test("a topic that is there already is told", async () => {
    await cluster.createTopic("twice");
    await assert.rejects(cluster.createTopic("twice"), { message: /TOPIC_ALREADY_EXISTS/ });
  });

  test("the console is served", async () => {
    const response = await fetch(new URL("/api/status", cluster.consoleUrl), { headers: { connection: "close" } });
    assert.equal(response.status, 200);
    await response.text();
  });

  test("after the end everything says that it is the end, and the end can be asked for again", async () => {
    const other = await Holdfast.start({ brokers: 1 });
    await Promise.all([other.stop(), other.stop(), other[Symbol.asyncDispose]()]);
    const stopped = { code: "STOPPED" };
    await assert.rejects(other.createTopic("a"), stopped);
    await assert.rejects(other.leader("a"), stopped);
    await assert.rejects(other.fault({ type: "pause", broker: 1 }), stopped);
    assert.throws(() => other.events(), stopped);
    assert.throws(() => other.broker(1).kill(), stopped);
  });
});
