/** One property of a file; `line` counts from 1 and is that of its name; 0: it was not in a file. */
export interface Property {
  readonly value: string;
  readonly line: number;
}

/**
 * Reads the text of a `.properties` file as java.util.Properties does: comments after # and !, values that go on after a
 * backslash at the line's end, names ended by =, : or white space, escapes. Of a name that comes again the last value counts.
 */
export function parseProperties(text: string): Map<string, Property> {
  const properties = new Map<string, Property>();
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let logical = lines[at].trimStart();
    if (logical === "" || logical.startsWith("#") || logical.startsWith("!")) continue;
    while (endsInBackslash(logical)) {
      logical = logical.slice(0, -1);
      if (at + 1 >= lines.length) break;
      logical += lines[++at].replace(/^[ \t\f]+/, "");
    }
    const [name, value] = split(logical);
    // A name that comes again takes the place of its last line.
    properties.delete(name);
    properties.set(name, { value, line });
  }
  return properties;
}

function endsInBackslash(line: string): boolean {
  let count = 0;
  while (count < line.length && line[line.length - 1 - count] === "\\") count++;
  return count % 2 === 1;
}

function split(logical: string): [string, string] {
  let end = 0;
  while (end < logical.length && !/[=:\s]/.test(logical[end])) end += logical[end] === "\\" ? 2 : 1;
  end = Math.min(end, logical.length);
  const value = logical.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, "");
  return [unescaped(logical.slice(0, end)), unescaped(value)];
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S])|$)/g, (_, code?: string, char?: string) =>
    code !== undefined
      ? String.fromCharCode(Number.parseInt(code, 16))
      : char === undefined
        ? ""
        : (ESCAPES[char] ?? char),
  );
}
