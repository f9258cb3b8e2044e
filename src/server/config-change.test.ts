import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrokerEvent } from "../base/events.js";
import { ConfigResource } from "../metadata/image.js";
import { Apis, type RequestOf } from "../protocol/apis.js";
import { FrontBench } from "./front.test.support.js";

const { topic, broker, brokerLogger } = ConfigResource;

function withTopic() {
  const bench = new FrontBench();
  bench.cluster.join(1);
  bench.cluster.createAssigned("a", [1]);
  return { bench, client: bench.connect() };
}

function set(resourceType: number, resourceName: string, name: string, value: string | null) {
  return { resourceType, resourceName, configs: [{ name, value, configOperation: 0 }] };
}

test("what this broker decides and what the controller decides come back in the order of the request", () => {
  const { bench, client } = withTopic();
  client.send(Apis.IncrementalAlterConfigs, 1, {
    resources: [
      set(broker, "2", "log.retention.ms", "1"),
      set(topic, "a", "retention.ms", "5000"),
      set(brokerLogger, "1", "root", "DEBUG"),
      set(topic, "nobody", "retention.ms", "5000"),
      set(77, "x", "y", "z"),
    ],
  });
  bench.answerCalls();
  const { responses } = client.receive(Apis.IncrementalAlterConfigs, 1);
  assert.deepEqual(
    responses.map(({ resourceName, errorCode }) => [resourceName, errorCode]),
    [
      ["2", 42],
      ["a", 0],
      ["1", 0],
      ["nobody", 3],
      ["x", 42],
    ],
  );
  assert.equal(bench.cluster.image.configs.of(topic, "a").get("retention.ms"), "5000");
});

test("only a broker's own directories are cordoned", () => {
  const { bench, client } = withTopic();
  const code = (name: string, value: string) => {
    client.send(Apis.IncrementalAlterConfigs, 1, { resources: [set(broker, "1", name, value)], validateOnly: true });
    bench.answerCalls();
    return client.receive(Apis.IncrementalAlterConfigs, 1).responses[0].errorCode;
  };
  assert.equal(code("cordoned.log.dirs", "/nowhere"), 42);
  assert.equal(code("cordoned.log.dirs", "*"), 0);
});

test("whoever watches hears which client asks for what, before it is in effect", () => {
  const { bench, client } = withTopic();
  const told: BrokerEvent[] = [];
  bench.events.subscribe({ onEvent: (event) => told.push(event) });
  const resources = [set(topic, "a", "retention.ms", "5000"), set(brokerLogger, "1", "root", "DEBUG")];
  client.send(Apis.IncrementalAlterConfigs, 1, { resources, validateOnly: true });
  bench.answerCalls();
  assert.deepEqual(told, []);
  client.send(Apis.IncrementalAlterConfigs, 1, { resources });
  assert.equal(told.length, 1);
  const [event] = told as BrokerEvent[];
  const { kind, topic: about, cause, detail } = event;
  assert.deepEqual([kind, about, detail?.names, detail?.proposed], ["config", "a", "retention.ms", true]);
  assert.match(cause ?? "", /^client .*, User:ANONYMOUS at 10\.0\.0\.9, asks for it$/);
});

test("resources and keys that come twice, and values that are missing, are refused here", () => {
  const { bench, client } = withTopic();
  const errors = (body: RequestOf<typeof Apis.IncrementalAlterConfigs>) =>
    client.call(Apis.IncrementalAlterConfigs, 1, body).responses.map(({ errorMessage }) => errorMessage);
  const one = set(topic, "a", "retention.ms", "1");
  assert.deepEqual(errors({ resources: [one, one] }), new Array(2).fill("Each resource must appear at most once."));
  const twice = { ...one, configs: [...one.configs, ...one.configs] };
  assert.deepEqual(errors({ resources: [twice] }), ["Error due to duplicate config keys"]);
  assert.deepEqual(errors({ resources: [set(topic, "a", "k", null)] }), ["Null value not supported for : k"]);
  assert.equal(bench.calls.length, 0);
});

test("the legacy API replaces all overrides, and knows of no log levels", () => {
  const { bench, client } = withTopic();
  bench.cluster.setConfig(topic, "a", "segment.bytes", "1048576");
  client.send(Apis.AlterConfigs, 2, {
    resources: [
      { resourceType: topic, resourceName: "a", configs: [{ name: "retention.ms", value: "5000" }] },
      { resourceType: brokerLogger, resourceName: "1", configs: [{ name: "root", value: "DEBUG" }] },
    ],
  });
  bench.answerCalls();
  const { responses } = client.receive(Apis.AlterConfigs, 2);
  assert.deepEqual(
    responses.map(({ errorCode }) => errorCode),
    [0, 42],
  );
  assert.deepEqual([...bench.cluster.image.configs.of(topic, "a")], [["retention.ms", "5000"]]);
});

test("a controller changes any broker's configs itself, and its own log levels", () => {
  const { bench } = withTopic();
  bench.cluster.join(2);
  const controller = bench.connect("controller");
  const { responses } = controller.call(Apis.IncrementalAlterConfigs, 1, {
    resources: [set(broker, "2", "log.retention.bytes", "9"), set(brokerLogger, "1", "root", "WARN")],
  });
  assert.deepEqual(
    responses.map(({ resourceName, errorCode }) => [resourceName, errorCode]),
    [
      ["2", 0],
      ["1", 0],
    ],
  );
  assert.equal(bench.cluster.image.configs.of(broker, "2").get("log.retention.bytes"), "9");
});

test("while no controller answers, what was decided here is still told", () => {
  const { bench, client } = withTopic();
  client.send(Apis.IncrementalAlterConfigs, 1, {
    resources: [set(brokerLogger, "1", "root", "DEBUG"), set(topic, "a", "retention.ms", "5000")],
  });
  bench.lastCall().fail("timeout");
  const { responses } = client.receive(Apis.IncrementalAlterConfigs, 1);
  assert.deepEqual(
    responses.map(({ errorCode }) => errorCode),
    [0, 7],
  );
});
