import assert from "node:assert/strict";
import { test } from "node:test";
import { LeaderEpochs } from "./leader-epochs.js";

function epochs(...entries: [number, number][]): LeaderEpochs {
  const list = new LeaderEpochs();
  for (const [epoch, start] of entries) list.assign(epoch, start);
  return list;
}

const plain = (list: LeaderEpochs): number[][] => list.entries.map((entry) => [entry.epoch, entry.startOffset]);

test("the end of an epoch is told as Kafka tells it", () => {
  const list = epochs([2, 10], [4, 20], [7, 30]);
  const cases: [number, number, number][] = [
    [7, 7, 99],
    [8, -1, -1],
    [4, 4, 30],
    [5, 4, 30],
    [3, 2, 20],
    [1, 1, 10],
    [-1, -1, -1],
  ];
  for (const [asked, epoch, endOffset] of cases) {
    assert.deepEqual(list.endOffsetFor(asked, 99), { epoch, endOffset }, `epoch ${asked}`);
  }
  assert.deepEqual(new LeaderEpochs().endOffsetFor(0, 5), { epoch: -1, endOffset: -1 });
});

test("an epoch in which nothing was appended gives way", () => {
  assert.deepEqual(plain(epochs([1, 0], [2, 5], [3, 5])), [
    [1, 0],
    [3, 5],
  ]);
  assert.deepEqual(plain(epochs([1, 0], [2, 5], [2, 9])), [
    [1, 0],
    [2, 5],
  ]);
  assert.deepEqual(plain(epochs([1, 0], [5, 5], [3, 3])), [
    [1, 0],
    [3, 3],
  ]);
});

test("truncation from either end", () => {
  const list = epochs([1, 0], [2, 10], [3, 20]);
  list.truncateFromEnd(20);
  assert.deepEqual(plain(list), [
    [1, 0],
    [2, 10],
  ]);
  list.truncateFromStart(15);
  assert.deepEqual(plain(list), [[2, 15]]);
  list.truncateFromStart(15);
  assert.deepEqual(plain(list), [[2, 15]]);
  list.truncateFromEnd(3);
  assert.deepEqual(plain(list), []);
});

test("the epoch of an offset", () => {
  const list = epochs([1, 0], [2, 10]);
  assert.equal(list.epochForOffset(9), 1);
  assert.equal(list.epochForOffset(10), 2);
  assert.equal(new LeaderEpochs().epochForOffset(3), -1);
});
