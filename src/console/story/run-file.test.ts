import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRun, type SavedRun } from "./run-file.js";
import { BASE, Telling } from "./story.test.support.js";

// What is opened from a file was perhaps cut short, edited, or never a run.

function saved(): SavedRun {
  const t = new Telling();
  t.run();
  t.copied();
  t.process(1, "killed");
  t.partition("leader", 2, 1, [2], { cause: "broker 1 was fenced" });
  return { format: "holdfast-run", version: 1, topic: "t", partition: 0, base: BASE, events: t.events };
}

test("a whole run is read as it was saved", () => {
  assert.deepEqual(parseRun(JSON.stringify(saved())), JSON.parse(JSON.stringify(saved())));
});

test("what is no run, of another version, or cut short is refused with the reason", () => {
  assert.throws(() => parseRun("{"), /it is no JSON/);
  assert.throws(() => parseRun("[]"), /no saved run of Holdfast/);
  assert.throws(() => parseRun(JSON.stringify({ ...saved(), version: 2 })), /another version/);
  assert.throws(() => parseRun(JSON.stringify({ ...saved(), base: null })), /description of its cluster/);
  assert.throws(() => parseRun(JSON.stringify({ ...saved(), events: [{ seq: "x" }] })), /events are not whole/);
  const text = JSON.stringify(saved());
  for (let length = 0; length < text.length; length += 7) assert.throws(() => parseRun(text.slice(0, length)), Error);
});

test("whichever field is replaced by a thing of another kind, the run is refused or told", () => {
  const strange = [null, "x", -1, [], {}, [null], true];
  let refused = 0;
  for (const path of pathsOf(saved())) {
    for (const value of strange) {
      const run: unknown = JSON.parse(JSON.stringify(saved()));
      replace(run, path, value);
      try {
        parseRun(JSON.stringify(run));
      } catch (error) {
        assert.match(
          String(error),
          /^Error: This (file|saved run|run) /,
          `${path.join(".")} = ${JSON.stringify(value)}`,
        );
        refused++;
      }
    }
  }
  assert.ok(refused > 300, `only ${refused} were refused`);
});

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  const inside = Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]));
  return path.length === 0 ? inside : [[...path], ...inside];
}

function replace(root: unknown, path: readonly string[], value: unknown): void {
  let at = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) as string] = value;
}
