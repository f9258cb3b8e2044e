import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import type { Input } from "../../protocol/schema.js";
import { FrontBench, type TestClient } from "../front.test.support.js";

// A group's life, over real frames, in every version of each API.

const PROPERTIES = { "group.initial.rebalance.delay.ms": "0" };

class Bench extends FrontBench {
  readonly client: TestClient;

  constructor() {
    super(PROPERTIES);
    this.startReplicas();
    this.cluster.createAssigned("orders", [1], [1]);
    this.cluster.createAssigned("__consumer_offsets", [1], [1], [1]);
    this.testPorts.settle();
    this.client = this.connect();
  }

  /** The answer, once the logs have written. */
  ask<A extends Api>(api: A, version: number, body: Input<A["request"]>): ResponseOf<A> {
    this.client.send(api, version, body);
    this.testPorts.settle();
    return this.client.receive(api, version);
  }

  /** The newest version's join of a member alone in its group, and its assignment. */
  member(groupId: string): { memberId: string; generationId: number } {
    const request = joinOf(groupId, 9);
    const { memberId } = this.ask(Apis.JoinGroup, 9, request);
    this.client.send(Apis.JoinGroup, 9, { ...request, memberId });
    this.testPorts.advance(10);
    const { errorCode, generationId } = this.client.receive(Apis.JoinGroup, 9);
    assert.equal(errorCode, 0);
    const assignments = [{ memberId, assignment: new Uint8Array([1, 2, 3]) }];
    this.ask(Apis.SyncGroup, 4, { groupId, memberId, generationId, assignments });
    return { memberId, generationId };
  }

  get ordersId(): string {
    return this.cluster.topic("orders").id;
  }
}

function joinOf(groupId: string, version: number): Input<typeof Apis.JoinGroup.request> {
  return {
    groupId,
    sessionTimeoutMs: 10_000,
    ...(version > 0 ? { rebalanceTimeoutMs: 20_000 } : {}),
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }],
  };
}

function versionsOf(api: Api): number[] {
  return Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, i) => api.minVersion + i);
}

for (const version of versionsOf(Apis.JoinGroup)) {
  test(`JoinGroup v${version}`, () => {
    const bench = new Bench();
    const request = joinOf("g", version);
    let memberId = "";
    if (version >= 4) {
      const first = bench.ask(Apis.JoinGroup, version, request);
      assert.equal(first.errorCode, ErrorCode.MEMBER_ID_REQUIRED);
      memberId = first.memberId;
    }
    bench.client.send(Apis.JoinGroup, version, { ...request, memberId });
    bench.testPorts.advance(10);
    const joined = bench.client.receive(Apis.JoinGroup, version);
    assert.equal(joined.errorCode, 0);
    assert.equal(joined.leader, joined.memberId);
    assert.match(joined.memberId, /^tester-/);
    assert.equal(joined.protocolName, "range");
    assert.equal(joined.protocolType, version >= 7 ? "consumer" : null);
    assert.equal(joined.members.length, 1);
    const refused = bench.ask(Apis.JoinGroup, version, { ...request, sessionTimeoutMs: 1 });
    assert.equal(refused.errorCode, ErrorCode.INVALID_SESSION_TIMEOUT);
    assert.equal(refused.protocolName, version >= 7 ? null : "");
  });
}

for (const version of versionsOf(Apis.SyncGroup)) {
  test(`SyncGroup v${version}`, () => {
    const bench = new Bench();
    const { memberId, generationId } = bench.member("g");
    const names = version >= 5 ? { protocolType: "consumer", protocolName: "range" } : {};
    const synced = bench.ask(Apis.SyncGroup, version, { groupId: "g", memberId, generationId, ...names });
    assert.deepEqual([synced.errorCode, ...synced.assignment], [0, 1, 2, 3]);
    assert.equal(synced.protocolName, version >= 5 ? "range" : null);
    const stale = bench.ask(Apis.SyncGroup, version, { groupId: "g", memberId, generationId: 9, ...names });
    assert.equal(errorName(stale.errorCode), "ILLEGAL_GENERATION");
    if (version < 5) return;
    const other = bench.ask(Apis.SyncGroup, version, {
      groupId: "g",
      memberId,
      generationId,
      ...names,
      protocolName: "x",
    });
    assert.equal(errorName(other.errorCode), "INCONSISTENT_GROUP_PROTOCOL");
    const untold = bench.ask(Apis.SyncGroup, version, { groupId: "g", memberId, generationId });
    assert.equal(errorName(untold.errorCode), "INCONSISTENT_GROUP_PROTOCOL");
  });
}

for (const version of versionsOf(Apis.Heartbeat)) {
  test(`Heartbeat v${version}`, () => {
    const bench = new Bench();
    const { memberId, generationId } = bench.member("g");
    assert.equal(bench.ask(Apis.Heartbeat, version, { groupId: "g", memberId, generationId }).errorCode, 0);
    const { errorCode } = bench.ask(Apis.Heartbeat, version, { groupId: "g", memberId: "x", generationId });
    assert.equal(errorName(errorCode), "UNKNOWN_MEMBER_ID");
  });
}

for (const version of versionsOf(Apis.LeaveGroup)) {
  test(`LeaveGroup v${version}`, () => {
    const bench = new Bench();
    const { memberId } = bench.member("g");
    const request = (id: string) =>
      version >= 3 ? { groupId: "g", members: [{ memberId: id }] } : { groupId: "g", memberId: id };
    const errorOf = (id: string) => {
      const { errorCode, members } = bench.ask(Apis.LeaveGroup, version, request(id));
      return errorName(errorCode || members[0]?.errorCode || 0);
    };
    assert.equal(errorOf("x"), "UNKNOWN_MEMBER_ID");
    assert.equal(errorOf(memberId), "NONE");
    assert.equal(errorOf(memberId), "UNKNOWN_MEMBER_ID");
  });
}

for (const version of versionsOf(Apis.OffsetCommit)) {
  test(`OffsetCommit v${version}`, () => {
    const bench = new Bench();
    const topic = (name: string, topicId: string) => (version >= 10 ? { topicId } : { name });
    const partition = (partitionIndex: number) => ({ partitionIndex, committedOffset: 7, committedMetadata: null });
    const unknownId = "Zm9vYmFyYmF6cXV4AAAAAA";
    const { topics } = bench.ask(Apis.OffsetCommit, version, {
      groupId: "g",
      topics: [
        { ...topic("orders", bench.ordersId), partitions: [partition(1), partition(5), partition(0)] },
        { ...topic("none", unknownId), partitions: [partition(0)] },
      ],
    });
    assert.deepEqual(
      topics.map(({ name, topicId, partitions }) => [
        version >= 10 ? topicId : name,
        partitions.map(({ partitionIndex, errorCode }) => `${partitionIndex} ${errorName(errorCode)}`).sort(),
      ]),
      [
        [version >= 10 ? bench.ordersId : "orders", ["0 NONE", "1 NONE", "5 UNKNOWN_TOPIC_OR_PARTITION"]],
        [version >= 10 ? unknownId : "none", [version >= 10 ? "0 UNKNOWN_TOPIC_ID" : "0 UNKNOWN_TOPIC_OR_PARTITION"]],
      ],
    );
    const stale = bench.ask(Apis.OffsetCommit, version, {
      groupId: "h",
      generationIdOrMemberEpoch: 4,
      memberId: "m",
      topics: [{ ...topic("orders", bench.ordersId), partitions: [partition(0)] }],
    });
    assert.equal(
      errorName(stale.topics[0].partitions[0].errorCode),
      version >= 9 ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION",
    );
  });
}

for (const version of versionsOf(Apis.OffsetFetch)) {
  test(`OffsetFetch v${version}`, () => {
    const bench = new Bench();
    const committed = { partitionIndex: 1, committedOffset: 7, committedLeaderEpoch: 3, committedMetadata: "note" };
    bench.ask(Apis.OffsetCommit, 9, { groupId: "g", topics: [{ name: "orders", partitions: [committed] }] });
    const ask = (all: boolean) => {
      const topic = version >= 10 ? { topicId: bench.ordersId } : { name: "orders" };
      const topics = all ? null : [{ ...topic, partitionIndexes: [0, 1] }];
      const request = version >= 8 ? { groups: [{ groupId: "g", topics }] } : { groupId: "g", topics };
      const response = bench.ask(Apis.OffsetFetch, version, request as Input<typeof Apis.OffsetFetch.request>);
      const [group] = version >= 8 ? response.groups : [{ ...response, groupId: "g" }];
      assert.deepEqual([group.groupId, group.errorCode], ["g", 0]);
      return group.topics.map(({ partitions, ...one }) => [
        "topicId" in one && version >= 10 ? one.topicId : one.name,
        ...partitions.map((each) => [
          each.partitionIndex,
          each.committedOffset,
          each.committedLeaderEpoch,
          each.metadata,
        ]),
      ]);
    };
    const name = version >= 10 ? bench.ordersId : "orders";
    const known = [1, 7, version >= 5 ? 3 : -1, "note"];
    assert.deepEqual(ask(false), [[name, [0, -1, -1, ""], known]]);
    if (version >= 2) assert.deepEqual(ask(true), [[name, known]]);
    if (version < 10) return;
    const [group] = bench.ask(Apis.OffsetFetch, version, {
      groups: [{ groupId: "g", topics: [{ topicId: "Zm9vYmFyYmF6cXV4AAAAAA", partitionIndexes: [0] }] }],
    }).groups;
    assert.equal(errorName(group.topics[0].partitions[0].errorCode), "UNKNOWN_TOPIC_ID");
  });
}

for (const version of versionsOf(Apis.DescribeGroups)) {
  test(`DescribeGroups v${version}`, () => {
    const bench = new Bench();
    const { memberId } = bench.member("g");
    const request = { groups: ["g", "none"], ...(version >= 3 ? { includeAuthorizedOperations: true } : {}) };
    const [group, missing] = bench.ask(Apis.DescribeGroups, version, request).groups;
    assert.deepEqual([group.groupState, group.protocolType, group.protocolData], ["Stable", "consumer", "range"]);
    assert.deepEqual(
      group.members.map((member) => [member.memberId, member.clientId, member.clientHost, ...member.memberAssignment]),
      [[memberId, "tester", "/10.0.0.9", 1, 2, 3]],
    );
    assert.equal(group.authorizedOperations, version >= 3 ? 3400 : -2147483648);
    assert.deepEqual(
      [missing.groupState, missing.errorCode],
      ["Dead", version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : 0],
    );
  });
}

for (const version of versionsOf(Apis.ListGroups)) {
  test(`ListGroups v${version}`, () => {
    const bench = new Bench();
    bench.member("g");
    const filters = {
      ...(version >= 4 ? { statesFilter: ["stable"] } : {}),
      ...(version >= 5 ? { typesFilter: ["classic"] } : {}),
    };
    const { groups } = bench.ask(Apis.ListGroups, version, filters);
    assert.deepEqual(
      groups.map(({ groupId, protocolType, groupState, groupType }) => [groupId, protocolType, groupState, groupType]),
      [["g", "consumer", version >= 4 ? "Stable" : "", version >= 5 ? "classic" : ""]],
    );
  });
}

for (const version of versionsOf(Apis.DeleteGroups)) {
  test(`DeleteGroups v${version}`, () => {
    const bench = new Bench();
    bench.member("g");
    bench.ask(Apis.OffsetCommit, 9, {
      groupId: "s",
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: "" }] }],
    });
    const { results } = bench.ask(Apis.DeleteGroups, version, { groupsNames: ["g", "s", "none", "s"] });
    assert.deepEqual(
      results.map(({ groupId, errorCode }) => [groupId, errorName(errorCode)]),
      [
        ["g", "NON_EMPTY_GROUP"],
        ["s", "NONE"],
        ["none", "GROUP_ID_NOT_FOUND"],
      ],
    );
  });
}

test("OffsetDelete v0", () => {
  const bench = new Bench();
  const partitions = [{ partitionIndex: 0 }, { partitionIndex: 9 }];
  const request = {
    groupId: "s",
    topics: [
      { name: "orders", partitions },
      { name: "none", partitions },
    ],
  };
  assert.equal(errorName(bench.ask(Apis.OffsetDelete, 0, request).errorCode), "GROUP_ID_NOT_FOUND");
  bench.ask(Apis.OffsetCommit, 9, {
    groupId: "s",
    topics: [{ name: "orders", partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: "" }] }],
  });
  const { errorCode, topics } = bench.ask(Apis.OffsetDelete, 0, request);
  assert.equal(errorCode, 0);
  assert.deepEqual(
    topics.map((topic) => [topic.name, ...topic.partitions.map((one) => errorName(one.errorCode))]),
    [
      ["orders", "UNKNOWN_TOPIC_OR_PARTITION", "NONE"],
      ["none", "UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_OR_PARTITION"],
    ],
  );
});

test("as in Apache Kafka, a commit's answer begins with what was refused", () => {
  const bench = new Bench();
  const one = (partitionIndex: number) => ({ partitionIndex, committedOffset: 1, committedMetadata: "" });
  const topics = [
    { name: "orders", partitions: [one(0), one(9)] },
    { name: "none", partitions: [one(0)] },
  ];
  const answer = bench.ask(Apis.OffsetCommit, 9, { groupId: "s", topics });
  assert.deepEqual(
    answer.topics.map(({ name, partitions }) => [name, ...partitions.map((each) => each.partitionIndex)]),
    [
      ["orders", 9, 0],
      ["none", 0],
    ],
  );
});

test("a broker without the group's partition sends clients elsewhere, in every version", () => {
  const bench = new FrontBench(PROPERTIES);
  bench.startReplicas();
  const client = bench.connect();
  for (const api of [Apis.Heartbeat, Apis.SyncGroup, Apis.LeaveGroup] as const) {
    for (const version of versionsOf(api)) {
      const names = api === Apis.SyncGroup && version >= 5 ? { protocolType: "c", protocolName: "p" } : {};
      client.send(api as Api, version, { groupId: "g", ...names });
      bench.testPorts.settle();
      const { errorCode } = client.receive(api as Api, version) as { errorCode: number };
      assert.equal(errorName(errorCode), "NOT_COORDINATOR", `${api.name} v${version}`);
    }
  }
  for (const version of versionsOf(Apis.OffsetFetch)) {
    const topics =
      version >= 10
        ? [{ topicId: "Zm9vYmFyYmF6cXV4AAAAAA", partitionIndexes: [0] }]
        : [{ name: "t", partitionIndexes: [0] }];
    const request = version >= 8 ? { groups: [{ groupId: "g", topics }] } : { groupId: "g", topics };
    client.send(Apis.OffsetFetch, version, request as Input<typeof Apis.OffsetFetch.request>);
    bench.testPorts.settle();
    const { errorCode, groups, topics: flat } = client.receive(Apis.OffsetFetch, version);
    const error = version >= 8 ? groups[0].errorCode : errorCode || flat[0]?.partitions[0].errorCode;
    assert.equal(errorName(error), "NOT_COORDINATOR", `v${version}`);
  }
});
