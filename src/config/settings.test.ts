import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LOG_CONFIG } from "../storage/log-config.js";
import { nodeConfigOf } from "./node-config-from.js";
import { brokerSettings, groupSettings, NO_BROKER_OVERRIDES, NO_OVERRIDES, topicSettings } from "./settings.js";

function node(properties: Record<string, string> = {}) {
  return nodeConfigOf({
    "process.roles": "broker,controller",
    "node.id": "1",
    listeners: "PLAINTEXT://a:9092,CONTROLLER://a:9093",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.bootstrap.servers": "a:9093",
    ...properties,
  });
}

function topic(properties: Record<string, string>, overrides: Record<string, string> = {}) {
  return topicSettings(new Map(Object.entries(overrides)), NO_BROKER_OVERRIDES, node(properties));
}

test("a topic without settings of its own, on a broker without any, is stored by Kafka's defaults", () => {
  assert.deepEqual(topic({}).log, DEFAULT_LOG_CONFIG);
  assert.equal(topic({}).minInsyncReplicas, 2);
  assert.equal(topic({}).uncleanLeaderElection, false);
});

test("the finest unit that a file sets gives the topic's milliseconds", () => {
  assert.equal(topic({ "log.retention.hours": "2" }).log.retentionMs, 7200000);
  assert.equal(topic({ "log.retention.hours": "2", "log.retention.minutes": "3" }).log.retentionMs, 180000);
  assert.equal(topic({ "log.retention.minutes": "3", "log.retention.ms": "4" }).log.retentionMs, 4);
  assert.equal(topic({ "log.retention.hours": "-1" }).log.retentionMs, -1);
  assert.equal(topic({ "log.roll.hours": "1", "log.roll.jitter.hours": "2" }).log.segmentMs, 3600000);
  assert.equal(topic({ "log.roll.jitter.hours": "2" }).log.segmentJitterMs, 7200000);
  assert.equal(topic({ "log.flush.scheduler.interval.ms": "9" }).log.flushMs, 9);
});

test("the topic's own settings win over the broker's", () => {
  const { log } = topic(
    { "log.segment.bytes": "2000000", "log.cleanup.policy": "delete", "message.max.bytes": "10" },
    {
      "segment.bytes": "3000000",
      "cleanup.policy": "compact,delete",
      "compression.type": "zstd",
      "compression.zstd.level": "7",
    },
  );
  assert.equal(log.segmentBytes, 3000000);
  assert.equal(log.maxMessageBytes, 10);
  assert.deepEqual([log.compact, log.delete], [true, true]);
  assert.deepEqual([log.compressionType, log.compressionLevel], ["zstd", 7]);
});

test("what was altered while the broker runs: of the broker, then of the cluster, then its file", () => {
  const config = node({ "log.retention.hours": "5", "log.segment.bytes": "2000000" });
  const cluster = new Map([
    ["log.retention.ms", "100"],
    ["log.segment.bytes", "3000000"],
  ]);
  const both = { cluster, broker: new Map([["log.segment.bytes", "4000000"]]) };
  assert.equal(topicSettings(NO_OVERRIDES, both, config).log.retentionMs, 100);
  assert.equal(topicSettings(NO_OVERRIDES, both, config).log.segmentBytes, 4000000);
  assert.equal(topicSettings(NO_OVERRIDES, { cluster, broker: NO_OVERRIDES }, config).log.segmentBytes, 3000000);
  assert.equal(brokerSettings(both, config).number("log.segment.bytes"), 4000000);
  assert.equal(brokerSettings(NO_BROKER_OVERRIDES, config).number("log.segment.bytes"), 2000000);
});

test("a value in the image that is not allowed leaves in effect what was", () => {
  const cluster = new Map([["log.segment.bytes", "tiny"]]);
  assert.equal(brokerSettings({ cluster, broker: NO_OVERRIDES }, node()).number("log.segment.bytes"), 1073741824);
  assert.equal(topic({}, { "segment.bytes": "1" }).log.segmentBytes, 1073741824);
});

test("other overrides give other settings, of another node too", () => {
  const [one, other] = [node(), node({ "log.segment.bytes": "2000000" })];
  const overrides = { cluster: new Map([["log.segment.bytes", "3000000"]]), broker: NO_OVERRIDES };
  const size = (of: typeof one, by = NO_BROKER_OVERRIDES) => topicSettings(NO_OVERRIDES, by, of).log.segmentBytes;
  assert.deepEqual(
    [size(one), size(one, overrides), size(other), size(one), size(other, overrides), size(one)],
    [1073741824, 3000000, 2000000, 1073741824, 3000000, 1073741824],
  );
});

test("a group's settings", () => {
  const config = node({ "group.consumer.session.timeout.ms": "50000" });
  const group = new Map([["consumer.heartbeat.interval.ms", "6000"]]);
  const settings = groupSettings(group, NO_BROKER_OVERRIDES, config);
  assert.equal(settings.number("consumer.session.timeout.ms"), 50000);
  assert.equal(settings.number("consumer.heartbeat.interval.ms"), 6000);
  assert.equal(settings.text("share.auto.offset.reset"), "latest");
});
