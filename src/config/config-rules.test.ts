import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControllerConfigs } from "../metadata/controller/options.js";
import { ConfigResource } from "../metadata/image.js";
import { ConfigRules } from "./config-rules.js";
import { nodeConfigOf } from "./node-config-from.js";

const { topic, broker, group, clientMetrics } = ConfigResource;

function rules(properties: Record<string, string> = {}): ControllerConfigs {
  return new ConfigRules(
    nodeConfigOf({
      "process.roles": "controller",
      "node.id": "1",
      listeners: "CONTROLLER://a:9093",
      "controller.listener.names": "CONTROLLER",
      "controller.quorum.bootstrap.servers": "a:9093",
      ...properties,
    }),
  );
}

function reason(type: number, name: string, overrides: Record<string, string>): string | null {
  return rules().validate(type, name, new Map(Object.entries(overrides)));
}

test("topics", () => {
  assert.equal(reason(topic, "t", { "retention.ms": "-1", "cleanup.policy": "compact", "flush.ms": "0" }), null);
  assert.equal(
    reason(topic, "t", { "retention.ms": "-2" }),
    "Invalid value -2 for configuration retention.ms: it must be at least -1.",
  );
  assert.equal(reason(topic, "t", { "retention.mss": "1" }), "Unknown topic config name: retention.mss");
  assert.match(reason(topic, "t", { "cleanup.policy": "purge" })!, /Invalid value purge .* some of compact, delete/);
  assert.match(reason(topic, "t", { "min.compaction.lag.ms": "9", "max.compaction.lag.ms": "8" })!, /\(9\).*\(8\)/);
  assert.match(reason(topic, "t", { "remote.storage.enable": "true" })!, /no tiered storage/);
  assert.equal(reason(topic, "t", { "leader.replication.throttled.replicas": "0:1,1:2" }), null);
  assert.equal(reason(topic, "t", { "leader.replication.throttled.replicas": "*" }), null);
  assert.match(reason(topic, "t", { "leader.replication.throttled.replicas": "*,0:1" })!, /PARTITION:BROKER/);
});

test("brokers, and the whole cluster", () => {
  assert.equal(reason(broker, "", { "log.retention.ms": "5", "min.insync.replicas": "2" }), null);
  assert.equal(reason(broker, "1", { "leader.replication.throttled.rate": "5", "somebodys.own": "x" }), null);
  assert.match(reason(broker, "", { "log.roll.ms": "0" })!, /Invalid value 0 for configuration log\.roll\.ms/);
  assert.match(reason(broker, "1", { "log.retention.ms": "0" })!, /at least 1, or -1 for ever/);
  assert.match(reason(broker, "", { "log.flush.interval.ms": "-1" })!, /at least 0/);
  assert.equal(reason(broker, "", { "max.connections.per.ip.overrides": "10.0.0.7:3, ::1:5" }), null);
  assert.match(reason(broker, "", { "max.connections.per.ip.overrides": "foo" })!, /each part must be HOST:COUNT/);
  assert.match(
    reason(broker, "", { "log.cleaner.max.compaction.lag.ms": "1", "log.cleaner.min.compaction.lag.ms": "2" })!,
    /\(2\).*\(1\)/,
  );
  assert.equal(reason(broker, "", { "holdfast.ack.after": "fsync" }), null);
  assert.match(reason(broker, "1", { "holdfast.ack.after": "fsync" })!, /only for the whole cluster/);
  assert.match(reason(broker, "1", { "node.id": "2" })!, /Cannot update this config dynamically.*node\.id/);
  assert.match(
    reason(broker, "1", { "log.retention.ms": "long" })!,
    /Invalid value long for configuration log\.retention\.ms/,
  );
  assert.match(reason(broker, "", { listeners: "PLAINTEXT://:1" })!, /for the whole cluster.*listeners/);
  assert.match(
    reason(broker, "1", { listeners: "PLAINTEXT://:1" })!,
    /cannot change this config while it runs: listeners/,
  );
  assert.match(reason(broker, "1", { "ssl.keystore.location": "/x" })!, /only for one listener/);
});

test("groups stay within what the broker allows", () => {
  assert.equal(reason(group, "g", { "consumer.session.timeout.ms": "50000" }), null);
  assert.match(
    reason(group, "g", { "consumer.session.timeout.ms": "1000" })!,
    /group\.consumer\.min\.session\.timeout\.ms \(45000\)/,
  );
  assert.match(
    reason(group, "g", { "streams.num.standby.replicas": "3" })!,
    /group\.streams\.max\.standby\.replicas \(2\)/,
  );
  assert.match(reason(group, "g", { "share.auto.offset.reset": "never" })!, /latest, earliest or by_duration/);
  assert.equal(reason(group, "g", { "share.auto.offset.reset": "by_duration:P1DT2H" }), null);
});

test("client metrics", () => {
  assert.equal(reason(clientMetrics, "m", { "interval.ms": "100", match: "client_id=a.*" }), null);
  assert.match(reason(clientMetrics, "m", { "interval.ms": "99" })!, /from 100 to 3600000/);
  assert.match(reason(clientMetrics, "m", { match: "client=a" })!, /Illegal client matching pattern: client=a/);
  assert.match(reason(clientMetrics, "m", { match: "client_id=(" })!, /Illegal client matching pattern/);
});

test("lists can be added to, from their default", () => {
  assert.equal(rules().isList(topic, "cleanup.policy"), true);
  assert.equal(rules().isList(topic, "retention.ms"), false);
  assert.equal(rules().isList(topic, "unknown"), false);
  assert.equal(rules().defaultValue(topic, "cleanup.policy"), "delete");
  assert.equal(rules().defaultValue(topic, "unknown"), null);
});

test("what this node's file gives to topics", () => {
  assert.equal(rules().staticTopicValue("min.insync.replicas"), "2");
  assert.equal(rules({ "default.replication.factor": "1" }).staticTopicValue("min.insync.replicas"), "1");
  assert.equal(rules({ "log.retention.minutes": "1" }).staticTopicValue("retention.ms"), "60000");
});

test("the configs of a new topic", () => {
  const configs = rules().effectiveTopicConfigs(
    new Map([["retention.ms", "5"]]),
    new Map([["min.insync.replicas", "1"]]),
  );
  const of = (name: string) => configs.find((config) => config.name === name);
  assert.deepEqual(of("retention.ms"), {
    name: "retention.ms",
    value: "5",
    readOnly: false,
    source: 1,
    isSensitive: false,
  });
  assert.deepEqual([of("min.insync.replicas")?.value, of("min.insync.replicas")?.source], ["1", 3]);
  assert.deepEqual([of("segment.bytes")?.value, of("segment.bytes")?.source], ["1073741824", 5]);
});
