import assert from "node:assert/strict";
import { test } from "node:test";
import { filesBelow, read } from "./source.js";

const LINES_MAX = 700;

const code = ["src", "test", "bench", "scripts", "examples"].flatMap((folder) =>
  filesBelow(folder, /\.(ts|tsx|mjs|java|py|sh)$/),
);
const prose = [
  ...filesBelow("docs", /\.md$/),
  ...filesBelow(".ci", /./),
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "NOTICE",
];
const settings = filesBelow(".", /^(package|biome|tsconfig.*)\.json$/).filter((path) => !path.includes("/"));
const everything = [...code, ...prose, ...settings];

test("a file fits in a reader's head", () => {
  const long = code
    .map((path) => ({ path, lines: read(path).split("\n").length }))
    .filter(({ lines }) => lines > LINES_MAX);
  assert.deepEqual(long, []);
});

test("nothing names a folder of the machine it was written on", () => {
  // Written in pieces, so that this file does not find itself.
  const personal = new RegExp(`(^|[^\\w.])/(${["work", "home/[a-z]", "root", "Users/[a-z]"].join("|")})/`);
  assert.deepEqual(
    linesThat((line) => personal.test(line)),
    [],
  );
});

test("nothing names a package registry: which one is used is the machine's own setting", () => {
  const hosts = [
    ["registry", "npmjs", "org"],
    ["repo", "maven", "apache", "org"],
    ["repo1", "maven", "org"],
    ["pypi", "org"],
    ["proxy", "golang", "org"],
    ["deb", "debian", "org"],
  ].map((parts) => parts.join("."));
  assert.deepEqual(
    linesThat((line) => hosts.some((host) => line.includes(host))),
    [],
  );
});

test("every skipped test says why", () => {
  const silent =
    /\bskip:\s*true\b|\b(test|it|describe)\.(skip|todo|only)\b|\bskip\(\s*\)|\btodo:\s*true\b|\bonly:\s*true\b/;
  const mine = code.filter((path) => path.endsWith(".test.ts") && !path.endsWith("house/tidy.test.ts"));
  assert.deepEqual(
    linesThat((line) => silent.test(line), mine),
    [],
  );
});

test("the type checker and the linter are not stepped around without a reason on the line", () => {
  const wrong = linesThat((line) => {
    const found = /@ts-(ignore|expect-error|nocheck)|biome-ignore/.exec(line);
    if (found === null || !/^\s*(\/\/|\/\*|\*|\{\/\*)/.test(line)) return false;
    return !/(@ts-[a-z-]+|biome-ignore [\w/]+:?)\s*[:—-]*\s*\S+ \S+/.test(line);
  }, code);
  assert.deepEqual(wrong, []);
});

function linesThat(matches: (line: string) => boolean, paths: readonly string[] = everything): string[] {
  const found: string[] = [];
  for (const path of paths) {
    read(path)
      .split("\n")
      .forEach((line, index) => {
        if (matches(line)) found.push(`${path}:${index + 1}: ${line.trim().slice(0, 120)}`);
      });
  }
  return found;
}
