import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { ErrorCode } from "../protocol/errors.js";
import { assignmentOf, errorOf, GroupLab, type LabMember } from "./testing/group-lab.js";

/** A group of two in its first generation; a leads. */
function pair(lab: GroupLab, sessionMs = 10_000): [LabMember, LabMember] {
  const [a, b] = [lab.member("a", { sessionMs }), lab.member("b", { sessionMs })];
  a.join();
  b.join();
  lab.advance(6_000);
  b.sync();
  a.sync({ [a.memberId]: "0", [b.memberId]: "1" });
  return [a, b];
}

test("another broker takes over: members go on with the same generation, and positions are there", () => {
  const lab = new GroupLab();
  const [a, b] = pair(lab);
  a.commit("orders", { 0: 42 });
  lab.moveAway();
  assert.equal(lab.stateOf("g"), "Stable");
  assert.deepEqual([a.heartbeat(), b.heartbeat()], ["NONE", "NONE"]);
  assert.equal(assignmentOf(b.sync()), "1");
  assert.deepEqual(lab.positions("g"), { "orders-0": 42 });
  assert.equal(a.commit("orders", { 0: 43 }), "NONE");
  lab.advance(9_000);
  a.heartbeat();
  lab.advance(2_000);
  assert.equal(b.heartbeat(), "UNKNOWN_MEMBER_ID", "sessions go on, too");
});

test("whoever waits when the broker loses the partition is sent elsewhere", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  const join = a.join();
  lab.logs.resign(0);
  assert.equal(errorOf(join), "NOT_COORDINATOR");
  assert.equal(a.heartbeat(), "NOT_COORDINATOR");
  assert.equal(lab.positions("g"), "NOT_COORDINATOR");
  assert.equal(lab.commit("g", "orders", { 0: 1 }), "NOT_COORDINATOR");
  assert.equal(lab.stateOf("g"), "NOT_COORDINATOR");
  assert.deepEqual(lab.coordinator.list([], []).groups, []);
});

test("a follower that waits for its part when the partition goes is sent elsewhere; the next leader knows of nothing", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  a.join();
  b.join();
  lab.advance(6_000);
  const sync = b.sync();
  lab.logs.resign(0);
  assert.equal(assignmentOf(sync), "NOT_COORDINATOR");
  lab.lead();
  assert.equal(lab.stateOf("g"), "Empty");
  assert.equal(b.heartbeat(), "UNKNOWN_MEMBER_ID");
});

test("no answer before it is committed: not to a commit, nor to whoever reads after it", () => {
  const lab = new GroupLab();
  lab.commit("s", "orders", { 0: 1 });
  lab.logs.commitsByItself = false;
  assert.equal(lab.commit("s", "orders", { 0: 2 }), "nothing");
  assert.equal(lab.positions("s"), "nothing");
  lab.logs.commit();
  assert.deepEqual(lab.positions("s"), { "orders-0": 2 });
});

test("what cannot be committed in time is not answered with success; it may count all the same", () => {
  const lab = new GroupLab();
  lab.logs.commitsByItself = false;
  let answer = -1;
  const request = { groupId: "s", memberId: "", generationIdOrMemberEpoch: -1, groupInstanceId: null };
  const topics = [
    {
      name: "orders",
      topicId: "AAAAAAAAAAAAAAAAAAAAAA",
      partitions: [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: null }],
    },
  ];
  lab.coordinator.commitOffsets(9, { ...request, retentionTimeMs: -1, topics }, (error) => {
    answer = error;
  });
  lab.advance(4_900);
  assert.equal(answer, -1);
  lab.advance(200);
  assert.equal(answer, ErrorCode.COORDINATOR_NOT_AVAILABLE);
});

test("too few replicas: nothing is taken, and nothing changes", () => {
  const lab = new GroupLab();
  const [a, b] = pair(lab);
  a.commit("orders", { 0: 1 });
  lab.logs.refusal = ErrorCode.NOT_ENOUGH_REPLICAS;
  assert.equal(a.commit("orders", { 0: 2 }), "COORDINATOR_NOT_AVAILABLE");
  assert.deepEqual(lab.positions("g"), { "orders-0": 1 });
  assert.deepEqual([a.heartbeat(), b.heartbeat()], ["NONE", "NONE"]);
  assert.equal(lab.deleteGroup("g"), "NON_EMPTY_GROUP");
  // An assignment that cannot be written is not handed out: the group rebalances until it can be.
  a.join();
  b.join();
  const syncB = b.sync();
  const syncA = a.sync({ [a.memberId]: "0", [b.memberId]: "1" });
  assert.deepEqual(
    [assignmentOf(syncA), assignmentOf(syncB)],
    ["COORDINATOR_NOT_AVAILABLE", "COORDINATOR_NOT_AVAILABLE"],
  );
  lab.logs.refusal = 0;
  a.join();
  b.join();
  b.sync();
  assert.equal(assignmentOf(a.sync({ [a.memberId]: "0", [b.memberId]: "1" })), "0");
});

test("a group that could not be written down does not linger", () => {
  const lab = new GroupLab();
  lab.logs.refusal = ErrorCode.NOT_ENOUGH_REPLICAS;
  const a = lab.member("a", { version: 3 });
  assert.equal(errorOf(a.join()), "COORDINATOR_NOT_AVAILABLE");
  assert.equal(lab.stateOf("g"), "GROUP_ID_NOT_FOUND");
  lab.logs.refusal = 0;
  const join = a.join();
  lab.advance(3_000);
  assert.equal(errorOf(join), "NONE");
});

test("a batch that the log refuses after all: the state goes back to the log's", () => {
  const lab = new GroupLab();
  const [a, b] = pair(lab, 30_000);
  a.commit("orders", { 0: 1 });
  lab.logs.nextAppendError = ErrorCode.KAFKA_STORAGE_ERROR;
  assert.equal(a.commit("orders", { 0: 2 }), "NOT_COORDINATOR");
  assert.equal(lab.positions("g"), "COORDINATOR_LOAD_IN_PROGRESS");
  assert.equal(b.heartbeat(), "NONE", "while it loads nobody is missed");
  lab.advance(1_100);
  assert.deepEqual(lab.positions("g"), { "orders-0": 1 });
  assert.deepEqual([a.heartbeat(), b.heartbeat()], ["NONE", "NONE"]);
});

test("a static member whose new id could not be written keeps its old one", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one" });
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  lab.logs.refusal = ErrorCode.NOT_ENOUGH_REPLICAS;
  const again = lab.member("a", { instanceId: "one" });
  assert.equal(errorOf(again.join()), "COORDINATOR_NOT_AVAILABLE");
  assert.equal(a.heartbeat(), "NONE");
  assert.equal(lab.stateOf("g"), "Stable");
});

test("a new coordinator hands out no assignment that it only has in its log: it may be lost yet", () => {
  const lab = new GroupLab();
  const [a, b] = pair(lab);
  lab.logs.commitsByItself = false;
  a.join();
  b.join();
  b.sync();
  assert.equal(assignmentOf(a.sync({ [a.memberId]: "2", [b.memberId]: "3" })), undefined);
  lab.moveAway();
  assert.equal(lab.stateOf("g"), "Stable");
  const sync = b.sync();
  assert.equal(assignmentOf(sync), undefined);
  lab.logs.commit();
  assert.equal(assignmentOf(sync), "3");
});

/** Two members whose assignment is in the log of a new coordinator, where it is not committed yet. */
function takenOver(): { lab: GroupLab; a: LabMember; b: LabMember } {
  const lab = new GroupLab();
  const [a, b] = pair(lab, 30_000);
  lab.logs.commitsByItself = false;
  a.join();
  b.join();
  b.sync();
  a.sync({ [a.memberId]: "2", [b.memberId]: "3" });
  lab.moveAway();
  return { lab, a, b };
}

test("who asks a new coordinator for an assignment that is not committed in time is sent elsewhere", () => {
  const { lab, a, b } = takenOver();
  const [overdue, waiting] = [b.sync(), a.sync()];
  lab.advance(5_100);
  assert.equal(assignmentOf(overdue), "COORDINATOR_NOT_AVAILABLE");
  assert.equal(assignmentOf(waiting), "COORDINATOR_NOT_AVAILABLE");
  const lost = b.sync();
  lab.logs.resign(0);
  assert.equal(assignmentOf(lost), "NOT_COORDINATOR");
});

test("a rebalance that begins while a member waits for its committed assignment calls it back", () => {
  const { lab, a, b } = takenOver();
  const sync = b.sync();
  a.join();
  lab.logs.commit();
  assert.equal(assignmentOf(sync), "REBALANCE_IN_PROGRESS");
});

test("a static member whose new id is written, but not committed in time, has it all the same: memory says what the log says", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one", sessionMs: 30_000 });
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  lab.logs.commitsByItself = false;
  const again = lab.member("a", { instanceId: "one", sessionMs: 30_000 });
  const join = again.join();
  lab.advance(5_100);
  assert.equal(errorOf(join), "COORDINATOR_NOT_AVAILABLE");
  lab.logs.commitsByItself = true;
  lab.logs.settle();
  assert.equal(a.heartbeat(), "FENCED_INSTANCE_ID");
  const before = lasting(lab);
  lab.moveAway();
  assert.deepEqual(lasting(lab), before);
  // The client asks again, and has its part.
  assert.equal(errorOf(again.join()), "NONE");
  assert.equal(assignmentOf(again.sync()), "0");
});

test("a group whose first record is not committed in time is there, without members: the log has it", () => {
  const lab = new GroupLab({ "group.initial.rebalance.delay.ms": "10000" });
  lab.logs.commitsByItself = false;
  const a = lab.member("a", { version: 3 });
  const join = a.join();
  lab.advance(5_100);
  assert.equal(errorOf(join), "COORDINATOR_NOT_AVAILABLE");
  lab.logs.commitsByItself = true;
  lab.logs.settle();
  assert.equal(lab.stateOf("g"), "Empty");
  lab.moveAway();
  assert.equal(lab.stateOf("g"), "Empty");
});

test("the same broker leads in the next epoch, nobody in between: who waits goes on waiting", () => {
  const lab = new GroupLab();
  const join = lab.member("a").join();
  lab.lead();
  assert.equal(errorOf(join), undefined);
  lab.advance(3_000);
  assert.equal(errorOf(join), "NONE");
});

test("live state equals the replayed log, whatever groups went through", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const lab = new GroupLab({
      "group.initial.rebalance.delay.ms": "0",
      "offsets.retention.check.interval.ms": "20000",
    });
    live(lab, new SeededRandom(seed));
    const before = lasting(lab);
    lab.moveAway();
    const after = lasting(lab);
    for (const [groupId, state] of before.groups) {
      // In the middle of a rebalance the log has the generation before.
      if (state.startsWith("Stable") || state.startsWith("Empty")) {
        assert.equal(after.groups.get(groupId), state, `seed ${seed}`);
      }
    }
    assert.deepEqual(after.positions, before.positions, `seed ${seed}`);
    assert.deepEqual([...after.groups.keys()].sort(), [...before.groups.keys()].sort(), `seed ${seed}`);
  }
});

/** Members of three groups come, go, sync, commit and fall silent at random. */
function live(lab: GroupLab, random: SeededRandom): void {
  const groups = ["g1", "g2", "g3"];
  const members: LabMember[] = [];
  for (let step = 0; step < 120; step++) {
    const group = random.pick(groups);
    const own = members.filter((member) => member.options.group === group);
    const member = own.length === 0 ? null : random.pick(own);
    switch (random.below(9)) {
      case 0:
      case 1: {
        const instanceId = random.chance(0.3) ? `${group}-static-${random.below(2)}` : null;
        const protocols = random.chance(0.5) ? ["range", "sticky"] : ["range"];
        const fresh = lab.member(`c${step}`, { group, instanceId, protocols, sessionMs: 8_000, rebalanceMs: 6_000 });
        members.push(fresh);
        fresh.join();
        break;
      }
      case 2:
        member?.join();
        break;
      case 3:
      case 4:
        for (const one of own) if (random.chance(0.8)) one.join();
        for (const one of own) one.sync(Object.fromEntries(own.map((other) => [other.memberId, `${step}`])));
        break;
      case 5:
        member?.commit("orders", { [random.below(3)]: step });
        break;
      case 6:
        if (random.chance(0.3)) member?.leave();
        else lab.commit(group, "bills", { 0: step });
        break;
      case 7:
        if (random.chance(0.2)) lab.deleteGroup(group);
        break;
      default:
        lab.advance(random.below(3_000));
        for (const one of own) if (random.chance(0.8)) one.heartbeat();
    }
  }
}

function lasting(lab: GroupLab): { groups: Map<string, string>; positions: Record<string, unknown> } {
  const ids = lab.coordinator.list([], []).groups.map(({ groupId }) => groupId);
  const groups = new Map<string, string>();
  const positions: Record<string, unknown> = {};
  for (const group of lab.coordinator.describe(ids, 6)) {
    const members = group.members.map(({ memberId, groupInstanceId, memberMetadata, memberAssignment, clientId }) =>
      [memberId, groupInstanceId, clientId, memberMetadata.join(), memberAssignment.join()].join("/"),
    );
    groups.set(group.groupId, [group.groupState, group.protocolType, group.protocolData, ...members].join(" "));
    positions[group.groupId] = lab.positions(group.groupId);
  }
  return { groups, positions };
}
