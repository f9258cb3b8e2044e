import assert from "node:assert/strict";
import { test } from "node:test";
import { environmentProperties, variableOf } from "./environment.js";

test("KAFKA_ variables are properties, but not those of the JVM and the tools", () => {
  const properties = environmentProperties({
    KAFKA_NODE_ID: "3",
    KAFKA_LISTENER_NAME_A___B_X__Y: "1",
    KAFKA_HEAP_OPTS: "-Xmx1g",
    KAFKA_BROKERS: "a:1",
    KAFKA_HOME: "/opt/kafka",
    NODE_ID: "4",
  });
  assert.deepEqual(Object.fromEntries(properties), { "node.id": "3", "listener.name.a-b.x_y": "1" });
  assert.deepEqual([...properties.keys()].map(variableOf).sort(), ["KAFKA_LISTENER_NAME_A___B_X__Y", "KAFKA_NODE_ID"]);
});
