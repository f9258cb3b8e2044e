import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { engine, until } from "../support/cluster.js";
import { MAIN, type Outcome, type Running, startMain } from "../support/main-process.js";

// The commands as a shell runs them: exit codes, standard output, what is left behind.

let scratch = "";
let environment: NodeJS.ProcessEnv = {};

interface ReadyLine {
  readonly clusterId: string;
  readonly bootstrapServers: string;
  readonly brokers: readonly { id: number; pid: number; host: string; port: number; dataDir: string }[];
  readonly console?: string;
  readonly readyMs: number;
}

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "holdfast-cli-"));
  environment = { XDG_RUNTIME_DIR: scratch, HOLDFAST_ENGINE: engine, KAFKA_BROKERS: "" };
});
after(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

function start(args: readonly string[], input = ""): Running {
  const running = startMain(args, environment, input);
  started.add(running.child);
  return running;
}

/** A test that failed is not to fail the next ones by a cluster that it left running. */
const started = new Set<ChildProcess>();
afterEach(() => {
  for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
  started.clear();
});

function holdfast(args: readonly string[], input = ""): Promise<Outcome> {
  return start(args, input).ended;
}

/** Starts `up --json` and waits for its line. */
async function up(...args: string[]): Promise<{ ready: ReadyLine; child: ChildProcess; ended: Promise<Outcome> }> {
  const { child, ended, lines } = start(["up", "--any-port", "--json", ...args]);
  const [line] = await lines(1);
  return { ready: JSON.parse(line) as ReadyLine, child, ended };
}

function statusUnder(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", reject);
  });
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

test("from up to a consumed record through a killed broker, and TERM leaves nothing behind", async () => {
  const portsFile = join(scratch, "ports.json");
  const { ready, child, ended } = await up("--topic", "orders:3:3", "--ports-file", portsFile);
  assert.equal(ready.brokers.length, 3);
  assert.ok(existsSync(portsFile));
  const record = join(scratch, "holdfast", `${ready.clusterId}.json`);
  assert.equal((await stat(record)).mode & 0o777, 0o600);

  const produced = await holdfast(["produce", "orders", "--key-separator", ":"], "a:one\nb:two\nc:three\n");
  assert.equal(produced.code, 0, produced.stderr);
  const killed = await holdfast(["fault", "kill", "1", "--json"]);
  assert.equal(killed.code, 0, killed.stderr);
  assert.deepEqual(JSON.parse(killed.stdout), { broker: 1, pid: ready.brokers[0].pid, state: "killed" });
  assert.ok(isGone(ready.brokers[0].pid));
  assert.equal((await holdfast(["produce", "orders", "four"])).code, 0);
  const consumed = await holdfast(["consume", "orders", "--from-beginning"]);
  assert.deepEqual(consumed.stdout.trim().split("\n").sort(), ["four", "one", "three", "two"]);

  const status = await holdfast(["status", "--json"]);
  assert.equal(JSON.parse(status.stdout).clusterId, ready.clusterId);
  assert.equal((await holdfast(["fault", "restart", "1"])).code, 0);
  await until("healthy again", 60_000, async () => JSON.parse((await holdfast(["status", "--json"])).stdout).healthy);

  assert.equal((await holdfast(["env"])).stdout, `export KAFKA_BROKERS=${ready.bootstrapServers}\n`);
  const page = await (await fetch(ready.console as string)).text();
  assert.match(page, /<title>[^<]*Holdfast<\/title>/);
  assert.equal(await statusUnder(ready.console as string, "evil.example"), 403, "another site's name is not answered");

  child.kill("SIGTERM");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.equal(stdout.trim().split("\n").length, 1, "exactly one line on standard output");
  assert.ok(ready.brokers.every((broker) => isGone(broker.pid)));
  assert.ok(!existsSync(ready.brokers[0].dataDir), "thrown-away data is gone");
  assert.ok(!existsSync(record));
});

test("topics by the command line", async () => {
  const { child, ended } = await up("--no-console");
  const created = await holdfast(["topic", "create", "made:2:3", "--config", "retention.ms=60000", "--json"]);
  assert.equal(created.code, 0, created.stderr);
  assert.equal(JSON.parse(created.stdout).created, true);
  const again = await holdfast(["topic", "create", "made"]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /made/);
  assert.equal((await holdfast(["topic", "create", "made", "--if-not-exists"])).code, 0);
  const described = JSON.parse((await holdfast(["topic", "describe", "made", "--json"])).stdout);
  assert.equal(described[0].partitions.length, 2);
  assert.equal(described[0].partitions[0].replicas.length, 3);
  assert.match((await holdfast(["topic", "list"])).stdout, /^made\s+2\s+3$/m);
  assert.equal((await holdfast(["topic", "delete", "made"])).code, 0);
  assert.equal((await holdfast(["topic", "describe", "made"])).code, 1);
  child.kill("SIGINT");
  assert.equal((await ended).code, 0);
});

test("a data directory brings the same cluster back; in use, foreign, or of another engine it is refused", async () => {
  const directory = join(scratch, "kept");
  const first = await up("--no-console", "--data-dir", directory, "--topic", "kept:1:3");
  assert.equal((await holdfast(["produce", "kept", "remember"])).code, 0);
  const inUse = await holdfast(["up", "--any-port", "--no-console", "--data-dir", directory]);
  assert.equal(inUse.code, 1);
  assert.match(inUse.stderr, /in use by process \d+/);
  first.child.kill("SIGTERM");
  assert.equal((await first.ended).code, 0);

  const second = await up("--no-console", "--data-dir", directory);
  assert.equal(second.ready.clusterId, first.ready.clusterId);
  assert.equal(second.ready.bootstrapServers, first.ready.bootstrapServers);
  assert.equal((await holdfast(["consume", "kept", "--from-beginning"])).stdout, "remember\n");
  second.child.kill("SIGTERM");
  assert.equal((await second.ended).code, 0);

  const port = Number(first.ready.bootstrapServers.split(",")[1].split(":")[1]);
  const squatter = createServer().listen(port, "127.0.0.1");
  const taken = await holdfast(["up", "--no-console", "--data-dir", directory]);
  squatter.close();
  assert.equal(taken.code, 4);
  assert.match(taken.stderr, new RegExp(`Port ${port} is taken`));
  const other = await holdfast(["up", "--data-dir", directory, "--engine", engine === "kafka" ? "holdfast" : "kafka"]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /--engine/);
});

test("when up is killed its brokers die, and the next start sweeps what it left", async () => {
  const first = await up("--no-console");
  first.child.kill("SIGKILL");
  await until("no broker is left", 10_000, async () => first.ready.brokers.every((broker) => isGone(broker.pid)));
  assert.ok(existsSync(first.ready.brokers[0].dataDir));
  const second = await up("--no-console");
  assert.ok(!existsSync(first.ready.brokers[0].dataDir), "swept");
  assert.equal((await holdfast(["env"])).stdout, `export KAFKA_BROKERS=${second.ready.bootstrapServers}\n`);
  second.child.kill("SIGTERM");
  await second.ended;
});

test("when npm is ended by TERM, so is what it runs: its shell is gone, and passes nothing on", {
  skip: process.platform === "win32" && "npm has no shell of that kind there",
}, async () => {
  const script = '"$0" "$1" up -n 1 --any-port --no-console --json; true';
  const env = { ...process.env, ...environment, npm_lifecycle_event: "start" };
  const shell = spawn("sh", ["-c", script, process.execPath, MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise((resolve) => shell.stdout.once("close", resolve));
  const ready = await new Promise<ReadyLine>((resolve) => {
    shell.stdout.once("data", (line: Buffer) => resolve(JSON.parse(line.toString())));
  });
  shell.kill("SIGTERM");
  // The pipe closes when the supervisor has ended.
  await closed;
  assert.ok(isGone(ready.brokers[0].pid));
  assert.ok(!existsSync(ready.brokers[0].dataDir), "stopped in order");
});

test("exec runs a command against a cluster of its own and passes its exit code on", async () => {
  const script = "process.stdout.write(process.env.KAFKA_BROKERS); process.exit(7)";
  const { code, stdout, stderr } = await holdfast(["exec", "--brokers", "1", "--", process.execPath, "-e", script]);
  assert.equal(code, 7, stderr);
  assert.match(stdout, /^127\.0\.0\.1:\d+$/);
});

for (const [what, args, code, message] of [
  ["an unknown command", ["launch"], 2, /unknown command 'launch'/],
  ["an unknown option", ["up", "--warp"], 2, /unknown option '--warp'/],
  ["no cluster", ["status"], 2, /No cluster runs/],
  ["nobody at the address", ["status", "--bootstrap-server", "127.0.0.1:1"], 1, /No broker answers/],
] as const) {
  test(`${what}: exit code ${code} and a sentence`, async () => {
    const outcome = await holdfast(args);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
    assert.equal(outcome.stdout, "");
    assert.doesNotMatch(outcome.stderr, /\n\s+at /, "no stack");
  });
}

test("a taken port: all shift together, or exit code 4 with --strict-ports", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
  const { port } = squatter.address() as { port: number };
  const strict = await holdfast(["up", "--port", String(port), "--strict-ports", "--no-console"]);
  assert.equal(strict.code, 4);
  assert.match(strict.stderr, new RegExp(`Port ${port} is taken`));
  const shifted = start(["up", "-n", "1", "--port", String(port), "--no-console", "--json"]);
  const [line] = await shifted.lines(1);
  const moved = (JSON.parse(line) as ReadyLine).brokers[0].port;
  shifted.child.kill("SIGTERM");
  const { code, stderr } = await shifted.ended;
  squatter.close();
  assert.equal(code, 0);
  assert.ok(moved > port && (moved - port) % 10 === 0, `from ${port} to ${moved}`);
  assert.match(stderr, new RegExp(`^Port ${port} is taken: using ${moved} instead`));
});

test("a data directory that is a file, or holds something else, is refused", async () => {
  const file = join(scratch, "a-file");
  await writeFile(file, "");
  const notADirectory = await holdfast(["up", "--any-port", "--data-dir", file]);
  assert.equal(notADirectory.code, 1);
  assert.match(notADirectory.stderr, /a-file cannot be used/);
  const foreign = join(scratch, "foreign");
  await mkdir(foreign);
  await writeFile(join(foreign, "thesis.txt"), "");
  const refused = await holdfast(["up", "--any-port", "--data-dir", foreign]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /holds files that are not Holdfast's/);
  assert.ok(existsSync(join(foreign, "thesis.txt")));
});

test("help, version and completion", async () => {
  const help = await holdfast(["--help"]);
  assert.equal(help.code, 0);
  for (const command of ["up", "serve", "topic", "produce", "consume", "status", "fault", "exec"]) {
    assert.match(help.stdout, new RegExp(`^  ${command}\\b`, "m"));
  }
  assert.match((await holdfast(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match((await holdfast(["completion", "bash"])).stdout, /complete -o default -F _holdfast holdfast/);
});
