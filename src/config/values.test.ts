import assert from "node:assert/strict";
import { test } from "node:test";
import { brokerDefinitions, topicDefinitions } from "./catalogue.js";
import { canonicalText, parseValue } from "./values.js";

function broker(name: string, text: string) {
  const parsed = parseValue(brokerDefinitions.get(name)!, text);
  return parsed.reason ?? parsed.value;
}

test("numbers are whole, within their type, and within their bounds", () => {
  assert.equal(broker("num.partitions", " 12 "), 12);
  assert.equal(broker("num.partitions", "+3"), 3);
  assert.equal(broker("num.partitions", "0"), "it must be at least 1");
  assert.equal(broker("num.partitions", "1.5"), "it must be a whole number from -2147483648 to 2147483647");
  assert.equal(broker("num.partitions", "2147483648"), "it must be a whole number from -2147483648 to 2147483647");
  assert.equal(broker("compression.lz4.level", "18"), "it must be from 1 to 17");
  assert.equal(broker("compression.gzip.level", "-1"), -1);
  assert.equal(broker("compression.gzip.level", "0"), "it must be from 1 to 9 or -1");
  assert.equal(broker("log.cleaner.min.cleanable.ratio", "0.25"), 0.25);
  assert.equal(broker("log.cleaner.min.cleanable.ratio", "1.1"), "it must be from 0 to 1");
});

test("what exceeds an exact number means no limit", () => {
  assert.equal(broker("log.flush.interval.messages", "9223372036854775807"), Number.MAX_SAFE_INTEGER);
  assert.match(String(broker("log.flush.interval.messages", "9223372036854775808")), /whole number/);
});

test("booleans and choices", () => {
  assert.equal(broker("delete.topic.enable", "TRUE"), true);
  assert.equal(broker("delete.topic.enable", "yes"), "it must be true or false");
  assert.equal(broker("holdfast.ack.after", "fsync"), "fsync");
  assert.equal(broker("holdfast.ack.after", "never"), "it must be one of write, fsync");
  assert.equal(broker("group.consumer.migration.policy", "Upgrade"), "Upgrade");
});

test("lists have no item twice, none empty, and only known ones", () => {
  assert.deepEqual(broker("log.cleanup.policy", "compact , delete"), ["compact", "delete"]);
  assert.deepEqual(broker("log.cleanup.policy", ""), []);
  assert.equal(broker("log.cleanup.policy", "delete,delete"), "nothing may come twice");
  assert.equal(broker("log.cleanup.policy", "delete,"), "there must be something between its commas");
  assert.equal(broker("log.cleanup.policy", "keep"), "it must be some of compact, delete");
  assert.equal(broker("listeners", ""), "it must not be empty");
  assert.equal(broker("controller.quorum.voters", "1@a:1,b:2"), "each part must be of the form ID@HOST:PORT");
});

test("values are shown as Kafka's tools show them", () => {
  const shown = (name: string, text: string) => canonicalText(topicDefinitions.get(name)!, text);
  assert.equal(shown("retention.ms", "+5"), "5");
  assert.equal(shown("flush.ms", "9223372036854775807"), "9223372036854775807");
  assert.equal(shown("min.cleanable.dirty.ratio", "1"), "1.0");
  assert.equal(shown("preallocate", "TRUE"), "true");
  assert.equal(shown("cleanup.policy", "compact , delete"), "compact,delete");
  const bytes = brokerDefinitions.get("log.cleaner.io.max.bytes.per.second")!;
  assert.equal(canonicalText(bytes, bytes.defaultValue!), "1.7976931348623157E308");
  assert.equal(canonicalText(bytes, "10000000"), "1.0E7");
});
