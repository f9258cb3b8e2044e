import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProperties } from "./properties.js";

function read(text: string): Record<string, string> {
  return Object.fromEntries([...parseProperties(text)].map(([name, { value }]) => [name, value]));
}

test("names end at =, : or blanks, and blanks around them do not count", () => {
  assert.deepEqual(read("a=1\nb:2\nc 3\nd = 4\n  e\t:\t5  \nf=\ng\nh==7\ni = : 8"), {
    a: "1",
    b: "2",
    c: "3",
    d: "4",
    e: "5  ",
    f: "",
    g: "",
    h: "=7",
    i: ": 8",
  });
});

test("comments and empty lines are left out, also those that end in a backslash", () => {
  assert.deepEqual(read("# a=1\n! b=2\n\n   # c=3\\\nd=4 # not a comment\n"), { d: "4 # not a comment" });
});

test("a backslash at the end goes on in the next line, whose indent does not count", () => {
  assert.deepEqual(read("listeners=PLAINTEXT://:9092,\\\n    CONTROLLER://:9093\nb=x\\\\\nc=y\\"), {
    listeners: "PLAINTEXT://:9092,CONTROLLER://:9093",
    b: "x\\",
    c: "y",
  });
});

test("escapes stand for themselves, for control characters, and for code units", () => {
  assert.deepEqual(read("a\\ b\\=c=d\\te\\n\\u00e9\\q"), { "a b=c": "d\te\né" + "q" });
});

test("of a name that comes again the last counts, with its line", () => {
  const properties = parseProperties("a=1\r\nb=2\\\r\n3\r\na=4\rc=5");
  assert.deepEqual(
    [...properties],
    [
      ["b", { value: "23", line: 2 }],
      ["a", { value: "4", line: 4 }],
      ["c", { value: "5", line: 5 }],
    ],
  );
});
