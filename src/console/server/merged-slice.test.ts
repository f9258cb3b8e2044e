import assert from "node:assert/strict";
import { test } from "node:test";
import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { EARLIEST, LATEST } from "../../cluster/partition-offsets.js";
import { recordPorts } from "../../cluster/record-ports.js";
import { type Api, Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { buildBatch } from "../../protocol/records/builder.js";
import { MERGED_MAX } from "../shapes.js";
import { mergedSlice, searchRange } from "./merged-slice.js";

const LEADERS = 3;
const MAX_TIMESTAMP = -3;
const ports = await recordPorts();
const showing = { ports, registry: null, shownBytes: 100 };

interface ListOffsetsRequest {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly timestamp: number }[];
  }[];
}
interface FetchRequest {
  readonly topics: readonly {
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: number }[];
  }[];
}

/** Three brokers with a topic of which each partition holds one record for each of its timestamps, in a batch of its own. */
function cluster(timestamps: readonly (readonly number[])[], without: { leader?: number; partition?: number } = {}) {
  const fetched: number[] = [];
  let listed = 0;
  const offsetAt = (partition: number, timestamp: number) => {
    const times = timestamps[partition];
    if (timestamp === EARLIEST) return { offset: 0, timestamp: -1 };
    if (timestamp === LATEST) return { offset: times.length, timestamp: -1 };
    const offset = times.findIndex((each) =>
      timestamp === MAX_TIMESTAMP ? each === Math.max(...times) : each >= timestamp,
    );
    return { offset, timestamp: times[offset] ?? -1 };
  };
  const answers = {
    [Apis.ListOffsets.key]: ({ topics }: ListOffsetsRequest) => {
      listed++;
      return {
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, timestamp }) => ({
            partitionIndex,
            errorCode: ErrorCode.NONE,
            ...offsetAt(partitionIndex, timestamp),
          })),
        })),
      };
    },
    [Apis.Fetch.key]: ({ topics: [{ partitions }] }: FetchRequest) => {
      fetched.push(partitions.length);
      return {
        errorCode: ErrorCode.NONE,
        responses: [
          {
            partitions: partitions.map(({ partition, fetchOffset }) => ({
              partitionIndex: partition,
              errorCode: partition === without.partition ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE,
              records: batchOf(timestamps[partition], fetchOffset),
            })),
          },
        ],
      };
    },
  };
  const admin = {
    metadata: async () => ({
      topics: [
        {
          name: "t",
          errorCode: ErrorCode.NONE,
          partitions: timestamps.map((_, partitionIndex) => ({ partitionIndex, leaderId: partitionIndex % LEADERS })),
        },
      ],
    }),
    broker: async (id: number) => {
      if (id === without.leader) throw new Failure(`Broker ${id} is silent.`);
      return { call: async (api: Api, request: never) => answers[api.key as keyof typeof answers](request) };
    },
  };
  return { admin: admin as unknown as Admin, fetched, listed: () => listed };
}

function batchOf(times: readonly number[], offset: number): Uint8Array | null {
  if (offset >= times.length) return null;
  const records = times.slice(offset).map((timestamp) => ({ key: null, value: Uint8Array.of(65), timestamp }));
  const batch = buildBatch(
    { timestamp: 0, producerId: -1, producerEpoch: -1, baseSequence: -1, codec: 0 },
    records,
    ports,
  );
  new DataView(batch.buffer, batch.byteOffset).setBigInt64(0, BigInt(offset));
  return batch;
}

test("10,000 partitions: few questions to each leader, a bounded fetch, and the partitions whose records are the newest", async () => {
  const { admin, fetched, listed } = cluster(Array.from({ length: 10_000 }, (_, partition) => [1, 1000 + partition]));
  const slice = await mergedSlice(admin, { topic: "t", from: "newest", limit: 100 }, showing);
  assert.deepEqual(
    slice.records.map(({ partition, offset }) => [partition, offset]),
    Array.from({ length: 100 }, (_, at) => [9_900 + at, 1]),
  );
  assert.deepEqual([slice.partitions, slice.holding, slice.merged, slice.held], [10_000, 10_000, MERGED_MAX, 20_000]);
  assert.equal(slice.hasOlder, true);
  assert.equal(listed(), 3 * LEADERS);
  assert.ok(fetched.length <= 2 * LEADERS, `${fetched.length} fetches`);
  assert.ok(Math.max(...fetched) <= MERGED_MAX);
  const oldest = await mergedSlice(admin, { topic: "t", from: "time", time: 1_500, limit: 2 }, showing);
  assert.deepEqual(
    oldest.records.map(({ partition }) => partition),
    [500, 501],
  );
});

test("who follows gets a position of every partition, and what comes to any of them", async () => {
  const times = Array.from({ length: 500 }, (_, partition) => [partition + 1]);
  const first = cluster(times);
  const start = await mergedSlice(first.admin, { topic: "t", from: "newest", limit: 10, follow: true }, showing);
  assert.deepEqual(new Map(start.high), new Map(times.map((_, partition) => [partition, 1])));
  assert.equal(start.ahead, 0);
  const later = cluster([
    ...times.map((each, partition) => (partition % 100 === 7 ? [...each, 900 - partition] : each)),
    [5],
  ]);
  const positions = start.high;
  const next = await mergedSlice(
    later.admin,
    { topic: "t", from: "after", positions, limit: 10, follow: true },
    showing,
  );
  assert.deepEqual(
    next.records.map(({ partition, offset }) => [partition, offset]),
    [
      [500, 0],
      [407, 1],
      [307, 1],
      [207, 1],
      [107, 1],
      [7, 1],
    ],
    "of a new partition from its beginning",
  );
  assert.deepEqual(
    next.high.map(([partition]) => partition).sort((x, y) => x - y),
    [7, 107, 207, 307, 407, 500],
  );
  assert.equal(
    later.fetched.reduce((sum, each) => sum + each, 0),
    6,
    "nobody is asked for what has no more",
  );
});

test("a partition that cannot be read is told, with why, and the others are shown", async () => {
  const times = [[10], [20], [30], [40]];
  const silent = await mergedSlice(
    cluster(times, { leader: 1 }).admin,
    { topic: "t", from: "oldest", limit: 9 },
    showing,
  );
  assert.deepEqual(
    silent.records.map(({ partition }) => partition),
    [0, 2, 3],
  );
  assert.deepEqual(silent.problems, ["Not read: partition 1: its leader, broker 1, does not answer."]);
  const moved = await mergedSlice(
    cluster(times, { partition: 2 }).admin,
    { topic: "t", from: "newest", limit: 9 },
    showing,
  );
  assert.deepEqual(
    moved.records.map(({ partition }) => partition),
    [0, 1, 3],
  );
  assert.match(moved.problems.join(), /^Not read: partition 2: .*\(NOT_LEADER_OR_FOLLOWER\)\.$/);
  assert.deepEqual(moved.unread, [2]);
});

test("a search looks through all partitions from the time on; a time that none has is refused beside its field", async () => {
  const { admin } = cluster([[10, 20], [30, 40, 50], [5]]);
  const found = await searchRange(admin, { topic: "t", from: "time", time: 20, limit: 1 });
  assert.deepEqual(found.ranges, [
    [0, 1, 2],
    [1, 0, 3],
  ]);
  await assert.rejects(searchRange(admin, { topic: "t", from: "time", time: 51, limit: 1 }), { field: "time" });
});
