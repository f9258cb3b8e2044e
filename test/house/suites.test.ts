import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./source.js";

test("a test file that hangs fails by its own name, and the others go on", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-hang-"));
  try {
    const hanging = join(folder, "hanging.test.mjs");
    const sound = join(folder, "sound.test.mjs");
    writeFileSync(
      hanging,
      'import { test } from "node:test"; test("hangs", () => new Promise((done) => setTimeout(done, 6000)));',
    );
    writeFileSync(sound, 'import { test } from "node:test"; test("sound", () => {});');
    const suites = pathToFileURL(join(root, "scripts", "suites.mjs")).href;
    const program = `
      import { runFiles } from ${JSON.stringify(suites)};
      const result = { name: "x", passed: 0, failed: 0, skips: [], failures: [] };
      await runFiles(${JSON.stringify([hanging, sound])}, { name: "x" }, result, 2000);
      process.stdout.write("\\n" + JSON.stringify(result));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    const result = JSON.parse(output.slice(output.lastIndexOf("\n")));
    assert.equal(result.passed, 1);
    assert.equal(result.failures.length, 1);
    // Node 24 names the test in it, too.
    assert.match(result.failures[0].replace(" › hangs", ""), /hanging\.test\.mjs: test timed out after 2000ms$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
