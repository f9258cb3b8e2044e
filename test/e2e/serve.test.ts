import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Admin } from "../../src/cluster/admin.js";
import { engine, until } from "../support/cluster.js";
import { type Outcome, startMain } from "../support/main-process.js";
import { freePorts } from "../support/node-group.js";

// One node as its operator runs it: `format` and `serve`, their words and exit codes.

const CLUSTER = "sij0PK74B-ZQMUpvg_bfvw";
const skip = engine === "kafka" ? "Apache Kafka has start scripts of its own" : false;
let scratch = "";
let directory = "";
let config = "";
let port = 0;
let count = 0;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "holdfast-serve-"));
});
after(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
beforeEach(async () => {
  directory = join(scratch, `data-${++count}`);
  config = join(scratch, `${count}.properties`);
  const ports = await freePorts(1);
  const [client] = ports.brokers;
  const [controller] = ports.controllers;
  port = client;
  await writeFile(
    config,
    [
      "# As Apache Kafka's own example",
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${controller}`,
      `listeners=PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}`,
      "controller.listener.names=CONTROLLER",
      `log.dirs=${directory}`,
    ].join("\n"),
  );
});

function holdfast(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return startMain(args, env).ended;
}

async function untilServing(): Promise<void> {
  await until("it serves", 20_000, async () => {
    const admin = await Admin.connect(`127.0.0.1:${port}`);
    admin.close();
    return true;
  });
}

test("format once; twice is refused unless it may leave what is there; another cluster's is refused", {
  skip,
}, async () => {
  const format = (id: string, ...more: string[]) =>
    holdfast(["format", "--config", config, "--cluster-id", id, ...more]);
  const first = await format(CLUSTER);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^Formatted /);
  const meta = await readFile(join(directory, "meta.properties"), "utf8");
  assert.match(meta, new RegExp(`^cluster\\.id=${CLUSTER}$`, "m"));
  assert.match(meta, /^node\.id=1$/m);
  const again = await format(CLUSTER);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is formatted already/);
  const left = await format(CLUSTER, "--ignore-formatted");
  assert.equal(left.code, 0);
  assert.match(left.stdout, /is formatted already/);
  assert.equal(await readFile(join(directory, "meta.properties"), "utf8"), meta);
  const other = await format("AAAAAAAAAAAAAAAAAAAAAA", "--ignore-formatted");
  assert.equal(other.code, 1);
  assert.match(other.stderr, new RegExp(CLUSTER));
  const wrong = await format("not-an-id");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"not-an-id".*22 characters/);
});

test("serve formats an empty directory, serves, refuses a second process, and TERM ends it with code 0", {
  skip,
}, async () => {
  const serve = ["serve", "--config", config, "--cluster-id", CLUSTER];
  const { child, ended } = startMain(serve);
  await untilServing();
  assert.ok(existsSync(join(directory, "meta.properties")));
  assert.equal(readFileSync(join(directory, ".lock"), "utf8").trim(), String(child.pid));
  const {
    brokers: [other],
  } = await freePorts(1);
  const second = await holdfast([
    ...serve,
    "--set",
    `listeners=PLAINTEXT://127.0.0.1:${other},CONTROLLER://127.0.0.1:0`,
  ]);
  assert.equal(second.code, 1, second.stderr);
  assert.match(second.stderr, new RegExp(`${directory}.*in use`));
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "");
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { message: string; broker: number });
  assert.ok(lines.every(({ broker }) => broker === 1));
  assert.equal(lines.at(-1)?.message, "The node has stopped.");
  assert.equal(new Set(stderr.trim().split("\n")).size, lines.length, "no line twice");
});

test("a process that was killed leaves no lock behind", { skip }, async () => {
  const serve = ["serve", "--config", config, "--cluster-id", CLUSTER];
  const first = startMain(serve);
  await untilServing();
  first.child.kill("SIGKILL");
  await first.ended;
  const second = startMain(serve);
  await untilServing();
  second.child.kill("SIGINT");
  assert.equal((await second.ended).code, 0);
});

test("an empty directory without a cluster id: code 1 and what to do", { skip }, async () => {
  const { code, stderr } = await holdfast(["serve", "--config", config]);
  assert.equal(code, 1);
  assert.match(stderr, /is not formatted.*holdfast format/);
  assert.ok(!existsSync(directory), "nothing is made where nothing can be served");
});

test("wrong values: code 2, each with its name, value and line; the environment and --set win over the file", {
  skip,
}, async () => {
  const text = await readFile(config, "utf8");
  await writeFile(config, `${text}\nnum.partitions=many\nlog.cleanup.policy=shred\n`);
  const serve = ["serve", "--config", config, "--cluster-id", CLUSTER];
  const both = await holdfast(serve);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /num\.partitions=many \(line 8\)/);
  assert.match(both.stderr, /log\.cleanup\.policy=shred \(line 9\)/);
  const one = await holdfast([...serve, "--set", "num.partitions=3"], { KAFKA_LOG_CLEANUP_POLICY: "torn" });
  assert.equal(one.code, 2);
  assert.doesNotMatch(one.stderr, /num\.partitions/);
  assert.match(one.stderr, /environment variable KAFKA_LOG_CLEANUP_POLICY: log\.cleanup\.policy=torn/);
  const level = await holdfast([...serve, "--set", "num.partitions=3", "--set", "log.cleanup.policy=delete"], {
    HOLDFAST_LOG_LEVEL: "loud",
  });
  assert.equal(level.code, 2);
  assert.match(level.stderr, /HOLDFAST_LOG_LEVEL: "loud".*debug, info, warn, error/);
});

test("a configuration that is not there: code 2; a port that is taken: code 4 and its number", { skip }, async () => {
  const missing = await holdfast(["serve", "--config", join(scratch, "nowhere.properties")]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /nowhere\.properties cannot be read/);
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
  const taken = await holdfast(["serve", "--config", config, "--cluster-id", CLUSTER]);
  squatter.close();
  assert.equal(taken.code, 4, taken.stderr);
  assert.match(taken.stderr, new RegExp(`:${port} \\(EADDRINUSE\\)`));
});
