import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigResource } from "../../metadata/image.js";
import { Apis } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

const { topic, broker, brokerLogger, clientMetrics, group } = ConfigResource;

function described() {
  const bench = new FrontBench({ "log.retention.ms": "1000" });
  bench.cluster.join(1);
  bench.cluster.createAssigned("a", [1]);
  const client = bench.connect();
  const describe = (resourceType: number, resourceName: string, ...configurationKeys: string[]) =>
    client.call(Apis.DescribeConfigs, 4, {
      resources: [{ resourceType, resourceName, configurationKeys }],
      includeSynonyms: true,
      includeDocumentation: true,
    }).results[0];
  return { bench, describe, client };
}

test("a topic's config: its own value over that of the broker's file, with the synonyms", () => {
  const { bench, describe } = described();
  bench.cluster.setConfig(topic, "a", "retention.ms", "2000");
  const [retention] = describe(topic, "a", "retention.ms").configs;
  assert.deepEqual([retention.value, retention.configSource, retention.readOnly], ["2000", 1, false]);
  assert.deepEqual(
    retention.synonyms.slice(0, 2).map(({ name, value, source }) => [name, value, source]),
    [
      ["retention.ms", "2000", 1],
      ["log.retention.ms", "1000", 4],
    ],
  );
  assert.ok((retention.documentation ?? "").length > 10);
  assert.ok(describe(topic, "a").configs.length > 20, "all of them where no key is named");
});

test("this broker's configs, and those of the whole cluster; another broker's are asked of that one", () => {
  const { bench, describe } = described();
  bench.cluster.setConfig(broker, "", "log.retention.bytes", "77");
  const [bytes] = describe(broker, "1", "log.retention.bytes").configs;
  assert.deepEqual([bytes.value, bytes.configSource], ["77", 3]);
  assert.deepEqual(
    describe(broker, "")
      .configs.filter(({ name }) => name === "log.retention.bytes")
      .map(({ value }) => value),
    ["77"],
  );
  for (const [name, message] of [
    ["2", /expected 1, but received 2/],
    ["one", /must be an integer/],
  ] as const) {
    const { errorCode, errorMessage } = describe(broker, name);
    assert.equal(errorCode, 42);
    assert.match(errorMessage ?? "", message);
  }
});

test("groups and client metrics have configs by having a name", () => {
  const { describe } = described();
  assert.ok(describe(group, "g").configs.length > 0);
  assert.equal(describe(group, "").errorCode, 42);
  assert.ok(describe(clientMetrics, "m").configs.length > 0);
  assert.equal(describe(clientMetrics, "").errorCode, 42);
});

test("topics that are not there", () => {
  const { describe } = described();
  assert.equal(describe(topic, "b").errorCode, 3);
  assert.equal(describe(topic, "not good").errorCode, 17);
});

test("a type of resource that is not known spoils the request", () => {
  const { client } = described();
  const resources = [
    { resourceType: 99, resourceName: "x", configurationKeys: null },
    { resourceType: topic, resourceName: "a", configurationKeys: null },
  ];
  const { results } = client.call(Apis.DescribeConfigs, 4, { resources });
  assert.deepEqual(
    results.map(({ errorCode }) => errorCode),
    [42, 42],
  );
});

test("names of resources: of each type, of all, and in version 0 of client metrics alone", () => {
  const { bench, client } = described();
  bench.cluster.setConfig(group, "g", "consumer.session.timeout.ms", "50000");
  bench.cluster.setConfig(clientMetrics, "m", "interval.ms", "5000");
  const list = (version: number, ...resourceTypes: number[]) =>
    client
      .call(Apis.ListConfigResources, version, version === 0 ? {} : { resourceTypes })
      .configResources.map(({ resourceName, resourceType }) => `${resourceType}:${resourceName}`);
  assert.deepEqual(list(0), ["16:m"]);
  assert.deepEqual(list(1), ["32:g", "16:m", "8:1", "4:1", "2:a"]);
  assert.deepEqual(list(1, topic), ["2:a"]);
  assert.equal(client.call(Apis.ListConfigResources, 1, { resourceTypes: [77] }).errorCode, 35);
});

test("log levels of this broker's components can be seen and changed, all or none", () => {
  const { bench, describe, client } = described();
  const logger = bench.services.loggers.wrap(bench.testPorts.logger).child({ component: "replica" });
  const change = (name: string, value: string | null, configOperation = 0, more: object[] = []) =>
    client.call(Apis.IncrementalAlterConfigs, 1, {
      resources: [
        {
          resourceType: brokerLogger,
          resourceName: "1",
          configs: [{ name, value, configOperation }, ...more] as never,
        },
      ],
    }).responses[0].errorCode;
  const level = () => describe(brokerLogger, "1", "replica").configs[0].value;
  assert.equal(level(), "INFO");
  logger.debug("unheard");
  assert.equal(change("replica", "DEBUG"), 0);
  assert.equal(level(), "DEBUG");
  logger.debug("heard");
  assert.deepEqual(
    bench.testPorts.logger.lines.map(({ message }) => message),
    ["heard"],
  );
  assert.equal(change("replica", "LOUD"), 40);
  assert.equal(change("nothing", "INFO"), 40);
  assert.equal(change("replica", "ERROR", 0, [{ name: "nothing", value: "INFO", configOperation: 0 }]), 40);
  assert.equal(level(), "DEBUG");
  assert.equal(change("replica", null, 1), 0);
  assert.equal(change("root", "WARN"), 0);
  assert.equal(level(), "WARN", "without one of its own it has that of the root");
  assert.equal(change("root", null, 1), 42);
  assert.equal(describe(brokerLogger, "2").errorCode, 42);
  assert.equal(bench.calls.length, 0, "the controller is not asked");
});
