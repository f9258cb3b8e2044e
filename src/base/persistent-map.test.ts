import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentMap } from "./persistent-map.js";
import { SeededRandom } from "./random.js";

test("it holds what a map holds, after any sequence, and older versions stay as they were", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed);
    const bound = [5, 40, 3000][seed % 3];
    let map = PersistentMap.empty<string, number>();
    const model = new Map<string, number>();
    let kept = map;
    let keptModel = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const key = `key-${random.below(bound)}`;
      if (random.chance(0.4)) {
        map = map.delete(key);
        model.delete(key);
      } else {
        map = map.set(key, i);
        model.set(key, i);
      }
      if (i === 1500) {
        kept = map;
        keptModel = new Map(model);
      }
    }
    assert.equal(map.size, model.size);
    assert.deepEqual(new Map(map), model);
    assert.equal(kept.size, keptModel.size);
    assert.deepEqual(new Map(kept), keptModel);
  }
});

test("numbers are keys too, negative ones as well", () => {
  const ids = Array.from({ length: 500 }, (_, i) => i * 7 - 300);
  const forwards = PersistentMap.of(ids.map((id) => [id, `v${id}`] as const));
  const backwards = PersistentMap.of(ids.toReversed().map((id) => [id, `v${id}`] as const));
  for (const id of ids) assert.equal(forwards.get(id), `v${id}`);
  assert.deepEqual(new Set(forwards.keys()), new Set(backwards.keys()));
  assert.equal(forwards.has(2), false);
  assert.equal([...forwards.values()].length, 500);
});

test("setting the same value, or deleting what is not there, gives the same map", () => {
  const map = PersistentMap.of<string, number>([["a", 1]]);
  assert.equal(map.set("a", 1), map);
  assert.equal(map.delete("b"), map);
  assert.equal(map.delete("a"), PersistentMap.empty());
});

test("keys whose hashes collide are told apart", () => {
  // FNV-1a, as the map uses it: these pairs collide in all 32 bits.
  const pairs = ["costarring", "liquid", "declinate", "macallums", "altarage", "zinke"];
  const map = PersistentMap.of(pairs.map((key, i) => [key, i] as const));
  assert.equal(map.size, pairs.length);
  for (let i = 0; i < pairs.length; i++) assert.equal(map.get(pairs[i]), i);
  assert.equal(map.delete("liquid").get("costarring"), 0);
});
