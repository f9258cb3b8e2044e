import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { filesBelow, read, root } from "./source.js";

const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...filesBelow("docs", /\.md$/)];

test("links within the documents lead to files and headings that exist", () => {
  const broken: string[] = [];
  for (const path of documents) {
    for (const [, target] of read(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, heading] = target.split("#");
      const resolved = file === "" ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(join(root, resolved))) broken.push(`${path}: ${target}`);
      else if (heading && resolved.endsWith(".md") && !anchorsOf(resolved).includes(heading))
        broken.push(`${path}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("sources that the documents name exist", () => {
  const missing: string[] = [];
  for (const path of documents) {
    for (const [, name] of read(path).matchAll(/`((?:src|test|bench|docs|scripts|examples|\.ci)\/[\w./-]*)`/g)) {
      if (!existsSync(join(root, name))) missing.push(`${path}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("npm scripts that the documents name exist", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const missing: string[] = [];
  for (const path of documents) {
    for (const [, name] of read(path).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)\b/g)) {
      if (!(name in scripts)) missing.push(`${path}: npm ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

function anchorsOf(path: string): string[] {
  return [...read(path).matchAll(/^#+\s+(.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replace(/\s+/g, "-"),
  );
}
