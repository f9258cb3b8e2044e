import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engine } from "../support/cluster.js";
import { CommandLine } from "../support/command-line.js";
import type { Outcome, Running } from "../support/main-process.js";

// Groups, configs, records and traces by the command line, on one cluster; what is wrong, in each way that it can be.

let line: CommandLine;
let cluster: Running;
let servers = "";

before(async () => {
  line = await CommandLine.open();
  cluster = line.start(["up", "--any-port", "--no-console", "--json", "--topic", "orders:3:3"]);
  const [ready] = await cluster.lines(1);
  servers = (JSON.parse(ready) as { bootstrapServers: string }).bootstrapServers;
});
after(async () => {
  cluster?.child.kill("SIGTERM");
  await cluster?.ended;
  await line?.close();
});

async function json(...args: string[]): Promise<unknown[]> {
  const text = await line.out(...args, "--json");
  return text
    .trim()
    .split("\n")
    .map((each) => JSON.parse(each) as unknown);
}

function refused(outcome: Outcome, code: number, message: RegExp): void {
  assert.equal(outcome.code, code, outcome.stderr);
  assert.match(outcome.stderr, message);
  assert.equal(outcome.stdout, "");
  assert.doesNotMatch(outcome.stderr, /\n\s+at |fault of Holdfast/, "no stack");
}

interface Position {
  readonly partition: number;
  readonly before: number | null;
  readonly after: number;
}

test("a group takes turns: what one run consumed the next does not see, and resets move it", async () => {
  await line.out("produce", "orders", "--partition", "0", "a", "b", "c");
  const read = ["consume", "orders", "--group", "turns", "--from-beginning"];
  assert.equal(await line.out(...read, "--max-messages", "2"), "a\nb\n");
  assert.equal(await line.out(...read), "c\n");
  assert.equal(await line.out(...read), "");
  const [[described]] = (await json("group", "describe", "turns")) as [
    { state: string; positions: { lag: number }[] },
  ][];
  assert.equal(described.state, "Empty");
  assert.deepEqual(
    described.positions.map(({ lag }) => lag),
    [0, 0, 0],
  );

  const reset = async (...args: string[]): Promise<Position> => {
    const [{ positions }] = (await json("group", "reset", "turns", "--topic", "orders:0", ...args)) as {
      positions: Position[];
    }[];
    return positions[0];
  };
  assert.equal((await reset("--shift-by", "-2", "--dry-run")).after, 1);
  assert.equal(await line.out(...read), "", "a dry run moves nothing");
  assert.equal((await reset("--shift-by", "-2")).after, 1);
  assert.equal(await line.out(...read), "b\nc\n");
  assert.equal((await reset("--to-offset", "99")).after, 3, "kept within the log");
  assert.equal((await reset("--to-datetime", "2020-01-01T00:00:00Z")).after, 0);
  assert.equal((await reset("--to-datetime", "2099-01-01T00:00:00Z")).after, 3);
  assert.equal((await reset("--to-earliest")).before, 3);
  assert.equal((await reset("--to-latest")).after, 3);
  await line.out("group", "delete", "turns");
  refused(await line.run(["group", "describe", "turns"]), 1, /Group turns does not exist/);
});

test("two members share the partitions; a group with members is neither reset nor deleted; TERM leaves it", async () => {
  // The second decides how they share: the first is to give up some of what it has.
  const member = ["consume", "orders", "--group", "pair", "-f"];
  const members = [line.start(member), line.start([...member, "--assignor", "cooperative-sticky"])];
  for (;;) {
    const { code, stdout } = await line.run(["group", "describe", "pair", "--json"]);
    if (code !== 0) continue;
    const [{ members: found }] = JSON.parse(stdout) as { members: { partitions: unknown[] }[] }[];
    const shares = found.map(({ partitions }) => partitions.length).sort();
    if (shares.join() === "1,2") break;
  }
  refused(await line.run(["group", "reset", "pair", "--all-topics", "--to-earliest"]), 1, /pair has members/);
  refused(await line.run(["group", "delete", "pair"]), 1, /pair has members/);
  for (const partition of ["0", "1", "2"])
    await line.out("produce", "orders", "--partition", partition, `to-${partition}`);
  const counts = await Promise.race([members[0].lines(1), members[1].lines(1)]);
  assert.match(counts[0], /^to-\d$/);
  for (const { child } of members) child.kill("SIGTERM");
  const outcomes = await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 0],
  );
  const [[{ state }]] = (await json("group", "describe", "pair")) as [{ state: string }][];
  assert.equal(state, "Empty", "nobody waits for members that are gone");
});

test("keys, headers, partitions and tombstones go in and come out", async () => {
  await line.out("topic", "create", "kinds:2:3");
  await line.out("produce", "kinds", "--partition", "1", "--key", "k", "--header", "a=1", "--header", "b=", "value");
  await line.out("produce", "kinds", "--key", "k", "--tombstone", "--compression", "zstd");
  const records = (await json("consume", "kinds", "--from-beginning")) as { value: string | null; headers: unknown }[];
  const [sent] = records.filter(({ value }) => value !== null);
  assert.deepEqual(sent.headers, [
    { key: "a", value: "1" },
    { key: "b", value: "" },
  ]);
  assert.equal(records.filter(({ value }) => value === null).length, 1);
  const [one] = await json("consume", "kinds", "--partition", "1", "--offset", "0", "--max-messages", "1");
  assert.equal((one as { value: string }).value, "value");
});

test("configs and partitions of a topic change, and a wrong one is refused with the broker's reason", async () => {
  await line.out("topic", "create", "altered:1:3");
  const changed = [{ name: "retention.ms", value: "60000" }];
  assert.deepEqual(await json("topic", "alter", "altered", "--partitions", "3", "--config", "retention.ms=60000"), [
    { type: "topic", name: "altered", partitions: 3, changed },
  ]);
  const [configs] = (await json("config", "describe", "topic/altered")) as { name: string; value: string }[][];
  assert.equal(configs.find(({ name }) => name === "retention.ms")?.value, "60000");
  await line.out("config", "delete", "topic/altered", "retention.ms");
  assert.doesNotMatch(await line.out("config", "describe", "topic/altered"), /retention\.ms/);
  assert.match(await line.out("config", "describe", "topic/altered", "--all"), /retention\.ms +604800000 +default/);
  refused(await line.run(["config", "alter", "topic/altered", "retention.ms=soon"]), 1, /retention\.ms/);
  refused(await line.run(["topic", "alter", "altered", "--partitions", "2"]), 1, /altered/);
  const wrong = ["topic", "alter", "altered", "--partitions", "5", "--config", "retention.ms=soon"];
  refused(await line.run(wrong), 1, /retention\.ms/);
  const [[{ partitions }]] = (await json("topic", "describe", "altered")) as [{ partitions: unknown[] }][];
  assert.equal(partitions.length, 3);
  refused(await line.run(["config", "describe", "topic/nowhere"]), 1, /no topic nowhere|nowhere/);
  refused(await line.run(["acl", "list"]), 1, /SECURITY_DISABLED/);
  const entry = ["--topic", "orders", "--principal", "User:a", "--operation", "read"];
  refused(await line.run(["acl", "create", ...entry]), 1, /SECURITY_DISABLED/);
});

interface Trace {
  readonly ok: boolean;
  readonly verdict: string;
  readonly elr: readonly number[];
  readonly replicas: readonly {
    readonly holds: boolean | null;
    readonly end: number | null;
    readonly crc: string | null;
  }[];
}

test("a trace compares the replicas' copies, and says what an offset without a record is", async () => {
  await line.out("topic", "create", "traced:1:3");
  await line.out("produce", "traced", "one", "two");
  const [found] = (await json("trace", "traced:0@1")) as Trace[];
  assert.match(found.verdict, /^Committed\. 3 of 3/);
  assert.equal(new Set(found.replicas.map(({ crc }) => crc)).size, 1);
  assert.deepEqual([found.elr, ...found.replicas.map(({ end }) => end)], [[], 2, 2, 2]);
  const [whole] = (await json("trace", "traced")) as Trace[];
  assert.match(whole.verdict, /All 3 replicas are in sync/);
  const beyond = await line.run(["trace", "traced:0@7"]);
  assert.equal(beyond.code, 1);
  assert.match(beyond.stdout, /Not there: the log ends at 2/);
  refused(await line.run(["trace", "traced:4"]), 1, /1 partitions, none is 4/);
  refused(await line.run(["trace", "traced@1"]), 2, /"traced@1" names no record/);
});

test("a traced record's journey leads from the socket over every follower to the reader, in the order of the brokers' times", {
  skip: engine === "kafka" && "Apache Kafka tells no events",
}, async () => {
  await line.out("topic", "create", "journey:2:3");
  const [sent] = (await json("trace", "journey:1", "--send", "on its way")) as (Trace & Sent)[];
  assert.deepEqual([sent.partition, sent.offset, sent.record.value, sent.unheard], [1, 0, "on its way", []]);
  const { leader } = sent;
  const followers = [1, 2, 3].filter((each) => each !== leader);
  const at = new Map(sent.journey.map(({ key, broker, ns }) => [key, { broker, ns }]));
  const ways = followers.flatMap((each) => [`sent-${each}`, `copied-${each}`, `told-${each}`]);
  const stops = ["received", "validated", "appended", ...ways, "committed", "acknowledged", "read"];
  assert.deepEqual([...at.keys()].sort(), stops.sort());
  const inOrder = (...keys: string[]): void => {
    const times = keys.map((key) => at.get(key)?.ns ?? Number.NaN);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      keys.join(),
    );
  };
  for (const each of followers) {
    assert.equal(at.get(`copied-${each}`)?.broker, each);
    inOrder("received", "validated", "appended", `sent-${each}`, `copied-${each}`, `told-${each}`);
    inOrder(`sent-${each}`, "read");
  }
  inOrder("appended", "committed", "acknowledged");
  const text = await line.out("trace", "journey", "--send", "again");
  assert.match(text, /broker \d +Acknowledgement leaves +\+\d+\.\d{3} ms/);
  assert.match(text, /journey-0 at 0: Committed\. 3 of 3/);
  refused(await line.run(["trace", "journey:2", "--send", "x"]), 1, /journey has 2 partitions, none is 2/);
  const values = (await line.out("consume", "journey", "--from-beginning", "--max-messages", "2")).trim().split("\n");
  assert.deepEqual(values.sort(), ["again", "on its way"]);
});

interface Sent {
  readonly partition: number;
  readonly offset: number;
  readonly leader: number;
  readonly record: { readonly value: string };
  readonly journey: readonly { readonly key: string; readonly broker: number; readonly ns: number }[];
  readonly unheard: readonly number[];
}

test("events of all brokers, filtered", { skip: engine === "kafka" && "Apache Kafka tells no events" }, async () => {
  await line.out("topic", "create", "watched:1:3");
  const events = line.start(["events", "--json", "--topic", "watched", "--kind", "replica-appended"]);
  // Until both followers' events came, whenever the connections stood.
  let told: { kind: string; topic: string; broker: number }[] = [];
  while (new Set(told.map(({ broker }) => broker)).size < 2) {
    await line.out("produce", "watched", "x");
    told = (await events.lines(1)).map((each) => JSON.parse(each));
  }
  assert.ok(told.every(({ kind, topic }) => kind === "replica-appended" && topic === "watched"));
  events.child.kill("SIGTERM");
  await events.ended;
});

test("a reader that has enough ends the command with code 0", async () => {
  const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
  const script = `"$0" "$1" consume orders -f --from-beginning --bootstrap-server ${servers} | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const shell = spawn("bash", ["-c", script, process.execPath, main], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  shell.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  // The broken pipe shows at the next write.
  const feed = (async () => {
    while (shell.exitCode === null) await line.out("produce", "orders", "more");
  })();
  await new Promise((resolve) => shell.once("close", resolve));
  await feed;
  assert.match(text, /^a\n0\n$/);
});

for (const [args, message] of [
  [["up", "--set", "log.retention.hours=soon"], /--set log\.retention\.hours=soon: it must be a whole number/],
  [["group", "reset", "g", "--all-topics", "--to-datetime", "noon"], /--to-datetime noon: not a time/],
] as const) {
  test(`holdfast ${args.join(" ")}: exit code 2 and a sentence`, async () => {
    refused(await line.run(args), 2, message);
  });
}

for (const [environment, message] of [
  [{ KAFKA_NODE_ID: "7" }, /KAFKA_NODE_ID: node\.id cannot be set here/],
] as const) {
  test(`${Object.entries(environment).flat().join("=")} is told by its name`, async () => {
    refused(await line.run(["up"], "", environment as Record<string, string>), 2, message);
  });
}

test("--set wins over the environment, that over --config; a wrong line is told by its number", {
  skip: engine === "kafka" && "Apache Kafka checks its own properties",
}, async () => {
  const file = join(line.scratch, "broker.properties");
  await writeFile(file, "log.retention.hours=1\nlog.segment.bytes=2000000\nnum.partitions=2\n");
  const environment = { KAFKA_LOG_RETENTION_HOURS: "2", KAFKA_LOG_SEGMENT_BYTES: "3000000" };
  const args = ["up", "-n", "1", "--any-port", "--no-console", "--json", "--config", file];
  const up = line.start([...args, "--set", "log.retention.hours=3"], "", environment);
  const [ready] = await up.lines(1);
  const { bootstrapServers } = JSON.parse(ready) as { bootstrapServers: string };
  const text = await line.out("config", "describe", "broker/1", "--bootstrap-server", bootstrapServers);
  assert.match(text, /log\.retention\.hours +3 /);
  assert.match(text, /log\.segment\.bytes +3000000 /);
  assert.match(text, /num\.partitions +2 /);
  up.child.kill("SIGTERM");
  assert.equal((await up.ended).code, 0);
  await writeFile(file, "# ours\nlog.retention.hours=1\nlog.segment.bytes=-1\n");
  refused(await line.run(["up", "--config", file]), 2, /log\.segment\.bytes=-1 \(line 3\)/);
});

test("nothing that was refused left a cluster behind", async () => {
  const records = (await readdir(join(line.scratch, "holdfast"))).filter((name) => name.endsWith(".json"));
  assert.equal(records.length, 1);
});
