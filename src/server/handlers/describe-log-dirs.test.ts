import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { FrontBench } from "../front.test.support.js";

test("each directory with its replicas' sizes and the space of its file system; of one that is lost only that", () => {
  const bench = new FrontBench();
  const log = { parentDirectory: "/one", sizeInBytes: 70, highWatermark: 5, logEndOffset: 5 };
  const spaces = new Map([["/one", { totalBytes: 1000, usableBytes: 400 }]]);
  bench.replicas = {
    partitions: () => [{ topic: "a", index: 0, log }],
    options: {
      logs: {
        directories: () => [
          { path: "/one", online: true },
          { path: "/two", online: true },
          { path: "/lost", online: false },
        ],
        spaceOf: (path: string) => spaces.get(path) ?? null,
      },
    },
  } as never;
  const { results } = bench.connect().call(Apis.DescribeLogDirs, 4, { topics: null });
  assert.deepEqual(
    results.map(({ logDir, errorCode, totalBytes, usableBytes, topics }) => [
      logDir,
      errorCode,
      totalBytes,
      usableBytes,
      topics.flatMap(({ partitions }) => partitions.map(({ partitionSize }) => partitionSize)),
    ]),
    [
      ["/one", ErrorCode.NONE, 1000, 400, [70]],
      ["/two", ErrorCode.NONE, -1, -1, []],
      ["/lost", ErrorCode.KAFKA_STORAGE_ERROR, -1, -1, []],
    ],
  );
});
