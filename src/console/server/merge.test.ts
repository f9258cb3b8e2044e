import assert from "node:assert/strict";
import { test } from "node:test";
import { type Limits, type Mergeable, mergeBackward, mergeForward, type Part, type ReadRound } from "./merge.js";

type Log = readonly Mergeable[];

function log(partition: number, ...timestamps: readonly (number | null)[]): Log {
  // null: a gap, as compaction leaves.
  return timestamps.flatMap((timestamp, offset) => (timestamp === null ? [] : [{ partition, offset, timestamp }]));
}

const limits = (records: number): Limits<Mergeable> => ({ records, bytes: 1000, bytesOf: () => 1 });

interface Rounds {
  readonly sizes: number[];
  readonly read: ReadRound<Mergeable>;
}

/** A cluster that gives at most `give` offsets of a partition at once, and in one round only to the first `served` partitions. */
function rounds(logs: readonly Log[], ends: readonly number[], give = 3, served = logs.length): Rounds {
  const sizes: number[] = [];
  return {
    sizes,
    read: async (wanted) => {
      sizes.push(wanted.length);
      const parts = new Map<number, Part<Mergeable>>();
      wanted.forEach(({ partition, offset, records }, index) => {
        const last = index < served ? Math.min(ends[partition], offset + give) : offset;
        const all = logs[partition].filter((each) => each.offset >= offset && each.offset < last);
        const found = all.slice(0, records);
        const next = found.length < all.length ? found[records - 1].offset + 1 : last;
        parts.set(partition, { records: found, next });
      });
      return parts;
    },
  };
}

function endsOf(logs: readonly Log[], lengths: readonly number[]): { partition: number; from: number; to: number }[] {
  return logs.map((_, partition) => ({ partition, from: 0, to: lengths[partition] }));
}

function names(records: readonly Mergeable[]): string {
  return records.map(({ partition, offset }) => `${partition}@${offset}`).join(" ");
}

test("records of several partitions come in the order of their timestamps, ties by partition", async () => {
  const logs = [log(0, 10, 40, 50), log(1, 10, 20, 60), log(2, 30)];
  const ranges = endsOf(logs, [3, 3, 1]);
  const order = "0@0 1@0 1@1 2@0 0@1 0@2 1@2";
  assert.equal(names((await mergeForward(ranges, limits(100), rounds(logs, [3, 3, 1]).read)).records), order);
  assert.equal(names((await mergeBackward(ranges, limits(100), rounds(logs, [3, 3, 1]).read)).records), order);
});

test("the newest are the last of all, also when they are all of one partition", async () => {
  const logs = [log(0, ...Array.from({ length: 50 }, (_, at) => 1000 + at)), log(1, 1, 2, 3), log(2)];
  const found = await mergeBackward(endsOf(logs, [50, 3, 0]), limits(20), rounds(logs, [50, 3, 0]).read);
  assert.equal(names(found.records), names(logs[0].slice(30)));
  assert.deepEqual(found.windows, [
    { partition: 0, from: 30, to: 50 },
    { partition: 1, from: 3, to: 3 },
    { partition: 2, from: 0, to: 0 },
  ]);
});

test("where timestamps go back within a partition, its order of offsets is kept", async () => {
  const logs = [log(0, 50, 10, 60), log(1, 20, 55)];
  const forward = await mergeForward(endsOf(logs, [3, 2]), limits(100), rounds(logs, [3, 2]).read);
  assert.equal(names(forward.records), "1@0 0@0 0@1 1@1 0@2");
  const backward = await mergeBackward(endsOf(logs, [3, 2]), limits(100), rounds(logs, [3, 2]).read);
  assert.equal(names(backward.records), "0@0 0@1 1@0 1@1 0@2");
});

for (const [way, merge] of [
  ["forward", mergeForward],
  ["backward", mergeBackward],
] as const) {
  test(`page after page, ${way}, each record is met once and in order, whatever a round brings`, async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = numbers(seed);
      const lengths = Array.from({ length: 1 + next(5) }, () => next(30));
      const logs = lengths.map((length, partition) =>
        log(partition, ...Array.from({ length }, (_, at) => (next(4) === 0 ? null : at * 10 + next(9)))),
      );
      const { read } = rounds(logs, lengths, 1 + next(6), 1 + next(3));
      const page = 1 + next(9);
      let ranges = endsOf(logs, lengths);
      const met: Mergeable[][] = [];
      for (let pages = 0; ranges.some(({ from, to }) => from < to); pages++) {
        assert.ok(pages < 200, `seed ${seed} comes to an end`);
        const { records, windows, unread } = await merge(ranges, limits(page), read);
        assert.deepEqual(unread, []);
        assert.ok(records.length <= page);
        met.push(records);
        ranges = windows.map(({ partition, from, to }) =>
          way === "forward"
            ? { partition, from: to, to: lengths[partition] }
            : { partition, from: 0, to: Math.min(from, to) },
        );
      }
      if (way === "backward") met.reverse();
      const all = logs.flat().sort((a, b) => a.timestamp - b.timestamp || a.partition - b.partition);
      assert.equal(names(met.flat()), names(all), `seed ${seed}`);
    }
  });
}

test("a round asks for all that are wanting at once, and not again for those that are not", async () => {
  const logs = Array.from({ length: 100 }, (_, partition) => log(partition, partition, 1000 + partition));
  const lengths = logs.map(() => 2);
  const { sizes, read } = rounds(logs, lengths, 10);
  const found = await mergeForward(endsOf(logs, lengths), limits(10), read);
  assert.equal(names(found.records), names(logs.slice(0, 10).map(([first]) => first)));
  assert.deepEqual(sizes, [100]);
});

test("a gap of a million offsets is crossed in a few rounds", async () => {
  const end = 1_000_000;
  const { sizes, read } = rounds([log(0, 10)], [end], end);
  const found = await mergeBackward([{ partition: 0, from: 0, to: end }], limits(end), read);
  assert.equal(names(found.records), "0@0");
  const few = rounds([log(0, 10)], [end], end);
  await mergeBackward([{ partition: 0, from: 0, to: end }], limits(4), few.read);
  assert.ok(sizes.length <= 3 && few.sizes.length <= 3 * Math.log2(end), `${few.sizes.length} rounds`);
});

test("partitions that cannot be read, or never give anything, are told, and the others are merged", async () => {
  const logs = [log(0, 10, 20), log(1, 15), log(2, 17)];
  const { read } = rounds(logs, [2, 1, 1]);
  const failing: ReadRound<Mergeable> = async (wanted) => {
    const parts = new Map(await read(wanted));
    parts.delete(1);
    if (parts.has(2)) parts.set(2, { records: [], next: 0 });
    return parts;
  };
  for (const merge of [mergeForward, mergeBackward]) {
    const found = await merge(endsOf(logs, [2, 1, 1]), limits(10), failing);
    assert.equal(names(found.records), "0@0 0@1");
    assert.deepEqual(found.unread, [1, 2]);
    const missed = found.windows.filter(({ from, to }) => from < to).map(({ partition }) => partition);
    assert.deepEqual(missed, [0], "what was not read is in no window");
  }
});

test("a slice ends with the record that reaches its bytes", async () => {
  const logs = [log(0, 1, 2, 3, 4), log(1, 5)];
  const found = await mergeForward(
    endsOf(logs, [4, 1]),
    { records: 100, bytes: 25, bytesOf: () => 10 },
    rounds(logs, [4, 1]).read,
  );
  assert.equal(names(found.records), "0@0 0@1 0@2");
});

function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
