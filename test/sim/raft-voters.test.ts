import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../src/protocol/apis.js";
import { ErrorCode } from "../../src/protocol/errors.js";
import { Chaos } from "./raft-chaos.js";
import { CLUSTER_ID, type RaftSimNode, RaftWorld } from "./raft-world.js";

function started(seed: number, controllers: number, initialVoters: number): RaftWorld {
  const world = new RaftWorld(seed, { voters: controllers, initialVoters });
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader() !== null, 5000);
  return world;
}

function leaderOf(world: RaftWorld): RaftSimNode {
  const leader = world.leader();
  assert.ok(leader?.raft != null);
  return leader;
}

function add(world: RaftWorld, joiner: RaftSimNode) {
  const listeners = [{ name: "CONTROLLER", host: joiner.machine.address, port: 9093 }];
  const body = {
    clusterId: CLUSTER_ID,
    timeoutMs: 5000,
    voterId: joiner.id,
    voterDirectoryId: joiner.directoryId,
    listeners,
  };
  return world.ask(leaderOf(world), Apis.AddRaftVoter, 1, body);
}

function remove(world: RaftWorld, voter: RaftSimNode) {
  const body = { clusterId: CLUSTER_ID, voterId: voter.id, voterDirectoryId: voter.directoryId };
  return world.ask(leaderOf(world), Apis.RemoveRaftVoter, 0, body);
}

test("a dynamic quorum begins with its first voters; a controller joins, another leaves, the leader too", () => {
  const world = started(1, 4, 3);
  const leader = leaderOf(world);
  assert.deepEqual(leader.raft?.voterIds(), [1, 2, 3]);
  assert.equal(leader.raft?.kraftVersion, 1);
  assert.ok(leader.events.includes("kraft.version 1"));
  const joiner = world.nodes[3];
  world.runUntil(() => joiner.raft !== null && joiner.raft.highWatermark > 0, 5000);
  world.run(1000);

  const added = add(world, joiner);
  world.runUntil(() => added.answer !== null, 5000);
  assert.equal(added.answer?.errorCode ?? 0, ErrorCode.NONE, added.answer?.errorMessage ?? "");
  world.runUntil(() => world.nodes.every((node) => node.raft?.voterIds().length === 4), 2000);
  const again = add(world, joiner);
  assert.equal(again.answer?.errorCode, ErrorCode.DUPLICATE_VOTER);

  const other = world.nodes.find((node) => node !== joiner && node !== leader) as RaftSimNode;
  const removed = remove(world, other);
  world.runUntil(() => removed.answer !== null, 5000);
  assert.equal(removed.answer?.errorCode ?? 0, ErrorCode.NONE);

  const left = remove(world, leader);
  world.runUntil(() => left.answer !== null, 5000);
  assert.equal(left.answer?.errorCode ?? 0, ErrorCode.NONE);
  world.runUntil(() => world.leader() !== null && world.leader() !== leader, 10_000);
  assert.deepEqual(leaderOf(world).raft?.voterIds(), [joiner.id, 10 - leader.id - other.id - joiner.id].sort());
  assert.ok(world.propose() !== null);
  world.run(500);
  assert.equal(leaderOf(world).raft?.highWatermark, leaderOf(world).raft?.logEndOffset);
});

test("voters survive a restart: they are in the log, and in snapshots of it", () => {
  const world = started(2, 4, 3);
  const joiner = world.nodes[3];
  world.run(1000);
  const added = add(world, joiner);
  world.runUntil(() => added.answer !== null, 5000);
  for (let i = 0; i < 20; i++) {
    world.propose(5);
    world.run(20);
  }
  for (const node of world.nodes) {
    const { raft, process } = node;
    assert.ok(raft !== null && process !== null);
    const epoch = raft.log.epochs.epochForOffset(node.next - 1);
    world.simulation.runAs(process, () => assert.ok(raft.writeSnapshot([], node.next, epoch, 0)));
  }
  world.run(1000);
  for (const node of world.nodes) world.stop(node, true);
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader() !== null, 5000);
  for (const node of world.nodes) assert.deepEqual(node.raft?.voterIds(), [1, 2, 3, 4]);
});

test("with auto join a controller becomes a voter by itself, also after it lost its directory", () => {
  const properties = { "controller.quorum.auto.join.enable": "true" };
  const world = new RaftWorld(6, { voters: 4, initialVoters: 3, properties });
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader()?.raft?.voterIds().length === 4, 20_000);
  world.run(1000);
  const lost = world.nodes.find((node) => node !== world.leader()) as RaftSimNode;
  world.stop(lost, false);
  world.wipe(lost);
  world.start(lost);
  const isBack = (): boolean => world.leader()?.raft?.history.voters.find(lost.id)?.directoryId === lost.directoryId;
  world.runUntil(isBack, 30_000);
});

/** Raises kraft.version as the controller does it; why not. */
function upgrade(leader: RaftSimNode, validateOnly = false): string | null {
  const { raft, process, world } = leader;
  assert.ok(raft !== null && process !== null);
  let reason: string | null = "not asked";
  world.simulation.runAs(process, () => {
    reason = raft.voterChanges.upgrade(1, validateOnly);
  });
  return reason;
}

test("a static quorum becomes a dynamic one while it runs: its voters are written down, can be changed, and survive a restart", () => {
  const world = new RaftWorld(7, { voters: 3 });
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader() !== null, 5000);
  const leader = leaderOf(world);
  assert.match(String(upgrade(leader)), /has not told the leader yet/);
  world.runUntil(() => upgrade(leader, true) === null, 20_000);
  assert.equal(leader.raft?.kraftVersion, 0);
  assert.equal(upgrade(leader), null);
  assert.equal(upgrade(leader), null, "once is enough");
  const end = leader.raft?.logEndOffset ?? 0;
  world.runUntil(() => world.nodes.every((node) => (node.raft?.highWatermark ?? 0) >= end), 3000);
  const known = () =>
    world.nodes.map(({ raft }) => raft?.history.voters.voters.map(({ id, directoryId }) => `${id} ${directoryId}`));
  const expected = world.nodes.map(({ id, directoryId }) => `${id} ${directoryId}`);
  for (const node of world.nodes) assert.ok(node.events.includes("kraft.version 1"));
  assert.deepEqual(known(), [expected, expected, expected]);

  const other = world.nodes.find((node) => node !== leader) as RaftSimNode;
  const removed = remove(world, other);
  world.runUntil(() => removed.answer !== null, 5000);
  assert.equal(removed.answer?.errorCode ?? 0, ErrorCode.NONE);
  world.run(2000);
  for (const node of world.nodes) world.stop(node, true);
  for (const node of world.nodes) world.start(node);
  world.runUntil(() => world.leader() !== null, 10_000);
  assert.deepEqual(
    leaderOf(world).raft?.voterIds(),
    world.nodes.filter((node) => node !== other).map(({ id }) => id),
  );
  world.run(2000);
  const back = add(world, other);
  world.runUntil(() => back.answer !== null, 5000);
  assert.equal(back.answer?.errorCode ?? 0, ErrorCode.NONE, back.answer?.errorMessage ?? "");
});

test("while a quorum becomes a dynamic one, and then changes, under faults, nothing committed is lost", () => {
  let upgrades = 0;
  let changes = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const world = new RaftWorld(seed, { voters: 3 });
    for (const node of world.nodes) world.start(node);
    const chaos = new Chaos(world, 20_000);
    const change = (): void => {
      if (world.simulation.nowUs > 18_000_000) return;
      world.later(300 + world.random.below(1000), change);
      const leader = world.leader();
      if (leader?.raft == null || leader.process?.stalled) return;
      if (leader.raft.kraftVersion === 0) {
        if (upgrade(leader) === null) upgrades++;
        return;
      }
      const ids = leader.raft.voterIds();
      const node = world.random.pick(world.nodes);
      if (!ids.includes(node.id)) add(world, node);
      else if (ids.length > 2) remove(world, node);
      if (leader.raft.voterIds() !== ids) changes++;
    };
    world.later(1000, change);
    try {
      chaos.run();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}\n${world.transcript()}`);
    }
  }
  assert.ok(upgrades >= 5, `${upgrades} upgrades`);
  assert.ok(changes > 10, `${changes} changes`);
});

test("changes that Kafka refuses are refused alike", () => {
  const statics = new RaftWorld(3, { voters: 3 });
  for (const node of statics.nodes) statics.start(node);
  statics.runUntil(() => statics.leader() !== null, 5000);
  assert.equal(add(statics, statics.nodes[0]).answer?.errorCode, ErrorCode.UNSUPPORTED_VERSION);
  assert.equal(remove(statics, statics.nodes[0]).answer?.errorCode, ErrorCode.UNSUPPORTED_VERSION);

  const world = started(4, 4, 3);
  const leader = leaderOf(world);
  const follower = world.nodes.find((node) => node !== leader) as RaftSimNode;
  const body = { clusterId: CLUSTER_ID, voterId: 1, voterDirectoryId: world.nodes[0].directoryId };
  const elsewhere = world.ask(follower, Apis.RemoveRaftVoter, 0, body);
  assert.equal(elsewhere.answer?.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const foreign = world.ask(leader, Apis.RemoveRaftVoter, 0, { ...body, clusterId: "another" });
  assert.equal(foreign.answer?.errorCode, ErrorCode.INCONSISTENT_CLUSTER_ID);
  const unknown = world.ask(leader, Apis.RemoveRaftVoter, 0, { ...body, voterId: 9 });
  assert.equal(unknown.answer?.errorCode, ErrorCode.VOTER_NOT_FOUND);
  // One that never fetched has not caught up.
  const stranger = { ...world.nodes[3], directoryId: "AAAAAAAAAAAAAAAAAAAB9w" } as RaftSimNode;
  const lagging = add(world, stranger);
  world.runUntil(() => lagging.answer !== null, 5000);
  assert.equal(lagging.answer?.errorCode, ErrorCode.REQUEST_TIMED_OUT);
});

test("while voters come and go under faults, nothing committed is lost", () => {
  let changes = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const world = new RaftWorld(seed, { voters: 5, initialVoters: 3 });
    for (const node of world.nodes) world.start(node);
    const chaos = new Chaos(world, 20_000);
    const change = (): void => {
      if (world.simulation.nowUs > 18_000_000) return;
      world.later(300 + world.random.below(1500), change);
      const leader = world.leader();
      if (leader?.raft == null || leader.process?.stalled) return;
      const ids = leader.raft.voterIds();
      const node = world.random.pick(world.nodes);
      if (ids.includes(node.id) && ids.length > 2) remove(world, node);
      else if (!ids.includes(node.id)) add(world, node);
      if (leader.raft.voterIds() !== ids) changes++;
    };
    world.later(1000, change);
    try {
      chaos.run();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}\n${world.transcript()}`);
    }
  }
  assert.ok(changes > 25, `${changes} changes`);
});
