import assert from "node:assert/strict";
import { test } from "node:test";
import { stackOfSources } from "./source-positions.js";

test("positions of compiled code become those of the sources; others stay", () => {
  const compiled = new URL("./source-positions.js", import.meta.url);
  const stack = `Error: no\n    at stackOfSources (${compiled}:12:5)\n    at node:internal/main:1:2\n    at x (/no/such/file.js:1:2)`;
  const [message, first, ...rest] = stackOfSources(stack).split("\n");
  assert.equal(message, "Error: no");
  assert.match(first, /source-positions\.ts:\d+:\d+\)$/);
  assert.deepEqual(rest, ["    at node:internal/main:1:2", "    at x (/no/such/file.js:1:2)"]);
});
