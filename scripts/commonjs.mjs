// dist/cjs: what `require` gets. Jest runs test files in a sandbox that cannot load ES modules, so the one package that there is, is
// loaded outside of it, by Node itself.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const LOAD = `"use strict";
const { createRequire } = require("node:vm").runInThisContext("process").getBuiltinModule("node:module");`;

/** `entries`: names of files in dist/lib, and their modules below dist/types. */
export async function commonJs(root, entries) {
  const target = join(root, "dist", "cjs");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, module] of Object.entries(entries)) {
    const library = join(root, "dist", "lib", `${name}.js`);
    // What was built anew has another content under the same name.
    const names = Object.keys(await import(`${pathToFileURL(library).href}?${Date.now()}`));
    const declarations = join(root, "dist", "types", `${module}.d.ts`);
    writeFileSync(join(target, `${name}.d.cts`), typesText(module, names, typesAmong(declarations, names)));
    writeFileSync(join(target, `${name}.cjs`), codeText(name, names));
  }
}

function codeText(library, names) {
  const lines = names.map((name) => `exports.${name} = loaded.${name};`);
  return `${LOAD}
const loaded = createRequire(__filename)("../lib/${library}.js");
Object.defineProperty(exports, "__esModule", { value: true });
${lines.join("\n")}
`;
}

/** A name that is a value hides the type that the star would give under it. */
function typesText(module, names, types) {
  const from = `from "../types/${module}.js" with { "resolution-mode": "import" };`;
  const lines = [`import type * as api ${from}`, `export type * ${from}`];
  for (const name of names) {
    if (name === "default") lines.push("declare const byDefault: typeof api.default;", "export default byDefault;");
    else lines.push(`export declare const ${name}: typeof api.${name};`);
    if (types.has(name)) lines.push(`export type ${name} = api.${name};`);
  }
  return `${lines.join("\n")}\n`;
}

/** Those names that are classes, or types besides being values. */
function typesAmong(path, names) {
  const found = new Set();
  const texts = [readFileSync(path, "utf8")];
  for (const [, name] of texts[0].matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
    texts.push(readFileSync(join(dirname(path), name).replace(/\.js$/, ".d.ts"), "utf8"));
  }
  for (const text of texts) {
    for (const [, name] of text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|type|enum) (\w+)/gm)) {
      if (names.includes(name)) found.add(name);
    }
  }
  return found;
}
