import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster } from "../controller.test.support.js";
import { ConfigResource } from "../image.js";

interface Reply {
  responses: { errorCode: number; errorMessage: string | null; resourceType: number; resourceName: string }[];
}

function cluster(): TestCluster {
  const made = new TestCluster();
  for (const id of [1, 2, 3]) made.join(id);
  made.createTopic("t");
  return made;
}

function incremental(
  c: TestCluster,
  type: number,
  name: string,
  ...changes: [string, number, string | null][]
): number {
  const configs = changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value }));
  const reply = c.send(44, 1, {
    resources: [{ resourceType: type, resourceName: name, configs }],
    validateOnly: false,
  });
  return (reply as Reply).responses[0].errorCode;
}

const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];
const { topic, broker, group, clientMetrics, brokerLogger } = ConfigResource;

test("overrides are set and deleted, lists gain and lose items", () => {
  const c = cluster();
  assert.equal(incremental(c, topic, "t", ["retention.ms", SET, "5"], ["cleanup.policy", APPEND, "compact"]), 0);
  assert.deepEqual(Object.fromEntries(c.image.configs.of(topic, "t")), {
    "retention.ms": "5",
    "cleanup.policy": "delete,compact",
  });
  assert.equal(incremental(c, topic, "t", ["retention.ms", DELETE, null], ["cleanup.policy", SUBTRACT, "delete"]), 0);
  assert.deepEqual(Object.fromEntries(c.image.configs.of(topic, "t")), { "cleanup.policy": "compact" });
});

test("each resource that cannot be changed gets its own error", () => {
  const c = cluster();
  assert.equal(incremental(c, topic, "none", ["retention.ms", SET, "5"]), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(incremental(c, topic, "", ["retention.ms", SET, "5"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, topic, "a b", ["retention.ms", SET, "5"]), ErrorCode.INVALID_TOPIC_EXCEPTION);
  assert.equal(incremental(c, topic, "t", ["retention.ms", SET, "soon"]), ErrorCode.INVALID_CONFIG);
  assert.equal(incremental(c, topic, "t", ["retention.ms", SET, null]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, topic, "t", ["retention.ms", APPEND, "5"]), ErrorCode.INVALID_CONFIG);
  assert.equal(incremental(c, topic, "t", ["retention.ms", 9, "5"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, broker, "x", ["log.retention.ms", SET, "5"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, broker, "9", ["log.retention.ms", SET, "5"]), ErrorCode.BROKER_ID_NOT_REGISTERED);
  assert.equal(incremental(c, group, "", ["consumer.session.timeout.ms", SET, "5"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, brokerLogger, "1", ["root", SET, "DEBUG"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, 99, "x", ["a", SET, "b"]), ErrorCode.UNSUPPORTED_VERSION);
  assert.equal(incremental(c, broker, "1", ["min.insync.replicas", SET, "1"]), ErrorCode.INVALID_CONFIG);
  assert.equal(incremental(c, broker, "", ["min.insync.replicas", DELETE, null]), ErrorCode.INVALID_CONFIG);
  assert.equal(incremental(c, broker, "1", ["retention.ms", SET, "soon"]), ErrorCode.INVALID_REQUEST);
  assert.equal(incremental(c, topic, "t", ["a", SET, "x".repeat(40_000)]), ErrorCode.INVALID_CONFIG);
});

test("a resource takes all changes of a request or none; other resources of it are not touched by its error", () => {
  const c = cluster();
  c.createTopic("u");
  const resource = (resourceName: string, value: string) => ({
    resourceType: topic,
    resourceName,
    configs: [
      { name: "segment.bytes", configOperation: SET, value: "1" },
      { name: "retention.ms", configOperation: SET, value },
    ],
  });
  const resources = [resource("t", "bad"), resource("u", "7")];
  const reply = c.send(44, 1, { resources, validateOnly: false }) as Reply;
  assert.deepEqual(
    reply.responses.map((r) => [r.resourceName, r.errorCode]),
    [
      ["t", ErrorCode.INVALID_CONFIG],
      ["u", ErrorCode.NONE],
    ],
  );
  assert.equal(c.image.configs.of(topic, "t").size, 0);
  assert.equal(c.image.configs.of(topic, "u").size, 2);
});

test("a setting of the whole cluster lives on the broker without a name", () => {
  const c = cluster();
  assert.equal(incremental(c, broker, "", ["holdfast.ack.after", SET, "fsync"]), 0);
  assert.equal(c.image.configs.of(broker, "").get("holdfast.ack.after"), "fsync");
  c.failOver();
  assert.equal(c.controller.state?.configsOf(broker, "").get("holdfast.ack.after"), "fsync");
});

test("groups and client metrics have overrides too", () => {
  const c = cluster();
  assert.equal(incremental(c, group, "g", ["consumer.session.timeout.ms", SET, "50000"]), 0);
  assert.equal(incremental(c, clientMetrics, "m", ["interval.ms", SET, "1000"]), 0);
  assert.equal(c.image.configs.of(group, "g").size, 1);
  assert.equal(c.image.configs.of(clientMetrics, "m").size, 1);
});

test("the deprecated AlterConfigs puts back what it does not name", () => {
  const c = cluster();
  incremental(c, topic, "t", ["retention.ms", SET, "5"], ["segment.bytes", SET, "9"]);
  const resources = [{ resourceType: topic, resourceName: "t", configs: [{ name: "retention.ms", value: "6" }] }];
  assert.equal((c.send(33, 2, { resources, validateOnly: true }) as Reply).responses[0].errorCode, 0);
  assert.equal(c.image.configs.of(topic, "t").size, 2);
  assert.equal((c.send(33, 2, { resources, validateOnly: false }) as Reply).responses[0].errorCode, 0);
  assert.deepEqual([...c.image.configs.of(topic, "t")], [["retention.ms", "6"]]);
});
