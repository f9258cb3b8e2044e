import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LogSink } from "./log-sink.js";
import { type LogFormat, type LogLevel, NodeLogger } from "./logger.js";

const root = mkdtempSync(join(tmpdir(), "holdfast-log-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

function logger(format: LogFormat, level: LogLevel): { log: NodeLogger; lines: (last: string) => Promise<string[]> } {
  const path = join(root, `log-${++count}`);
  const fd = openSync(path, "a");
  const sink = new LogSink(fd);
  after(() => closeSync(fd));
  // A write under way comes twice when it is flushed, so the file is read until the last line is there.
  const lines = async (last: string): Promise<string[]> => {
    for (;;) {
      const all = readFileSync(path, "utf8").trimEnd().split("\n");
      if (all.at(-1)?.includes(last)) return all;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { log: new NodeLogger(sink, format, level), lines };
}

test("off a terminal each line is one JSON object, with the fields of all its parents", async () => {
  const { log, lines } = logger("json", "info");
  log.debug("not at this level");
  log
    .child({ broker: 1 })
    .child({ component: "raft" })
    .warn("A vote\nwas lost.", { topic: 'a"b', partition: 3, epoch: undefined });
  const [line, ...rest] = await lines("A vote");
  assert.deepEqual(rest, []);
  const { time, ...fields } = JSON.parse(line);
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(fields, {
    level: "warn",
    broker: 1,
    component: "raft",
    topic: 'a"b',
    partition: 3,
    message: "A vote\nwas lost.",
  });
});

test("on a terminal a line is for a person", async () => {
  const { log, lines } = logger("text", "debug");
  log.debug("Here.", { topic: "orders", why: "two words", none: null });
  assert.match((await lines("Here."))[0], /Here\..* topic=orders why="two words" none=null/);
});

test("lines come in order, through a full buffer too, and what was dropped is said", async () => {
  const { log, lines } = logger("json", "info");
  for (let i = 0; i < 40_000; i++) log.info("line", { i });
  log.error("the end");
  const all = (await lines("Lines were dropped")).map((line) => JSON.parse(line));
  const numbers = all.filter(({ message }) => message === "line").map(({ i }) => i as number);
  assert.ok(numbers.length > 5000);
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i),
  );
  assert.equal(all.at(-2).message, "the end");
  assert.equal(all.at(-1).lines, 40_000 - numbers.length);
});

test("a pipe that nobody reads any more does not stop whoever logs", async () => {
  const sink = new LogSink(1_000_000);
  sink.write("into nothing\n", true);
  await new Promise((resolve) => setImmediate(resolve));
  sink.write("again\n", true);
  sink.flushSync();
});

test("the end of the process loses no line", () => {
  const path = join(root, `log-${++count}`);
  const fd = openSync(path, "a");
  const sink = new LogSink(fd);
  for (let i = 0; i < 100; i++) sink.write(`line ${i}\n`, false);
  sink.flushSync();
  const text = readFileSync(path, "utf8");
  for (let i = 0; i < 100; i++) assert.ok(text.includes(`line ${i}\n`), `line ${i}`);
  closeSync(fd);
});
