import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./source.js";

test("test files that hang fail each by its own name, and the step ends", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-hang-"));
  try {
    // Both hang, for how long a sound one takes is up to the machine.
    const files = ["first.test.mjs", "second.test.mjs"].map((name) => join(folder, name));
    for (const file of files) {
      writeFileSync(
        file,
        'import { test } from "node:test"; test("hangs", () => new Promise((done) => setTimeout(done, 60000)));',
      );
    }
    const suites = pathToFileURL(join(root, "scripts", "suites.mjs")).href;
    const program = `
      import { runFiles } from ${JSON.stringify(suites)};
      const result = { name: "x", passed: 0, failed: 0, skips: [], failures: [] };
      await runFiles(${JSON.stringify(files)}, { name: "x" }, result, 1000);
      process.stdout.write("\\n" + JSON.stringify(result));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    const { failures } = JSON.parse(output.slice(output.lastIndexOf("\n"))) as { failures: string[] };
    // Node 24 names the test in it, too.
    const told = failures.map((failure) => failure.replace(" › hangs", "")).sort();
    assert.equal(told.length, 2, output);
    assert.match(told[0], /first\.test\.mjs: test timed out after 1000ms$/);
    assert.match(told[1], /second\.test\.mjs: test timed out after 1000ms$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
