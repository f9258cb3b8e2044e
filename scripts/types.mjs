// dist/types: of the declarations that tsc wrote, those that the package's exports lead to.
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** `modules`: paths below src, without an extension. */
export function types(root, modules) {
  const source = join(root, "dist", "src");
  const target = join(root, "dist", "types");
  rmSync(target, { recursive: true, force: true });
  const found = new Set();
  for (const module of modules) follow(join(source, `${module}.d.ts`), found);
  for (const path of found) {
    const copy = join(target, path.slice(source.length));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy);
  }
}

/** Adds a declaration file and those that it names. */
function follow(path, found) {
  if (found.has(path)) return;
  found.add(path);
  for (const name of importsOf(readFileSync(path, "utf8"))) {
    follow(resolve(dirname(path), name).replace(/\.js$/, ".d.ts"), found);
  }
}

/** Relative ones: `from "./x.js"`, `import "./x.js"`, `import("./x.js")`. */
export function importsOf(text) {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map(([, name]) => name);
}
