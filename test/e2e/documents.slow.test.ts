import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { KINDS } from "../../src/cli/events.js";
import { read } from "../house/source.js";
import { engine } from "../support/cluster.js";
import { CommandLine } from "../support/command-line.js";
import type { Running } from "../support/main-process.js";

// What the documents promise, against a cluster.

interface ReadyLine {
  readonly brokers: readonly { readonly httpPort?: number }[];
}

let line: CommandLine;
let cluster: Running;
let ready = "";

before(async () => {
  line = await CommandLine.open();
  cluster = line.start(["up", "--any-port", "--json"]);
  [ready] = await cluster.lines(1);
});
after(async () => {
  cluster?.child.kill("SIGTERM");
  await cluster?.ended;
  await line?.close();
});

interface Shape {
  readonly command: string;
  readonly example: unknown;
}

function shapes(): Shape[] {
  const found: Shape[] = [];
  for (const [, command, json] of read("docs/guide/cli.md").matchAll(
    /^### `holdfast ([^`]+)`\n[\s\S]*?```json\n(.*)\n```/gm,
  ))
    found.push({ command, example: JSON.parse(json) });
  return found;
}

/** The names of all fields that are not below a null, of the first element of arrays. */
function namesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [namesOf(value[0])];
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, namesOf(each)]));
}

/** Where one side has null or nothing in an array, the other may have anything. */
function assertSameShape(actual: unknown, documented: unknown, path: string): void {
  if (actual === null || documented === null) return;
  if (Array.isArray(documented)) {
    assert.ok(Array.isArray(actual), `${path} is no array`);
    if (actual.length > 0 && documented.length > 0) assertSameShape(actual[0], documented[0], `${path}[0]`);
    return;
  }
  if (typeof documented !== "object") {
    assert.equal(typeof actual, typeof documented, path);
    return;
  }
  assert.deepEqual(Object.keys(actual as object).sort(), Object.keys(documented).sort(), `fields of ${path}`);
  for (const [name, each] of Object.entries(documented))
    assertSameShape((actual as Record<string, unknown>)[name], each, `${path}.${name}`);
}

test("--json has the documented shapes", async () => {
  const documented = shapes();
  assert.ok(documented.length > 15, `only ${documented.length} shapes are documented`);
  for (const { command, example } of documented) {
    const output = command === "up --json" ? ready : await line.out(...command.split(" "));
    const [first] = output.trim().split("\n");
    assertSameShape(JSON.parse(first), example, `${command}: ${JSON.stringify(namesOf(JSON.parse(first)))}`);
  }
});

test("every kind of event is described", () => {
  const table = read("docs/guide/cli.md").match(/^\| kind \|[\s\S]*?\n\n/m)?.[0] ?? "";
  const described = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names]) => names.match(/[a-z-]+(?=`)/g) ?? []);
  assert.deepEqual(described.sort(), [...KINDS].sort());
});

/** The blocks of JavaScript in the README, in order. */
function examples(): string[] {
  return [...read("README.md").matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
}

/** Runs a module from within the package, so that its imports are found, until it has printed `wanted` or has ended. */
async function runModule(name: string, code: string, wanted: string | null): Promise<string> {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  await writeFile(file, code);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (wanted !== null && text.includes(wanted)) child.kill("SIGKILL");
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  await rm(file);
  if (wanted === null) assert.equal(exitCode, 0, text);
  return text;
}

test("the README's client works as it stands there, but for the addresses", async () => {
  const { bootstrapServers } = JSON.parse(ready) as { bootstrapServers: string };
  const ours = JSON.stringify(bootstrapServers.split(","));
  const code = examples()[0].replace(/brokers: \[[^\]]*\]/, `brokers: ${ours}`);
  assert.match(await runModule("readme-client", code, "hello"), /hello/);
});

test("the README's cluster within a test works as it stands there", async () => {
  await runModule("readme-embedded", `import { Kafka } from "kafkajs";\n${examples()[1]}`, null);
});

test("docs/metrics.md lists what is exposed", { skip: engine === "kafka" && "Apache Kafka has no HTTP" }, async () => {
  await line.out("produce", "measured", "one");
  await line.out("group", "create", "measured", "--topic", "measured");
  const { brokers } = JSON.parse(ready) as ReadyLine;
  const exposed = new Set<string>();
  for (const { httpPort } of brokers) {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    for (const [, name] of text.matchAll(/^# HELP (kafka_\S+)/gm)) exposed.add(name);
  }
  const listed = [...read("docs/metrics.md").matchAll(/^\| `(kafka_\S+)`/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), [...exposed].sort());
});
