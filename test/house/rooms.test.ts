import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { codeOnly, filesBelow, importsOf, read } from "./source.js";

/** The rooms in order: a file may import from its own room and from those before it. */
const ROOMS = [
  // Interfaces only, so whoever needs one may name it.
  "ports",
  "base",
  "protocol",
  "config",
  "client",
  "storage",
  "raft",
  "metadata",
  "replication",
  "coordinator",
  "groups",
  "transactions",
  "security",
  "server",
  "sim",
  "node",
  "cluster",
  "console",
  "cli",
];
/** The rooms without I/O, and the simulator, which must not touch the outside either. */
const CORE = new Set(ROOMS.slice(0, ROOMS.indexOf("sim") + 1));

const sources = filesBelow("src", /\.tsx?$/).filter((path) => !path.includes("/web/"));
const production = sources.filter((path) => !/\.test(\.support)?\.tsx?$/.test(path) && !path.includes("/testing/"));

function roomOf(path: string): string {
  return path.split("/")[1];
}

test("every source stands in a room", () => {
  const strangers = sources.filter((path) => path !== "src/index.ts" && !ROOMS.includes(roomOf(path)));
  assert.deepEqual(strangers, []);
});

test("imports point only up the list of rooms", () => {
  const wrong: string[] = [];
  for (const path of production) {
    if (path === "src/index.ts") continue;
    const own = ROOMS.indexOf(roomOf(path));
    for (const target of importsOf(read(path))) {
      if (!target.startsWith(".")) continue;
      const resolved = posix.join(posix.dirname(path), target);
      if (!resolved.startsWith("src/")) wrong.push(`${path} leaves src: ${target}`);
      else if (ROOMS.indexOf(roomOf(resolved)) > own) wrong.push(`${path} imports ${resolved}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("the core imports nothing but itself", () => {
  const wrong: string[] = [];
  for (const path of production) {
    if (!CORE.has(roomOf(path))) continue;
    for (const target of importsOf(read(path))) {
      if (!target.startsWith(".")) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("the core is synchronous: no async, no Promise, no await", () => {
  const wrong: string[] = [];
  for (const path of production) {
    if (!CORE.has(roomOf(path))) continue;
    codeOnly(read(path))
      .split("\n")
      .forEach((line, index) => {
        if (/\basync\b(?!\s*[:=?,;)])|\bPromise\b|\bawait\b/.test(line)) wrong.push(`${path}:${index + 1}`);
      });
  }
  assert.deepEqual(wrong, []);
});

// The rest (process, timers, console) does not type-check there.
test("the core takes time and chance from its ports", () => {
  const wrong: string[] = [];
  for (const path of production) {
    if (!CORE.has(roomOf(path))) continue;
    codeOnly(read(path))
      .split("\n")
      .forEach((line, index) => {
        if (/\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/.test(line)) {
          wrong.push(`${path}:${index + 1}`);
        }
      });
  }
  assert.deepEqual(wrong, []);
});
