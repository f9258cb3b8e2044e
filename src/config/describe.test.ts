import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBroker, describeClientMetrics, describeCluster, describeGroup, describeTopic } from "./describe.js";
import { nodeConfigOf } from "./node-config-from.js";
import { NO_BROKER_OVERRIDES, NO_OVERRIDES } from "./settings.js";

const ALL = { keys: null, includeSynonyms: true, includeDocumentation: false };
const node = nodeConfigOf({
  "process.roles": "broker,controller",
  "node.id": "1",
  listeners: "PLAINTEXT://a:9092,CONTROLLER://a:9093",
  "controller.listener.names": "CONTROLLER",
  "controller.quorum.bootstrap.servers": "a:9093",
  "log.retention.hours": "2",
  "compression.type": "gzip",
  "ssl.key.password": "s3cret",
  "my.own": "x",
});
const only = (...keys: string[]) => ({ ...ALL, keys });

test("a topic's config tells where its value comes from", () => {
  const broker = { cluster: new Map([["compression.type", "lz4"]]), broker: new Map([["compression.type", "zstd"]]) };
  const [entry, ...rest] = describeTopic(
    new Map([["compression.type", "snappy"]]),
    broker,
    node,
    only("compression.type"),
  );
  assert.deepEqual(rest, []);
  assert.deepEqual(entry, {
    name: "compression.type",
    value: "snappy",
    readOnly: false,
    configSource: 1,
    isSensitive: false,
    synonyms: [
      { name: "compression.type", value: "snappy", source: 1 },
      { name: "compression.type", value: "zstd", source: 2 },
      { name: "compression.type", value: "lz4", source: 3 },
      { name: "compression.type", value: "gzip", source: 4 },
      { name: "compression.type", value: "producer", source: 5 },
    ],
    configType: 2,
    documentation: null,
  });
});

test("retention.ms shows milliseconds; that hours gave them only its broker tells, as in Kafka", () => {
  const [entry] = describeTopic(NO_OVERRIDES, NO_BROKER_OVERRIDES, node, only("retention.ms"));
  assert.deepEqual([entry.value, entry.configSource, entry.synonyms], ["7200000", 5, []]);
  const [hours] = describeBroker(NO_BROKER_OVERRIDES, node, only("log.retention.hours"));
  assert.deepEqual([hours.value, hours.configSource, hours.readOnly], ["2", 4, true]);
  assert.deepEqual(hours.synonyms, [
    { name: "log.retention.hours", value: "2", source: 4 },
    { name: "log.retention.hours", value: "168", source: 5 },
  ]);
});

test("internal configs are described only where they are set", () => {
  const names = (overrides: ReadonlyMap<string, string>) =>
    describeTopic(overrides, NO_BROKER_OVERRIDES, node, ALL).map((entry) => entry.name);
  assert.equal(names(NO_OVERRIDES).length, 33);
  assert.ok(names(new Map([["internal.segment.bytes", "100"]])).includes("internal.segment.bytes"));
});

test("secrets, and what nobody knows, are not shown", () => {
  const entries = describeBroker(NO_BROKER_OVERRIDES, node, only("ssl.key.password", "my.own"));
  assert.deepEqual(
    entries.map(({ name, value, isSensitive, configType }) => [name, value, isSensitive, configType]),
    [
      ["ssl.key.password", null, true, 9],
      ["my.own", null, true, 0],
    ],
  );
  assert.ok(!JSON.stringify(describeBroker(NO_BROKER_OVERRIDES, node, ALL)).includes("s3cret"));
});

test("default.replication.factor is described as it would be now", () => {
  const [entry] = describeBroker(NO_BROKER_OVERRIDES, node, { ...only("default.replication.factor"), brokers: 3 });
  assert.deepEqual([entry.value, entry.configSource], ["3", 5]);
});

test("the whole cluster's overrides", () => {
  const cluster = new Map([
    ["log.retention.ms", "5"],
    ["leader.replication.throttled.rate", "7"],
  ]);
  assert.deepEqual(
    describeCluster(cluster, ALL).map(({ name, value, configSource, readOnly }) => [
      name,
      value,
      configSource,
      readOnly,
    ]),
    [
      ["log.retention.ms", "5", 3, false],
      ["leader.replication.throttled.rate", "7", 3, false],
    ],
  );
});

test("groups and client metrics", () => {
  const [group] = describeGroup(
    new Map([["consumer.session.timeout.ms", "50000"]]),
    NO_BROKER_OVERRIDES,
    node,
    only("consumer.session.timeout.ms"),
  );
  assert.deepEqual([group.value, group.configSource], ["50000", 8]);
  assert.deepEqual(group.synonyms.at(-1), { name: "group.consumer.session.timeout.ms", value: "45000", source: 5 });
  const metrics = describeClientMetrics(new Map([["interval.ms", "1000"]]), { ...ALL, includeDocumentation: true });
  assert.deepEqual(
    metrics.map(({ name, value, configSource }) => [name, value, configSource]),
    [
      ["metrics", "", 5],
      ["interval.ms", "1000", 7],
      ["match", "", 5],
    ],
  );
  assert.match(metrics[1].documentation!, /milliseconds/);
});
