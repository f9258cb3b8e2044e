import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { pause } from "../../src/cluster/readiness.js";
import { leaderOf, makeTopic, startCluster, untilInSync } from "../support/cluster.js";

// kcat, and with it an older librdkafka, as an idempotent producer, a reader and a member of a group.

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"];
let cluster: LocalCluster;

before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

/** Runs kcat to its end with lines for its standard input; answers the lines that it prints. */
async function kcat(args: readonly string[], input: Iterable<string> | AsyncIterable<string> = []): Promise<string[]> {
  const child = spawn("kcat", ["-b", cluster.bootstrapServers, ...args], { stdio: "pipe" });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.on("error", () => undefined);
  for await (const line of input) child.stdin.write(`${line}\n`);
  child.stdin.end();
  assert.equal(await ended, 0, errors);
  return output.split("\n").filter((line) => line !== "");
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${"and so on ".repeat(10)}`);
const producer = (topic: string, codec: string) => [
  ...["-q", "-P", "-t", topic, "-p", "0", "-z", codec],
  ...["-X", "enable.idempotence=true", "-X", "acks=all", "-X", "linger.ms=5"],
];
const reader = (topic: string) => ["-q", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-f", "%o %s\\n"];

for (const codec of CODECS) {
  test(`${codec}: every line once and in order, also when the leader is killed half way`, async () => {
    const topic = await makeTopic(cluster, `lines-${codec}:1:3`);
    const typed = lines(900);
    const leader = await leaderOf(cluster, topic);
    async function* typing(): AsyncGenerator<string> {
      for (const [i, line] of typed.entries()) {
        if (i === 450) await cluster.broker(leader).kill();
        if (i % 30 === 0) await pause(20);
        yield line;
      }
    }
    await kcat(producer(topic, codec), typing());
    const expected = typed.map((line, offset) => `${offset} ${line}`);
    assert.deepEqual(await kcat(reader(topic)), expected);
    await cluster.restart(leader);
    await untilInSync(cluster, topic);
    assert.deepEqual(await kcat(reader(topic)), expected);
  });
}

test("a member of a group reads each record, and the next one goes on where it stopped", async () => {
  const topic = await makeTopic(cluster, "grouped:1:3");
  await kcat(producer(topic, "none"), lines(100));
  const member = ["-q", "-X", "auto.offset.reset=earliest", "-e", "-f", "%o\\n", "-G", "kcat-group", topic];
  assert.deepEqual(
    await kcat(member),
    lines(100).map((_, offset) => String(offset)),
  );
  await kcat(producer(topic, "none"), lines(3));
  assert.deepEqual(await kcat(member), ["100", "101", "102"]);
});

test("it lists the cluster as JSON", async () => {
  const topic = await makeTopic(cluster, "listed:2:3");
  const { brokers, topics } = JSON.parse((await kcat(["-L", "-J", "-t", topic])).join(""));
  assert.deepEqual(brokers.map(({ id }: { id: number }) => id).sort(), [1, 2, 3]);
  assert.deepEqual(
    topics[0].partitions.map(({ isrs }: { isrs: unknown[] }) => isrs.length),
    [3, 3],
  );
});
