import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engine, until } from "../support/cluster.js";

// A pseudo-terminal by script(1): what a person at a keyboard sees.

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const skip =
  spawnSync("script", ["--version"]).status === 0
    ? false
    : "script(1), which makes a pseudo-terminal, is not installed";
let runtime = "";

before(async () => {
  runtime = await mkdtemp(join(tmpdir(), "holdfast-tty-"));
});
after(() => rm(runtime, { recursive: true, force: true, maxRetries: 5 }));

class Terminal {
  text = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(command: string, cwd = process.cwd()) {
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime, HOLDFAST_ENGINE: engine };
    this.child = spawn("script", ["-q", "-e", "-c", command, "/dev/null"], {
      env,
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.text += chunk.toString();
    });
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  press(keys: string): void {
    this.child.stdin?.write(keys);
  }

  shows(pattern: RegExp): Promise<void> {
    return until(`${pattern} on the terminal, which shows: ${this.text}`, 120_000, async () => pattern.test(this.text));
  }
}

test("the banner, a broker killed and restarted by keys, and q", { skip }, async () => {
  const terminal = new Terminal(`${process.execPath} ${MAIN} up --any-port`);
  await terminal.shows(/Brokers .*127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+/);
  await terminal.shows(/thrown away at exit/);
  terminal.press("1k");
  await terminal.shows(/Broker 1 \(process \d+\) is killed/);
  terminal.press("r");
  await terminal.shows(/Broker 1 \(process \d+\) is running/);
  terminal.press("q");
  assert.equal(await terminal.ended, 0);
});

test("Ctrl-C reaches all of npm, the script and the supervisor, and still stops in order with code 0", {
  skip,
}, async () => {
  const root = repositoryRoot(dirname(MAIN));
  // --json leaves the terminal as it is, so that Ctrl-C becomes a signal to the whole foreground group.
  const terminal = new Terminal("npm start --silent -- --any-port --no-console --json", root);
  await terminal.shows(/"readyMs":\d+/);
  const pids = [...terminal.text.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
  assert.equal(pids.length, 3);
  terminal.press("\u0003");
  await terminal.shows(/Stopping/);
  await terminal.ended;
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  assert.doesNotMatch(terminal.text, /died|fault of Holdfast/);
});

function repositoryRoot(folder: string): string {
  if (existsSync(join(folder, "scripts", "run.mjs"))) return folder;
  const above = dirname(folder);
  return above === folder ? process.cwd() : repositoryRoot(above);
}
