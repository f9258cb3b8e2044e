import assert from "node:assert/strict";
import { test } from "node:test";
import { protocolDocument, withSupportedApis } from "../../src/server/handlers/documentation.js";
import { read } from "./source.js";

test("README and docs/protocol.md list what the registry serves: run `node scripts/supported.mjs`", () => {
  assert.equal(read("README.md"), withSupportedApis(read("README.md")));
  assert.equal(read("docs/protocol.md"), protocolDocument());
});
