import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

test("a replica stays where it is: its own directory is granted, another one unsupported, the rest unknown", () => {
  const bench = new FrontBench({ "log.dirs": "/one,/two" });
  bench.cluster.join(1);
  bench.cluster.createAssigned("a", [1], [1], [1]);
  const logs = new Map([
    [0, { parentDirectory: "/one" }],
    [1, null],
  ]);
  bench.replicas = {
    partition: (_topic: string, index: number) => (logs.has(index) ? { log: logs.get(index) } : null),
  } as never;
  const topics = (partitions: number[]) => [{ name: "a", partitions }];
  const { results } = bench.connect().call(Apis.AlterReplicaLogDirs, 2, {
    dirs: [
      { path: "/one", topics: topics([0, 1, 2, 9]) },
      { path: "/two", topics: topics([0]) },
      { path: "/three", topics: topics([0]) },
    ],
  });
  assert.deepEqual(
    results[0].partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
    [
      [0, 0],
      [1, 56],
      [2, 9],
      [9, 3],
      [0, 35],
      [0, 57],
    ],
  );
});
