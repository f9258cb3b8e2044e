import assert from "node:assert/strict";
import { test } from "node:test";
import { RaftWorld } from "./raft-world.js";

function started(seed: number, voters: number, observers = 0): RaftWorld {
  const world = new RaftWorld(seed, { voters, observers });
  for (const node of world.nodes) world.start(node);
  return world;
}

test("three controllers that start together have a leader within 150 ms", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = started(seed, 3);
    const ms = world.runUntil(() => world.leader() !== null, 5000);
    assert.ok(ms < 150, `seed ${seed} took ${ms} ms\n${world.transcript()}`);
  }
});
