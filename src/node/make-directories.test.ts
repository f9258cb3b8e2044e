import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeDirectories } from "./make-directories.js";

test("parents are made, what is there stays, what cannot be is told", () => {
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-directories-"));
  try {
    makeDirectories(join(scratch, "a", "b", "c"));
    makeDirectories(join(scratch, "a", "b"));
    assert.ok(statSync(join(scratch, "a", "b", "c")).isDirectory());
    writeFileSync(join(scratch, "file"), "");
    assert.throws(() => makeDirectories(join(scratch, "file")), { code: "EEXIST" });
    assert.throws(() => makeDirectories(join(scratch, "file", "x")), { code: /EEXIST|ENOTDIR/ });
    symlinkSync(join(scratch, "a"), join(scratch, "link"));
    makeDirectories(join(scratch, "link", "d"));
    assert.ok(statSync(join(scratch, "a", "d")).isDirectory());
    symlinkSync(join(scratch, "nowhere"), join(scratch, "dangling"));
    assert.throws(() => makeDirectories(join(scratch, "dangling", "x")), { code: "EEXIST" });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test("a parent that takes no entries is an error, not a loop", { skip: process.platform !== "linux" }, () => {
  assert.throws(() => makeDirectories("/proc/holdfast/x"), { code: "ENOENT" });
});
