import assert from "node:assert/strict";
import { test } from "node:test";
import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { type Api, Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { GROUPS_A_ROUND } from "../lag-rounds.js";
import { lagsOf } from "./group-lags.js";

interface Fake {
  /** What each group committed, by the names of partitions. */
  readonly committed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The end of each topic's partitions, all led by broker 1 where the partition is even and by 2 where it is odd. */
  readonly ends: Readonly<Record<string, readonly number[]>>;
  readonly silent?: number;
  readonly offsetFetch?: number;
  readonly errors?: Readonly<Record<string, number>>;
}

/** Brokers of a cluster, as far as the question needs them; `asked`: each request by the broker that it went to. */
function admin(fake: Fake): { admin: Admin; asked: string[] } {
  const asked: string[] = [];
  const positions = (group: string) =>
    Object.entries(fake.committed[group] ?? {}).map(([name, committedOffset]) => ({
      name: name.slice(0, name.lastIndexOf("-")),
      partitions: [{ partitionIndex: Number(name.slice(name.lastIndexOf("-") + 1)), committedOffset }],
    }));
  const answers = {
    [Apis.OffsetFetch.key]: (request: { groups?: { groupId: string }[]; groupId?: string }) => {
      const groups = (request.groups ?? [{ groupId: request.groupId as string }]).map(({ groupId }) => ({
        groupId,
        errorCode: fake.errors?.[groupId] ?? ErrorCode.NONE,
        topics: positions(groupId),
      }));
      return request.groups === undefined ? groups[0] : { groups };
    },
    [Apis.ListOffsets.key]: (request: { topics: { name: string; partitions: { partitionIndex: number }[] }[] }) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: ErrorCode.NONE,
          offset: fake.ends[name][partitionIndex],
        })),
      })),
    }),
  };
  const found = {
    metadata: async (names: readonly string[]) => ({
      topics: names
        .filter((name) => name in fake.ends)
        .map((name) => ({
          name,
          partitions: fake.ends[name].map((_, partitionIndex) => ({
            partitionIndex,
            leaderId: 1 + (partitionIndex % 2),
          })),
        })),
    }),
    broker: async (id: number) => {
      if (id === fake.silent) throw new Failure(`Broker ${id} is silent.`);
      return {
        versionOf: () => fake.offsetFetch ?? 9,
        call: async (api: Api, request: never) => {
          asked.push(`${api.name} ${id}`);
          return answers[api.key](request);
        },
      };
    },
  };
  return { admin: found as unknown as Admin, asked };
}

test("lag of many groups is one question to each coordinator and one to each leader", async () => {
  const { admin: fake, asked } = admin({
    committed: { a: { "t-0": 10, "t-1": 5 }, b: { "t-0": 90 }, c: {} },
    ends: { t: [100, 50] },
  });
  const lags = await lagsOf(fake, [
    { group: "a", coordinator: 1 },
    { group: "b", coordinator: 2 },
    { group: "c", coordinator: 1 },
  ]);
  assert.deepEqual(lags, [
    { group: "a", lag: 135, partitions: 2, unknown: 0, problem: null },
    { group: "b", lag: 10, partitions: 1, unknown: 0, problem: null },
    { group: "c", lag: 0, partitions: 0, unknown: 0, problem: null },
  ]);
  assert.deepEqual(asked.sort(), ["ListOffsets 1", "ListOffsets 2", "OffsetFetch 1", "OffsetFetch 2"]);
});

test("brokers that take one group at a time are asked for each", async () => {
  const wanted = ["a", "b"].map((group) => ({ group, coordinator: 1 }));
  const { admin: fake, asked } = admin({
    committed: { a: { "t-0": 1 }, b: { "t-0": 2 } },
    ends: { t: [3] },
    offsetFetch: 7,
  });
  assert.deepEqual(
    (await lagsOf(fake, wanted)).map(({ lag }) => lag),
    [2, 1],
  );
  assert.deepEqual(asked, ["OffsetFetch 1", "OffsetFetch 1", "ListOffsets 1"]);
});

test("what is not told is said of the group or the partition that it is about, and of no other", async () => {
  const { admin: fake } = admin({
    committed: { a: { "t-0": 1, "t-1": 1, "gone-0": 7 }, lost: { "t-0": 1 }, moved: { "t-0": 1 } },
    ends: { t: [3, 3] },
    silent: 2,
    errors: { moved: ErrorCode.NOT_COORDINATOR },
  });
  assert.deepEqual(
    await lagsOf(fake, [
      { group: "a", coordinator: 1 },
      { group: "lost", coordinator: 2 },
      { group: "moved", coordinator: 1 },
    ]),
    [
      { group: "a", lag: 2, partitions: 3, unknown: 2, problem: null },
      { group: "lost", lag: 0, partitions: 0, unknown: 0, problem: "Broker 2 is silent." },
      { group: "moved", lag: 0, partitions: 0, unknown: 0, problem: "The coordinator answers NOT_COORDINATOR." },
    ],
  );
});

test("a round is bounded in groups and in partitions; groups beyond it are left for the next", async () => {
  const many = Array.from({ length: GROUPS_A_ROUND + 1 }, (_, index) => ({ group: `g${index}`, coordinator: 1 }));
  const few = admin({ committed: {}, ends: {} });
  assert.equal((await lagsOf(few.admin, many)).length, GROUPS_A_ROUND);
  const partitions = 15_000;
  const wide = (topic: string) =>
    Object.fromEntries(Array.from({ length: partitions }, (_, index) => [`${topic}-${index}`, 0]));
  const ends = { t: new Array<number>(partitions).fill(1), u: new Array<number>(partitions).fill(1) };
  const { admin: fake } = admin({ committed: { a: wide("t"), b: wide("u"), c: { "t-0": 0 } }, ends });
  const wanted = ["a", "b", "c"].map((group) => ({ group, coordinator: 1 }));
  assert.deepEqual(
    (await lagsOf(fake, wanted)).map(({ group }) => group),
    ["a", "c"],
  );
  // One that is beyond the bound by itself would never have its turn.
  const endless = { t: new Array<number>(25_000).fill(1) };
  const wider = Object.fromEntries(endless.t.map((_, index) => [`t-${index}`, 0]));
  const alone = admin({ committed: { a: wider }, ends: endless });
  assert.equal((await lagsOf(alone.admin, [{ group: "a", coordinator: 1 }]))[0]?.lag, 25_000);
});
