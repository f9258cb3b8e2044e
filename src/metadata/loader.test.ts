import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import { testUuid } from "./controller.test.support.js";
import { MetadataLoader } from "./loader.js";
import { snapshotRecords } from "./snapshot.js";

const begin: MetadataRecord = { kind: "BeginTransactionRecord", version: 0, value: { name: "test" } };
const end: MetadataRecord = { kind: "EndTransactionRecord", version: 0, value: {} };
const abort: MetadataRecord = { kind: "AbortTransactionRecord", version: 0, value: { reason: "test" } };

function topic(name: string): MetadataRecord {
  return { kind: "TopicRecord", version: 0, value: { name, topicId: testUuid(name, 1) } };
}

function log(loader: MetadataLoader): (...records: MetadataRecord[]) => void {
  let baseOffset = loader.image.offset + 1;
  return (...records) => {
    const lastOffset = baseOffset + records.length - 1;
    loader.onCommit({ baseOffset, lastOffset, epoch: 1, appendTimestamp: 5, records });
    baseOffset = lastOffset + 1;
  };
}

function names(loader: MetadataLoader): string[] {
  return [...loader.image.topics.byName.keys()].sort();
}

test("each batch makes one image, published once", () => {
  const loader = new MetadataLoader();
  const offsets: number[] = [];
  loader.addPublisher({ onMetadata: (_delta, image) => offsets.push(image.offset) });
  const append = log(loader);
  append(topic("a"), topic("b"));
  append(topic("c"));
  assert.deepEqual(offsets, [1, 2]);
  assert.deepEqual(names(loader), ["a", "b", "c"]);
});

test("a metadata transaction over several batches becomes visible whole", () => {
  const loader = new MetadataLoader();
  const append = log(loader);
  append(topic("a"), begin, topic("b"));
  assert.deepEqual([names(loader), loader.image.offset, loader.inTransaction], [["a"], 0, true]);
  append(topic("c"));
  assert.deepEqual([names(loader), loader.image.offset], [["a"], 0]);
  append(topic("d"), end, topic("e"));
  assert.deepEqual([names(loader), loader.image.offset], [["a", "b", "c", "d", "e"], 6]);
  assert.equal(loader.inTransaction, false);
});

test("an aborted metadata transaction leaves nothing behind", () => {
  const loader = new MetadataLoader();
  const append = log(loader);
  append(begin, topic("a"));
  append(abort, begin, topic("b"), end);
  assert.deepEqual([names(loader), loader.image.offset], [["b"], 5]);
});

test("a snapshot replaces all state, and publishers hear the difference", () => {
  const behind = new MetadataLoader();
  log(behind)(topic("a"), topic("b"));
  const ahead = new MetadataLoader();
  const append = log(ahead);
  append(topic("a"), topic("b"), topic("c"));
  append({ kind: "RemoveTopicRecord", version: 0, value: { topicId: testUuid("b", 1) } });
  const deltas: { created: string[]; deleted: string[] }[] = [];
  behind.addPublisher({
    onMetadata: (delta) =>
      deltas.push({
        created: [...delta.topics.changed.values()].map((t) => t.name),
        deleted: [...delta.topics.deleted.values()],
      }),
  });
  const kept = behind.image.topics.byName.get("a");
  behind.onLoadSnapshot({ offset: 4, epoch: 1, timestamp: 7, records: snapshotRecords(ahead.image) });
  assert.deepEqual(deltas, [{ created: ["c"], deleted: ["b"] }]);
  assert.deepEqual([names(behind), behind.image.offset], [["a", "c"], 3]);
  assert.equal(behind.image.topics.byName.get("a"), kept);
});
