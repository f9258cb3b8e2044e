import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationDocument } from "../../src/config/documentation.js";
import { read } from "./source.js";

test("docs/configuration.md is what the definitions say: run `node scripts/configuration.mjs`", () => {
  assert.equal(read("docs/configuration.md"), configurationDocument());
});
