import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Command } from "commander";
import { COMMANDS } from "./commands.js";
import { programFor, refusalOf } from "./program.js";

// Every option of every command, wrong in each way that it can be: exit code 2, and a sentence that names it and says what is allowed.

let scratch = "";
const environment = { ...process.env };

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "holdfast-bad-input-"));
  for (const name of Object.keys(process.env)) if (/^(HOLDFAST|KAFKA)_/.test(name)) delete process.env[name];
  // No cluster is found here: what is not refused asks for one in vain, which is another sentence.
  process.env.XDG_RUNTIME_DIR = scratch;
});
after(async () => {
  process.env = environment;
  await rm(scratch, { recursive: true, force: true });
});

interface Outcome {
  readonly exitCode: number;
  readonly text: string;
}

/** As the command line would run them, but within this process. */
async function outcomeOf(words: readonly string[]): Promise<Outcome> {
  const { program, args } = await programFor(words);
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  for (const each of withChildren(program)) each.configureOutput({ writeErr: write, writeOut: write });
  try {
    await program.parseAsync(args, { from: "user" });
    return { exitCode: 0, text };
  } catch (error) {
    const refusal = await refusalOf(error);
    return { exitCode: refusal.exitCode, text: text + refusal.text };
  }
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}

async function refused(words: readonly string[], ...told: readonly (string | RegExp)[]): Promise<void> {
  const { exitCode, text } = await outcomeOf(words);
  const what = `holdfast ${words.map((word) => (/^[\w./:=,@-]+$/.test(word) ? word : JSON.stringify(word))).join(" ")}: ${text}`;
  assert.equal(exitCode, 2, what);
  assert.doesNotMatch(text, /\n\s+at |No cluster runs/, what);
  for (const each of told) {
    if (typeof each === "string") assert.ok(text.includes(each), `${what}\n(lacks ${JSON.stringify(each)})`);
    else assert.match(text, each, what);
  }
}

/** What a sentence says of what would be right. */
const ALLOWED =
  /whole number from|there (is|are) |Allowed choices are|Write |Name |Give |empty|neither|cannot be |no file/i;

interface Line {
  readonly path: string;
  readonly command: Command;
  /** With all that it needs, and nothing wrong. */
  readonly words: readonly string[];
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  topic: "orders",
  group: "g",
  shell: "bash",
  where: "orders",
  broker: "1",
  other: "2",
  resource: "topic/orders",
  "name=value": "retention.ms=1",
  name: "retention.ms",
  command: "true",
};
/** What some need beside their arguments. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  serve: ["--config", "/nowhere/server.properties"],
  format: ["--config", "/nowhere/server.properties", "--cluster-id", "MkU3OEVBNTcwNTJENDM2Qg"],
  "group create": ["--topic", "orders"],
  "fault partition": [],
  "fault slow-disk": ["--ms", "5"],
};

async function lines(): Promise<Line[]> {
  const found: Line[] = [];
  for (const [name, load] of Object.entries(COMMANDS)) {
    const command = (await load()).define();
    for (const each of command.commands.length === 0 ? [command] : command.commands) {
      const path = each === command ? name : `${name} ${each.name()}`;
      const args = each.registeredArguments
        .filter(({ required }) => required)
        .map((argument) =>
          path === "fault partition" && argument.name() === "group" ? "1" : ARGUMENTS[argument.name()],
        );
      assert.ok(!args.includes(undefined as never), `${path}: an argument that this test does not know`);
      found.push({ path, command: each, words: [...path.split(" "), ...(NEEDED[path] ?? []), ...args] });
    }
  }
  return found;
}

/** Options go before the arguments: `exec` passes on what stands behind its command. */
function withOption({ path, words }: Line, ...option: readonly string[]): string[] {
  const { length } = path.split(" ");
  return [...words.slice(0, length), ...option, ...words.slice(length)];
}

/** Without the option that is tried, which is given once more. */
function without(line: Line, flag: string): Line {
  const at = line.words.indexOf(flag);
  return at < 0 ? line : { ...line, words: [...line.words.slice(0, at), ...line.words.slice(at + 2)] };
}

test("what is missing, unknown or too much is refused, on every command", async () => {
  for (const line of await lines()) {
    await refused(withOption(line, "--warp"), "unknown option '--warp'", `\`holdfast ${line.path} --help\``);
    const args = line.command.registeredArguments;
    if (args.some(({ required }) => required))
      await refused([...line.path.split(" "), ...(NEEDED[line.path] ?? [])], /missing required argument/);
    if (!args.some(({ variadic }) => variadic)) await refused([...line.words, "one", "more"], /too many arguments/);
    for (const option of line.command.options) {
      if (option.mandatory)
        await refused(without(line, option.long as string).words, `option '${option.flags}' not specified`);
    }
  }
  for (const words of [["launch"], ["constructor"], ["topic", "made"], ["fault", "toString"]])
    await refused(words, `unknown command '${words.at(-1)}'`);
});

test("an option without its value, or given twice, is refused, on every command", async () => {
  for (const line of await lines()) {
    for (const option of line.command.options) {
      const flag = option.long as string;
      if (!option.required) {
        await refused(withOption(line, `${flag}=1`), `unknown option '${flag}=1'`);
        continue;
      }
      const bare = without(line, flag);
      const { length } = line.path.split(" ");
      await refused([...bare.words.slice(0, length), flag], `option '${option.flags}' argument missing`);
      if (Array.isArray(option.defaultValue)) continue;
      const value = RIGHT[`${line.path} ${flag}`] ?? RIGHT[flag];
      assert.ok(value !== undefined, `${line.path} ${flag}: this test knows no value that would be right`);
      await refused(withOption(bare, flag, value, flag, value), `${flag} is given twice, as ${value} and as ${value}.`);
    }
  }
});

const RIGHT: Readonly<Record<string, string>> = {
  "--brokers": "3",
  "--data-dir": "/nowhere/data",
  "--port": "9092",
  "--config": "/nowhere/file",
  "--listen": "127.0.0.1",
  "--engine": "holdfast",
  "--ready-timeout": "5",
  "--console-port": "9080",
  "--ports-file": "/nowhere/ports",
  "--cluster-id": "MkU3OEVBNTcwNTJENDM2Qg",
  "--release-version": "4.3",
  "--initial-controllers": "1@localhost:9093:MkU3OEVBNTcwNTJENDM2Qg",
  "--host": "127.0.0.1",
  "--bootstrap-server": "localhost:9092",
  "--cluster": "abc",
  "--partitions": "3",
  "--replication-factor": "3",
  "--to-offset": "5",
  "--shift-by": "5",
  "--to-datetime": "2026-01-31T12:00:00Z",
  "--topic": "orders",
  "--group": "g",
  "--transactional-id": "t",
  "--principal": "User:a",
  "--operation": "read",
  "--key": "k",
  "--key-separator": ":",
  "--partition": "0",
  "--compression": "lz4",
  "--offset": "5",
  "--max-messages": "5",
  "--http": "localhost:8080",
  "--broker": "1",
  "--max-events": "5",
  "--ms": "5",
  "--send": "hello",
  "--schema-registry": "http://localhost:8081",
};

const NUMBERS = ["", "x", "-1", "1.5", "1e3", "0x10", "99999999999999999999"];
const NAMES = [""];
const PORTS = [...NUMBERS, "65536"];

/** By flag, or by command and flag: what must be refused. A text says why any value is right, or who refuses it. */
const WRONG: Readonly<Record<string, readonly string[] | string>> = {
  "--brokers": [...NUMBERS, "0", "10"],
  "--data-dir": NAMES,
  "--port": PORTS,
  "--topic": NAMES,
  "up --topic": ["", ":3", "a b", "..", "a:0", "a:x", "a:1:101", "a:1:1:1", "a:10001", "é", "a".repeat(250)],
  "exec --topic": ["", "a b", "a:0"],
  "group create --topic": ["", ":0", "t:", "t:x", "t:0,", "t:-1"],
  "group delete --topic": ["", ":0", "t:x"],
  "group reset --topic": ["", ":0", "t:x"],
  "--config": ["", "/nowhere/file", "/"],
  "topic create --config": ["", "x", "=1"],
  "topic alter --config": ["", "x", "=1"],
  "--set": ["", "x", "=1", "log.retention.hours=soon", "node.id=1"],
  "--advertise": ["", "http://x", "a b", "host:9092", "-x"],
  "--listen": ["", "somewhere", "203.0.113.9", "127.0.0.1:9092"],
  "--engine": ["", "pulsar", "Kafka"],
  "--ready-timeout": [...NUMBERS, "0", "3601"],
  "--console-port": [...PORTS, "0"],
  "console --port": PORTS,
  "--ports-file": ["", "/nowhere/ports.json", "/"],
  "--host": NAMES,
  "--schema-registry": ["", "localhost:8081", "ftp://localhost", "http://"],
  "--bootstrap-server": ["", ",", "localhost", "localhost:", ":9092", "localhost:0", "localhost:65536", "a b:1", "x:y"],
  "--cluster": ["", "no such"],
  "--partitions": [...NUMBERS, "0", "10001"],
  "--replication-factor": [...NUMBERS, "0", "101"],
  "--to-offset": NUMBERS,
  "--shift-by": ["", "x", "1.5", "--", "9e99"],
  "--to-datetime": ["", "noon", "2026-13-01", "2026-01-31 12:00", "1700000000"],
  "--delete": NAMES,
  "--group": NAMES,
  "--transactional-id": NAMES,
  "--principal": ["", "billing", ":a"],
  "--operation": ["", "dance", "constructor"],
  "--key": "an empty key is a key",
  "--key-separator": NAMES,
  "--header": ["", "x", "=1"],
  "--partition": [...NUMBERS, "1000001"],
  "--compression": ["", "rar"],
  "--offset": NUMBERS,
  "--max-messages": [...NUMBERS, "0"],
  "--assignor": ["", "fair"],
  "--http": ["", "localhost", "localhost:0"],
  "--kind": ["", "rumour"],
  "--send": NAMES,
  "--broker": NUMBERS,
  "--max-events": [...NUMBERS, "0"],
  "--ms": ["", "x", "-1", "1e9"],
  "serve --config": [""],
  "serve --set": ["", "x", "=1"],
  "format --config": [""],
  "format --set": ["", "x", "=1"],
  "--feature": ["", "x", "=1"],
  "--cluster-id": "the node refuses it: src/node/format-features.test.ts, test/e2e/serve.test.ts",
  "--release-version": "as --cluster-id",
  "--initial-controllers": "as --cluster-id",
};

/** What else must be said for the option to be looked at. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  "group reset --topic": ["--to-earliest"],
  "group reset --to-datetime": ["--all-topics"],
  "config alter --delete": [],
  "acl create --principal": ["--topic", "orders", "--operation", "read"],
  "acl create --operation": ["--topic", "orders", "--principal", "User:a"],
  "acl delete --operation": ["--principal", "User:a"],
  "up --listen": ["--allow-plaintext"],
  "consume --assignor": ["--group", "g"],
};

test("a wrong value of any option is named, with what is allowed", async () => {
  const failures: string[] = [];
  let count = 0;
  for (const line of await lines()) {
    for (const option of line.command.options.filter(({ required }) => required)) {
      const flag = option.long as string;
      const values = WRONG[`${line.path} ${flag}`] ?? WRONG[flag];
      assert.ok(values !== undefined, `${line.path} ${flag}: nobody has said what would be wrong`);
      if (typeof values === "string") continue;
      const beside = BESIDE[`${line.path} ${flag}`] ?? [];
      for (const value of values) {
        count++;
        try {
          await refused([...withOption(without(line, flag), ...beside, flag, value)], flag, value, ALLOWED);
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
    }
  }
  assert.equal(failures.length, 0, failures.join("\n"));
  assert.ok(count > 300, `only ${count} were tried`);
});

/** What options say together, and arguments. */
const TOGETHER: readonly (readonly [words: readonly string[], told: RegExp])[] = [
  [["up", "--set", "log.retention.hours=soon"], /--set log\.retention\.hours=soon: it must be a whole number/],
  [["up", "--set", "=1"], /--set =1: there is no name/],
  [["up", "-n", "1", "--topic", "a:1:3"], /3 replicas need as many brokers, and there are 1/],
  [["up", "--topic", "a", "--topic", "a:2"], /a is given twice/],
  [["up", "--listen", "0.0.0.0"], /--listen 0\.0\.0\.0: .*unencrypted[\s\S]*--allow-plaintext/],
  [["up", "--listen", "203.0.113.9", "--allow-plaintext"], /203\.0\.113\.9: not an address of this machine/],
  [["up", "--advertise", "http://x"], /neither a host name nor an address/],
  [["up", "--data-dir", ""], /--data-dir is empty/],
  [["up", "--open", "--no-console"], /exclude each other/],
  [["up", "--ports-file", "/nowhere/ports.json"], /--ports-file \/nowhere\/ports\.json cannot be written/],
  [["up", "--ready-timeout", "0"], /--ready-timeout 0: not a whole number from 1/],
  [["up", "--console-port", "x"], /--console-port x: not a whole number/],
  [["group", "reset", "g", "--to-earliest"], /Which topics/],
  [["group", "reset", "g", "--all-topics"], /Where to/],
  [["group", "reset", "g", "--all-topics", "--to-earliest", "--to-latest"], /Only one target/],
  [["group", "reset", "g", "--topic", "t:x", "--to-earliest"], /neither TOPIC nor TOPIC:0,1/],
  [["group", "reset", "g", "--all-topics", "--to-datetime", "noon"], /--to-datetime noon: not a time/],
  [["group", "reset", "g", "--all-topics", "--shift-by", "far"], /--shift-by far/],
  [["config", "describe", "table/a"], /"table\/a" names nothing that has configs/],
  [["config", "describe", "topic"], /does not say which topic/],
  [["config", "describe", "broker/first"], /"first" is no broker id/],
  [["config", "alter", "topic/a"], /Nothing to alter/],
  [["topic", "alter", "a"], /Nothing to alter/],
  [["acl", "create", "--topic", "a"], /--principal and --operation/],
  [["acl", "list", "--topic", "a", "--group", "b"], /one resource/],
  [["acl", "delete"], /would remove every entry/],
  [["consume", "a", "--offset", "1"], /--offset needs one --partition/],
  [["consume", "a", "--group", "g", "--partition", "0"], /excludes --partition/],
  [["consume", "a", "--max-messages", "0"], /--max-messages 0/],
  [["produce", "a", "--tombstone"], /--tombstone needs --key/],
  [["produce", "a", "--header", "x", "v"], /--header x: there is no "="/],
  [["produce", "a", "--compression", "rar"], /rar/],
  [["events", "--kind", "rumour"], /--kind rumour: there are/],
  [["trace", ""], /names no record/],
  [["consume", "orders", "--group", "g", "--assignor", "fair"], /--assignor fair: there are range, roundrobin/],
  [["consume", "orders", "--assignor", "range"], /--assignor is about the members of a --group/],
  [["up", "--topic", "a:b"], /"a:b".*"b", not a number/],
  [["up", "--topic", "a:1:4"], /4 replicas need as many brokers, and there are 3/],
  [["up", "--config", "/nowhere/file"], /--config \/nowhere\/file cannot be read/],
  [["up", "--listen", "127.0.0.1", "--advertise", "a b"], /--advertise a b: neither/],
  [["up", "--port", "65534"], /--port 65534: the last of 3 brokers would have port 65536/],
  [["up", "--console-port", "9093"], /Port 9093 is wanted twice, by the console and by a broker/],
  [["up", "--console-port", "29092"], /Port 29092 is wanted twice/],
  [["topic", "describe", ""], /"" is no topic name.*\n.*1 to 249/],
  [["topic", "create", "a b"], /"a b" is no topic name/],
  [["topic", "create", "a:0"], /number of partitions is "0"/],
  [["topic", "alter", "..", "--partitions", "2"], /"\.\." is no topic name/],
  [["topic", "delete", "a", ""], /"" is no topic name/],
  [["group", "create", "g"], /Which topics/],
  [["group", "create", "g", "--topic", "a", "--to-earliest", "--to-latest"], /exclude each other/],
  [["group", "describe", ""], /The group's name is empty/],
  [["group", "delete", "a", ""], /The group's name is empty/],
  [["group", "alter", "g", "x"], /x: there is no "="/],
  [["config", "alter", "topic/a", "=1"], /=1: there is no name/],
  [["config", "delete", "topic/a", ""], /The config's name is empty/],
  [["config", "describe", "constructor/a"], /names nothing that has configs/],
  [["produce", ""], /"" is no topic name/],
  [["produce", "a", "v", "--key", "k", "--tombstone"], /--tombstone needs --key, and no value/],
  [["consume", "a b"], /"a b" is no topic name/],
  [["consume", "a", "--partition", "0", "--partition", "1", "--offset", "3"], /--offset needs one --partition/],
  [["consume", "a", "--partition", "0", "--offset", "3", "--from-beginning"], /exclude each other/],
  [["trace", "a:x"], /"a:x" names no record.*\n.*orders:0@42/],
  [["trace", "a:0@-1"], /names no record/],
  [["trace", "a:0@1", "--send", "x"], /a:0@1 names a record that is there already, --send "x".*\n.*TOPIC:PARTITION/],
  [["trace", "a", "--http", "localhost:1"], /--http is for --send/],
  [["fault", "kill", "first"], /"first" is no broker id.*\n.*`all`/],
  [["fault", "kill", ""], /"" is no broker id/],
  [["fault", "partition", "1", "2;3"], /"2;3" is no group of brokers/],
  [["completion", "constructor"], /no completion for "constructor".*\n.*bash, zsh and fish/],
];

test("what contradicts, or is no name, is told", async () => {
  for (const [words, told] of TOGETHER) await refused(words, told);
});

async function refusedWith(variables: Record<string, string>, words: readonly string[], ...told: (string | RegExp)[]) {
  Object.assign(process.env, variables);
  try {
    await refused(words, ...told);
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}

test("what an environment variable says instead of an option is refused as that is, by the variable's name", async () => {
  let count = 0;
  for (const line of await lines()) {
    for (const { long, envVar } of line.command.options) {
      const values = WRONG[`${line.path} ${long}`] ?? WRONG[long as string];
      if (envVar === undefined || typeof values === "string") continue;
      for (const value of values) {
        count++;
        await refusedWith({ [envVar]: value }, line.words, envVar, value, ALLOWED);
      }
    }
  }
  assert.ok(count > 40, `only ${count} were tried`);
});

const VARIABLES: readonly (readonly [environment: Record<string, string>, words: readonly string[], told: RegExp])[] = [
  [{ KAFKA_BROKERS: "many" }, ["status"], /KAFKA_BROKERS many: "many" is no broker address/],
  [{ KAFKA_BROKERS: "localhost:0" }, ["env"], /KAFKA_BROKERS localhost:0/],
  [{ KAFKA_NODE_ID: "7" }, ["up"], /KAFKA_NODE_ID: node\.id cannot be set here/],
  [{ KAFKA_LOG_RETENTION_HOURS: "soon" }, ["up"], /KAFKA_LOG_RETENTION_HOURS: log\.retention\.hours=soon: it must be/],
  [{ KAFKA_LOG_RETENTION_HOURS: "" }, ["exec", "true"], /KAFKA_LOG_RETENTION_HOURS: log\.retention\.hours/],
];

test("a variable that is nearly one that counts is told", async () => {
  const misspelled = { HOLDFAST_BROKER: "5", HOLDFAST_LOG_LEVEL: "warn" };
  await refusedWith(
    misspelled,
    ["up", "--open", "--no-console"],
    /^HOLDFAST_BROKER means nothing here. Is HOLDFAST_BROKERS meant\?\nholdfast: /,
  );
});

test("so is a property of the environment, and an address", async () => {
  for (const [variables, words, told] of VARIABLES) await refusedWith(variables, words, told);
});

test("what was refused has left nothing behind", async () => {
  assert.deepEqual(await readdir(scratch), []);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => !["PipeWrap", "TTYWrap", "CloseReq"].includes(name)),
    [],
  );
});

test("what is said twice, or in two ways that contradict each other", async () => {
  await refused(["topic", "create", "orders:2", "--partitions", "3"], '--partitions 3: "orders:2" says 2');
  await refused(["topic", "create", "orders:2:3", "--replication-factor", "1"], "--replication-factor 1", "says 3");
  await refused(
    ["topic", "create", "orders", "--config", "retention.ms=1", "--config", "retention.ms=2"],
    "given twice",
  );
  await refused(["config", "alter", "topic/orders", "retention.ms=5000", "retention.ms=6"], '"5000" and "6"');
  await refused(["config", "alter", "topic/orders", "retention.ms=6", "--delete", "retention.ms"], "given twice");
  await refused(
    ["up", "--set", "num.partitions=1", "--set", "num.partitions=2"],
    "--set num.partitions is given twice",
  );
});
