import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Holdfast, HoldfastError } from "../../src/index.js";
import { until } from "../support/cluster.js";
import { consume, produce } from "../support/embedded-cluster.js";
import { chooseKafkaJvm } from "../support/kafka-jvm.js";
import { kafkaJs } from "../support/kafkajs.js";

// The embedded API with `engine: "kafka"`, from its start to its end: whatever engine the suite runs on.

const INDEX = new URL("../../src/index.js", import.meta.url).href;
/** Time for a JVM to start, on a machine that does much else. */
const WAIT_MS = 60_000;
let scratch = "";

before(async () => {
  await chooseKafkaJvm();
  scratch = await mkdtemp(join(tmpdir(), "holdfast-embedded-kafka-"));
});
after(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

test("three brokers of Apache Kafka: a leader is killed and comes back, nothing acknowledged is lost, nothing is left behind", async () => {
  const temporary = process.env["TMPDIR"];
  process.env["TMPDIR"] = scratch;
  try {
    const cluster = await Holdfast.start({ engine: "kafka", topics: ["orders:1:3"] });
    try {
      const kafka = kafkaJs(cluster.bootstrapServers);
      await produce(kafka, "orders", ["1", "2"]);
      const leader = await cluster.leader("orders");
      await leader.kill();
      assert.equal(leader.isUp, false);
      await cluster.waitFor("leader", { topic: "orders", not: leader.id }, WAIT_MS);
      await produce(kafka, "orders", ["3"]);
      await leader.restart();
      const { isr } = await cluster.waitFor("isr", { topic: "orders" }, WAIT_MS);
      assert.deepEqual([...isr].sort(), [1, 2, 3]);
      const pause = await leader.pause();
      assert.equal(leader.isUp, false);
      await pause.heal();
      assert.equal(leader.isUp, true);
      assert.deepEqual(await consume(kafka, "orders", "readers", 3), ["1", "2", "3"]);
      await onlyHoldfastCan(cluster);
    } finally {
      await cluster.stop();
    }
    assert.deepEqual(
      process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap"),
      [],
      "no child is left",
    );
    for (const address of cluster.brokerList) assert.equal(await listens(address), false, `${address} is closed`);
    // By user, for what is to come: nothing of this cluster.
    const left = await Promise.all((await readdir(scratch)).map((name) => readdir(join(scratch, name))));
    assert.deepEqual(left.flat(), [], "its directory is removed");
  } finally {
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
  }
});

async function onlyHoldfastCan(cluster: Holdfast): Promise<void> {
  const refused = (what: RegExp) => (error: unknown) => {
    assert.ok(error instanceof HoldfastError);
    assert.equal(error.code, "UNSUPPORTED");
    assert.match(error.message, what);
    assert.match(error.message, /needs `engine: "holdfast"`/);
    return true;
  };
  await assert.rejects(cluster.partition([1], [2, 3]), refused(/type "partition"/));
  await assert.rejects(cluster.broker(1).slowDisk({ msPerWrite: 5 }), refused(/type "slow-disk"/));
  await assert.rejects(
    cluster.fault({ type: "error", api: "Produce", error: "NOT_LEADER_OR_FOLLOWER" }),
    refused(/type "error"/),
  );
  await assert.rejects(cluster.fault({ type: "delay", api: "Fetch", ms: 5 }), refused(/type "delay"/));
  await assert.rejects(cluster.fault({ type: "reset", api: "Fetch" }), refused(/type "reset"/));
  assert.throws(() => cluster.events(), refused(/`events\(\)`/));
}

test("a test process that is killed takes its brokers of Apache Kafka along", async () => {
  const code = `
    import { Holdfast } from ${JSON.stringify(INDEX)};
    const cluster = await Holdfast.start({ engine: "kafka", brokers: 1 });
    console.log(cluster.bootstrapServers);`;
  const env = { ...process.env, TMPDIR: scratch };
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const address = await firstLine(child);
  assert.equal(await listens(address), true);
  child.kill("SIGKILL");
  await until("the broker is gone", WAIT_MS, async () => !(await listens(address)));
});

test("properties that Apache Kafka refuses are named", async () => {
  const start = Holdfast.start({ engine: "kafka", properties: { "num.partitions": "many" } });
  await assert.rejects(start, (error: unknown) => {
    assert.ok(error instanceof HoldfastError);
    assert.equal(error.code, "INVALID_OPTION");
    assert.match(error.message, /Invalid value many for configuration num\.partitions/);
    return true;
  });
});

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", () => resolve(text));
  });
}

function listens(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
