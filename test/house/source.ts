import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root: the nearest folder above with the package's own package.json and its sources. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "src"))) return folder;
  const above = dirname(folder);
  return above === folder ? process.cwd() : findRoot(above);
}

/** Paths relative to the root, with "/", of the files below `folder` whose name matches. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  const found: string[] = [];
  walk(join(root, folder));
  return found.sort();

  function walk(path: string): void {
    if (!existsSync(path)) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === "node_modules" || entry.name === "dist" || entry.name === ".git") continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) walk(child);
      else if (pattern.test(entry.name)) found.push(relative(root, child).split(sep).join("/"));
    }
  }
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The text with comments and the contents of strings and templates blanked; line breaks stay, so lines can be counted. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g,
    (match) => match.replace(/[^\n]/g, " "),
  );
}

/** Modules that the text imports, exports from, or loads lazily. */
export function importsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/^\s*(?:import|export)\b[^;]*?\bfrom\s*"([^"]+)"/gm)) found.push(match[1]);
  for (const match of text.matchAll(/^\s*import\s*"([^"]+)"/gm)) found.push(match[1]);
  for (const match of text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)) found.push(match[1]);
  return found;
}
