import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { decode, ProtocolError } from "./codec.js";
import { ConsumerProtocolSubscription } from "./consumer-protocol/subscription.js";
import {
  decodeRecordKey,
  decodeRecordValue,
  encodePrefixed,
  encodeRecordKey,
  encodeRecordValue,
  recordTypeOf,
} from "./coordinator-record.js";
import { GroupRecords } from "./group-records.js";
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  METADATA_RECORD_KINDS,
  type MetadataRecord,
  metadataRecordSchema,
} from "./metadata-records.js";
import { randomValue } from "./testing/random-value.js";
import { versionsOf } from "./testing/schemas.js";
import { TransactionRecords } from "./transaction-records.js";

test("a metadata record is framed as Kafka frames it", () => {
  const record: MetadataRecord = {
    kind: "FeatureLevelRecord",
    version: 0,
    value: { name: "metadata.version", featureLevel: 30 },
  };
  const bytes = encodeMetadataRecord(record);
  assert.deepEqual([...bytes], [1, 12, 0, 17, ...Buffer.from("metadata.version"), 0, 30, 0]);
  assert.deepEqual(decodeMetadataRecord(bytes), record);
});

test("every metadata record in every version is what it was after encoding and decoding", () => {
  const random = new SeededRandom(6);
  for (const kind of METADATA_RECORD_KINDS) {
    const schema = metadataRecordSchema(kind);
    for (const version of versionsOf(schema)) {
      const record = { kind, version, value: randomValue(random, schema, version) } as unknown as MetadataRecord;
      assert.deepEqual(decodeMetadataRecord(encodeMetadataRecord(record)), record);
    }
  }
});

test("what is not one whole metadata record is a ProtocolError", () => {
  const bytes = encodeMetadataRecord({ kind: "NoOpRecord", version: 0, value: {} });
  const wrong = [
    [],
    [1, 20],
    [2, ...bytes.slice(1)],
    [1, 6, ...bytes.slice(2)],
    [1, 20, 1, 0],
    [...bytes, 0],
    [0xff, 0xff, 0xff, 0xff, 0xff],
  ];
  for (const each of wrong) assert.throws(() => decodeMetadataRecord(Uint8Array.from(each)), ProtocolError);
});

test("a coordinator's record has its type before the key and its version before the value", () => {
  const key = encodeRecordKey(GroupRecords.OffsetCommit, { group: "g", topic: "t", partition: 3 });
  assert.deepEqual([...key], [0, 1, 0, 1, 103, 0, 1, 116, 0, 0, 0, 3]);
  assert.equal(recordTypeOf(key), 1);
  assert.deepEqual(decodeRecordKey(GroupRecords.OffsetCommit, key), { group: "g", topic: "t", partition: 3 });
  const value = encodeRecordValue(TransactionRecords.TransactionLog, 1, { producerId: 5, transactionPartitions: [] });
  assert.equal(value[1], 1);
  const decoded = decodeRecordValue(TransactionRecords.TransactionLog, value);
  assert.equal(decoded.version, 1);
  assert.equal(decoded.value.producerId, 5);
});

test("a coordinator's record of another type, an unknown version or no length is a ProtocolError", () => {
  const key = encodeRecordKey(GroupRecords.GroupMetadata, { group: "g" });
  assert.throws(() => decodeRecordKey(GroupRecords.OffsetCommit, key), ProtocolError);
  assert.equal(recordTypeOf(new Uint8Array(1)), -1);
  for (const value of [[], [0], [0, 99, 1, 2, 3], [0xff, 0xff]]) {
    assert.throws(() => decodeRecordValue(GroupRecords.GroupMetadata, Uint8Array.from(value)), ProtocolError);
  }
});

test("the subscription of a consumer comes after its version", () => {
  const bytes = encodePrefixed(1, ConsumerProtocolSubscription, 1, { topics: ["a"] });
  assert.deepEqual([...bytes.slice(0, 2)], [0, 1]);
  assert.deepEqual(decode(ConsumerProtocolSubscription, 1, bytes, 2).topics, ["a"]);
});
