import assert from "node:assert/strict";
import { test } from "node:test";
import { ControllerState } from "../../metadata/controller/state.js";
import { MetadataDelta } from "../../metadata/delta.js";
import { emptyImage, type MetadataImage } from "../../metadata/image.js";
import type { SimNode } from "../sim-node.js";
import type { ControllerProbe, LogProbe } from "./probes.js";
import { ReplayChecker } from "./replay-checker.js";

const nodes = [1, 2].map((id) => ({ id }) as SimNode);

function imageWith(value: string): MetadataImage {
  const delta = new MetadataDelta(emptyImage());
  delta.replay({
    kind: "ConfigRecord",
    version: 0,
    value: { resourceType: 2, resourceName: "t", name: "retention.ms", value },
  });
  return delta.apply(7, 1);
}

test("images of the same offset that differ break invariant 24; equal ones do not", () => {
  const checker = new ReplayChecker();
  for (const node of nodes) checker.onStarting(node);
  checker.onImage(nodes[0], imageWith("1"));
  checker.onImage(nodes[1], imageWith("1"));
  assert.equal(checker.compared, 1);
  assert.throws(() => checker.onImage(nodes[1], imageWith("2")), { invariant: 24, message: /different configs/ });
});

test("a controller whose state is not what the committed log says breaks invariant 24; one with records under way is not compared", () => {
  const checker = new ReplayChecker();
  const image = imageWith("1");
  const controller = (other: MetadataImage): ControllerProbe => ({ state: new ControllerState(other), stateOffset: 7 });
  assert.equal(checker.compareController(1, controller(image), image), true);
  assert.equal(checker.compareController(1, { ...controller(imageWith("2")), stateOffset: 8 }, image), false);
  assert.equal(checker.compareController(1, { state: null, stateOffset: 7 }, image), false);
  assert.throws(() => checker.compareController(1, controller(imageWith("2")), image), {
    invariant: 24,
    message: /node 1 has different configs/,
  });
});

function logOf(lastSequence: number, logStartOffset = 0): LogProbe {
  const entries = [
    { producerId: 5, epoch: 0, lastSequence: 3, lastOffset: 2 },
    { producerId: 9, epoch: 0, lastSequence, lastOffset: 8 },
  ];
  return {
    topic: "t",
    partition: 0,
    topicId: "",
    logStartOffset,
    appendEndOffset: 9,
    logEndOffset: 9,
    flushedOffset: 9,
    damage: null,
    latestEpoch: 1,
    producers: { producers: () => entries.filter(({ lastOffset }) => lastOffset >= logStartOffset) },
  };
}

test("replicas that end at the same place know the same of their producers, but for what lies below a log's start", () => {
  const checker = new ReplayChecker();
  const compare = (a: LogProbe, b: LogProbe): void =>
    checker.compareProducers("t-0", [
      { nodeId: 1, log: a },
      { nodeId: 2, log: b },
    ]);
  compare(logOf(4), logOf(4));
  compare(logOf(4), logOf(4, 5));
  assert.throws(() => compare(logOf(4), logOf(3)), { invariant: 24, message: /producers differ/ });
});
