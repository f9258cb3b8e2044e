import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { read, root } from "../house/source.js";

const blocks = [...read("docs/guide/recipes.md").matchAll(/^## (.*)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)];

for (const [, title, code] of blocks) {
  test(`the recipe "${title}" works as it is printed`, async () => {
    // Below the root: there the package finds itself by its name.
    const folder = await mkdtemp(join(root, "dist", "recipe-"));
    try {
      await writeFile(join(folder, "recipe.mjs"), code.replace("let cluster: Holdfast;", "let cluster;"));
      const child = spawn(process.execPath, [join(folder, "recipe.mjs")], { stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
      const exit = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(exit, 0, text);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

test("there are recipes", () => {
  assert.ok(blocks.length >= 5);
});
