import assert from "node:assert/strict";
import { test } from "node:test";
import { deepEqual } from "./deep-equal.js";
import { PersistentMap } from "./persistent-map.js";

test("plain data is equal when it says the same", () => {
  const value = () => ({
    a: [1, "x", null],
    b: new Uint8Array([1, 2]),
    c: new Map([["k", { d: true }]]),
    n: Number.NaN,
  });
  assert.ok(deepEqual(value(), value()));
  assert.ok(deepEqual(new Map([["a", 1]]), PersistentMap.of([["a", 1] as const])));
});

test("plain data differs when anything does", () => {
  const pairs: [unknown, unknown][] = [
    [1, "1"],
    [null, {}],
    [[1, 2], [1]],
    [[1], { 0: 1 }],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [new Uint8Array([1]), new Uint8Array([2])],
    [new Map([["a", 1]]), new Map([["b", 1]])],
    [new Map([["a", 1]]), { a: 1 }],
  ];
  for (const [a, b] of pairs) {
    assert.equal(deepEqual(a, b), false);
    assert.equal(deepEqual(b, a), false);
  }
});
