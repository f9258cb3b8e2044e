import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** "…/file.js:12:34" in a line of a stack. */
const POSITION = /((?:file:\/\/)?\/?[^\s()]+\.m?js):(\d+):(\d+)/;

/**
 * A stack whose positions are those of the sources. Node could do so by itself (`--enable-source-maps`), but it reads the map of every
 * module as it loads it, which costs each start more than the one that is asked for after a crash.
 */
export function stackOfSources(stack: string): string {
  const maps = new Map<string, SourceMap | null>();
  return stack
    .split("\n")
    .map((line) =>
      line.replace(POSITION, (whole, file: string, row: string, column: string) => {
        if (!maps.has(file)) maps.set(file, mapOf(file));
        const entry = maps.get(file)?.findEntry(Number(row) - 1, Number(column) - 1);
        if (entry === undefined || !("originalSource" in entry)) return whole;
        const source = entry.originalSource.replace(/^(file:\/\/)?(\.\.?\/)*/, "");
        return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      }),
    )
    .join("\n");
}

/** Null where the file has none. */
function mapOf(file: string): SourceMap | null {
  try {
    const path = file.startsWith("file:") ? fileURLToPath(file) : file;
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
  } catch {
    // Node's own modules and those of libraries: their positions stay as they are.
    return null;
  }
}
