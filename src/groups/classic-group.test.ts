import assert from "node:assert/strict";
import { test } from "node:test";
import { assignmentOf, errorOf, GroupLab, type LabMember } from "./testing/group-lab.js";

/** Joins them all as a new group and hands out the assignments. The first leads. */
function stable(lab: GroupLab, ...members: LabMember[]): void {
  const joins = members.map((member) => member.join());
  lab.advance(members.length > 1 ? 6_000 : 3_000);
  assert.deepEqual(
    joins.map(errorOf),
    members.map(() => "NONE"),
  );
  sync(members);
}

/** Everybody syncs, the leader last; what each got. */
function sync(members: readonly LabMember[]): (string | undefined)[] {
  const [leader, ...others] = members;
  const parts = Object.fromEntries(members.map(({ memberId }, i) => [memberId, `part ${i}`]));
  const waiting = others.map((member) => member.sync());
  const first = leader.sync(parts);
  return [first, ...waiting].map(assignmentOf);
}

test("a new group waits for others to turn up, then its leader assigns", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  const joinA = a.join();
  assert.match(a.memberId, /^a-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(lab.stateOf("g"), "PreparingRebalance");
  lab.advance(2_000);
  const joinB = b.join();
  lab.advance(2_000);
  assert.equal(errorOf(joinA), undefined, "the delay begins anew when somebody joins");
  lab.advance(2_500);
  assert.deepEqual([errorOf(joinA), errorOf(joinB)], ["NONE", "NONE"]);
  assert.equal(joinA.value?.leader, a.memberId);
  assert.equal(joinA.value?.generationId, 1);
  assert.equal(joinA.value?.protocolName, "range");
  assert.deepEqual(
    joinA.value?.members?.map(({ memberId }) => memberId),
    [a.memberId, b.memberId],
  );
  assert.deepEqual(joinB.value?.members, [], "only the leader learns of the others");
  assert.equal(lab.stateOf("g"), "CompletingRebalance");

  const syncB = b.sync();
  assert.equal(assignmentOf(syncB), undefined, "a follower waits for the leader");
  const syncA = a.sync({ [a.memberId]: "orders 0", [b.memberId]: "orders 1" });
  assert.deepEqual([assignmentOf(syncA), assignmentOf(syncB)], ["orders 0", "orders 1"]);
  assert.equal(lab.stateOf("g"), "Stable");
  assert.deepEqual([a.heartbeat(), b.heartbeat()], ["NONE", "NONE"]);
});

test("before version 4 a member needs no second request", () => {
  const lab = new GroupLab();
  const old = lab.member("old", { version: 3 });
  const join = old.join();
  lab.advance(3_000);
  assert.equal(errorOf(join), "NONE");
});

test("a member whose session ends goes, and the others rebalance", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  stable(lab, a, b);
  lab.advance(9_000);
  assert.equal(a.heartbeat(), "NONE");
  lab.advance(1_500);
  assert.equal(lab.stateOf("g"), "PreparingRebalance");
  assert.equal(a.heartbeat(), "REBALANCE_IN_PROGRESS");
  const join = a.join();
  assert.equal(errorOf(join), "NONE", "nobody else is waited for");
  assert.equal(join.value?.generationId, 2);
  assert.deepEqual(sync([a]), ["part 0"]);
  assert.equal(b.heartbeat(), "UNKNOWN_MEMBER_ID");
  assert.equal(b.commit("orders", { 0: 7 }), "UNKNOWN_MEMBER_ID");
});

test("a broker that stood still does not take its members for dead", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  stable(lab, a, b);
  lab.logs.ports.loop.stalledMs = () => 60_000;
  lab.logs.ports.advance(60_000);
  lab.logs.settle();
  assert.equal(lab.stateOf("g"), "Stable");
  assert.deepEqual([a.heartbeat(), b.heartbeat()], ["NONE", "NONE"]);
});

test("a heartbeat that had arrived counts, though its deadline was over before it was read", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  stable(lab, a);
  const { ports } = lab.logs;
  ports.clock.moveTo(ports.clock.monotonic + 10_000);
  // The timer rings first; then the same turn reads the socket.
  while ((ports.timers.nextDue() ?? Number.POSITIVE_INFINITY) <= ports.clock.monotonic) ports.timers.fireOne();
  assert.equal(a.heartbeat(), "NONE");
  assert.equal(lab.stateOf("g"), "Stable");
});

test("who joins a stable group makes it rebalance; who does not join again is out", () => {
  const lab = new GroupLab();
  const [a, b, c] = [lab.member("a"), lab.member("b", { sessionMs: 60_000 }), lab.member("c")];
  stable(lab, a, b);
  const joinC = c.join();
  assert.equal(a.heartbeat(), "REBALANCE_IN_PROGRESS");
  const joinA = a.join();
  assert.deepEqual([joinA.value, joinC.value], [undefined, undefined], "b is waited for");
  lab.advance(30_000);
  assert.deepEqual([errorOf(joinA), errorOf(joinC)], ["NONE", "NONE"]);
  assert.deepEqual(
    joinA.value?.members?.map(({ memberId }) => memberId),
    [a.memberId, c.memberId],
  );
  assert.equal(b.heartbeat(), "UNKNOWN_MEMBER_ID");
});

test("members that send no SyncGroup are out after the rebalance timeout", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a", { rebalanceMs: 8_000 }), lab.member("b", { rebalanceMs: 8_000 })];
  const joins = [a.join(), b.join()];
  lab.advance(6_000);
  assert.deepEqual(joins.map(errorOf), ["NONE", "NONE"]);
  const syncA = a.sync({ [a.memberId]: "x", [b.memberId]: "y" });
  assert.equal(assignmentOf(syncA), "x");
  lab.advance(4_000);
  a.heartbeat();
  b.heartbeat();
  lab.advance(4_100);
  assert.equal(lab.stateOf("g"), "PreparingRebalance");
  assert.equal(b.heartbeat(), "UNKNOWN_MEMBER_ID");
});

test("a leader that goes while it assigns: another one leads", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  const joins = [a.join(), b.join()];
  lab.advance(6_000);
  assert.deepEqual(joins.map(errorOf), ["NONE", "NONE"]);
  const syncB = b.sync();
  assert.equal(a.leave(), "NONE");
  assert.equal(assignmentOf(syncB), "REBALANCE_IN_PROGRESS");
  const join = b.join();
  assert.equal(join.value?.leader, b.memberId);
  assert.equal(join.value?.generationId, 2);
  assert.deepEqual(sync([b]), ["part 0"]);
});

test("leaving: the last one leaves an empty group, which keeps its positions", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  stable(lab, a);
  assert.equal(a.commit("orders", { 0: 42 }), "NONE");
  assert.equal(a.leave(), "NONE");
  assert.equal(lab.stateOf("g"), "Empty");
  assert.equal(a.leave(), "UNKNOWN_MEMBER_ID");
  assert.deepEqual(lab.positions("g"), { "orders-0": 42 });
});

test("a static member that starts again keeps its assignment, without a rebalance, and fences its old self", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one" });
  const b = lab.member("b", { instanceId: "two" });
  stable(lab, a, b);
  const again = lab.member("b", { instanceId: "two" });
  const join = again.join();
  assert.equal(errorOf(join), "NONE");
  assert.equal(join.value?.generationId, 1);
  assert.notEqual(again.memberId, b.memberId);
  assert.equal(join.value?.leader, a.memberId);
  assert.equal(assignmentOf(again.sync()), "part 1");
  assert.equal(lab.stateOf("g"), "Stable");
  assert.equal(b.heartbeat(), "FENCED_INSTANCE_ID");
  assert.equal(b.commit("orders", { 0: 1 }), "FENCED_INSTANCE_ID");
  assert.equal(errorOf(b.join()), "FENCED_INSTANCE_ID");
});

test("a static leader that starts again is told that there is nothing to assign", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one" });
  const b = lab.member("b", { instanceId: "two" });
  stable(lab, a, b);
  const again = lab.member("a", { instanceId: "one" });
  const join = again.join();
  assert.equal(join.value?.skipAssignment, true);
  assert.equal(join.value?.leader, again.memberId);
  assert.equal(join.value?.members?.length, 2);
  assert.equal(assignmentOf(again.sync()), "part 0");
  // Before version 9 it cannot be told so: another is named as leader.
  const old = lab.member("a", { instanceId: "one", version: 8 });
  const oldJoin = old.join();
  assert.equal(oldJoin.value?.skipAssignment, false);
  assert.deepEqual(oldJoin.value?.members, []);
  assert.notEqual(oldJoin.value?.leader, old.memberId);
});

test("a static member stays away for less than its session: nobody rebalances; an administrator can remove it", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one", sessionMs: 40_000 });
  const b = lab.member("b", { instanceId: "two", sessionMs: 40_000 });
  stable(lab, a, b);
  lab.advance(35_000);
  assert.equal(a.heartbeat(), "NONE");
  assert.equal(lab.stateOf("g"), "Stable");
  const removal = lab.member("admin", { instanceId: "two" });
  assert.equal(removal.leave(), "NONE");
  assert.equal(lab.stateOf("g"), "PreparingRebalance");
});

test("cooperative: two rebalances, and no partition is with two members", () => {
  const lab = new GroupLab();
  const protocols = ["cooperative-sticky", "range"];
  const [a, b] = [lab.member("a", { protocols }), lab.member("b", { protocols })];
  const first = a.join();
  lab.advance(3_000);
  assert.equal(first.value?.protocolName, "cooperative-sticky");
  const assigned = { a: assignmentOf(a.sync({ [a.memberId]: "0,1" })) ?? "", b: "" };
  // b joins: the leader takes 1 from a, and gives it to nobody yet.
  const joinB = b.join();
  const joinA = a.join();
  assert.deepEqual([joinA.value?.generationId, joinB.value?.generationId], [2, 2]);
  const waiting = b.sync();
  assigned.a = assignmentOf(a.sync({ [a.memberId]: "0", [b.memberId]: "" })) ?? "";
  assigned.b = assignmentOf(waiting) ?? "";
  assert.deepEqual(assigned, { a: "0", b: "" });
  // a, having given 1 up, joins again, and now b gets it.
  const second = a.join();
  assert.equal(b.heartbeat(), "REBALANCE_IN_PROGRESS");
  b.join();
  assert.equal(second.value?.generationId, 3);
  const lastB = b.sync();
  const lastA = a.sync({ [a.memberId]: "0", [b.memberId]: "1" });
  assert.deepEqual([assignmentOf(lastA), assignmentOf(lastB)], ["0", "1"]);
});

test("the protocol is one that all can do, and most like best", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { protocols: ["range", "roundrobin", "sticky"] });
  const b = lab.member("b", { protocols: ["sticky", "roundrobin"] });
  const c = lab.member("c", { protocols: ["sticky", "roundrobin", "range"] });
  const joins = [a.join(), b.join(), c.join()];
  lab.advance(9_000);
  assert.deepEqual(
    joins.map(({ value }) => value?.protocolName),
    ["sticky", "sticky", "sticky"].map((name, i) => (i === 0 ? joins[0].value?.protocolName : name)),
  );
  assert.equal(joins[0].value?.protocolName, "sticky");
  const stranger = lab.member("d", { protocols: ["mine"] });
  assert.equal(errorOf(stranger.join()), "INCONSISTENT_GROUP_PROTOCOL");
});

test("a group takes no more than group.max.size", () => {
  const lab = new GroupLab({ "group.max.size": "2" });
  const [a, b, c] = [lab.member("a"), lab.member("b"), lab.member("c")];
  stable(lab, a, b);
  assert.equal(errorOf(c.join()), "GROUP_MAX_SIZE_REACHED");
  assert.equal(lab.stateOf("g"), "Stable");
});

test("what is refused outright", () => {
  const lab = new GroupLab();
  assert.equal(errorOf(lab.member("a", { group: "" }).join()), "INVALID_GROUP_ID");
  assert.equal(errorOf(lab.member("a", { sessionMs: 5_999 }).join()), "INVALID_SESSION_TIMEOUT");
  assert.equal(errorOf(lab.member("a", { sessionMs: 1_800_001 }).join()), "INVALID_SESSION_TIMEOUT");
  assert.equal(errorOf(lab.member("a", { protocols: [] }).join()), "INCONSISTENT_GROUP_PROTOCOL");
  const ghost = lab.member("a", { group: "nothing" });
  ghost.memberId = "ghost";
  assert.equal(errorOf(ghost.join()), "UNKNOWN_MEMBER_ID");
  assert.equal(ghost.heartbeat(), "UNKNOWN_MEMBER_ID");
  assert.equal(assignmentOf(ghost.sync()), "UNKNOWN_MEMBER_ID");
  assert.equal(ghost.leave(), "UNKNOWN_MEMBER_ID");
});

test("requests of another generation are refused, and so are positions", () => {
  const lab = new GroupLab();
  const [a, b] = [lab.member("a"), lab.member("b")];
  stable(lab, a, b);
  const stale = a.generation;
  a.join();
  assert.equal(lab.stateOf("g"), "PreparingRebalance");
  b.join();
  assert.equal(a.generation, stale + 1);
  const current = a.generation;
  assert.equal(a.commit("orders", { 0: 1 }), "REBALANCE_IN_PROGRESS", "it has not got its part yet");
  a.generation = stale;
  assert.equal(a.heartbeat(), "ILLEGAL_GENERATION");
  assert.equal(a.commit("orders", { 0: 1 }), "ILLEGAL_GENERATION");
  assert.equal(assignmentOf(a.sync()), "ILLEGAL_GENERATION");
  a.generation = current;
  assert.deepEqual(lab.positions("g"), {});
});

test("a member that asks again while it waits is answered once, and its old request, too", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  const first = a.join();
  const second = a.join();
  assert.equal(errorOf(first), "REBALANCE_IN_PROGRESS");
  lab.advance(3_000);
  assert.equal(errorOf(second), "NONE");
});

test("groups as they are listed and described", () => {
  const lab = new GroupLab();
  const a = lab.member("a", { instanceId: "one" });
  stable(lab, a);
  lab.commit("simple", "orders", { 0: 1 });
  const { groups } = lab.coordinator.list([], []);
  assert.deepEqual(
    groups.map(({ groupId, groupState, groupType, protocolType }) => [groupId, groupState, groupType, protocolType]),
    [
      ["g", "Stable", "classic", "consumer"],
      ["simple", "Empty", "classic", ""],
    ],
  );
  const names = (states: string[], types: string[]) =>
    lab.coordinator.list(states, types).groups.map(({ groupId }) => groupId);
  assert.deepEqual(names(["stable"], []), ["g"]);
  assert.deepEqual(names([" EMPTY "], ["Classic"]), ["simple"]);
  assert.deepEqual(names([], ["consumer"]), []);
  const [described] = lab.coordinator.describe(["g"], 5);
  assert.equal(described.protocolData, "range");
  assert.deepEqual(
    described.members.map(({ memberId, groupInstanceId, clientId, clientHost }) => [
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
    ]),
    [[a.memberId, "one", "a", "/127.0.0.1"]],
  );
  assert.equal(String.fromCharCode(...described.members[0].memberAssignment), "part 0");
  const states = [5, 6].map((version) => {
    const [missing] = lab.coordinator.describe(["nothing"], version);
    return [missing.groupState, missing.errorCode];
  });
  assert.deepEqual(states, [
    ["Dead", 0],
    ["Dead", 69],
  ]);
});
