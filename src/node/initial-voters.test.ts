import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeConfig } from "../config/node-config.js";
import { nodeConfigOf } from "../config/node-config-from.js";
import { checkFormatOnServe, type InitialControllers, initialVotersOf } from "./initial-voters.js";
import { StartFailure } from "./start-failure.js";

const DYNAMIC = { "controller.quorum.bootstrap.servers": "a:9093,b:9093" };
const STATIC = { "controller.quorum.voters": "1@a:9093" };
const DIRECTORY = "JEXY6aqzQY-32P5TStzaFg";
const OTHER = "MvDxzVmcRsaTz33bUuRU6A";

function controller(quorum: Record<string, string>): NodeConfig {
  return nodeConfigOf({
    "process.roles": "controller",
    "node.id": "1",
    listeners: "CONTROLLER://a:9093",
    "controller.listener.names": "CONTROLLER",
    ...quorum,
  });
}

const BROKER = nodeConfigOf({
  "process.roles": "broker",
  "node.id": "7",
  listeners: "PLAINTEXT://a:9092",
  "controller.listener.names": "CONTROLLER",
  ...DYNAMIC,
});

function refusal(config: NodeConfig, options: InitialControllers): string {
  let message = "";
  assert.throws(
    () => initialVotersOf(config, options),
    (error: StartFailure) => {
      message = error.message;
      return error instanceof StartFailure && error.exitCode === 2;
    },
  );
  return message;
}

test("a static quorum, a broker and one that joins have no voters to write down", () => {
  assert.equal(initialVotersOf(controller(STATIC), {}), null);
  assert.equal(initialVotersOf(BROKER, {}), null);
  assert.equal(initialVotersOf(controller(DYNAMIC), { initialControllers: false }), null);
});

test("--standalone: this node, whose directory gets its id later", () => {
  assert.deepEqual(initialVotersOf(controller(DYNAMIC), { standalone: true }), {
    listenerName: "CONTROLLER",
    voters: [{ id: 1, directoryId: "", host: "a", port: 9093 }],
  });
});

test("--initial-controllers: by rising id, with addresses of IP version 6; also of a broker, as all nodes are formatted alike", () => {
  const initialControllers = `2@[::1]:9094:${OTHER}, 1@a.example:9093:${DIRECTORY}`;
  const expected = {
    listenerName: "CONTROLLER",
    voters: [
      { id: 1, directoryId: DIRECTORY, host: "a.example", port: 9093 },
      { id: 2, directoryId: OTHER, host: "::1", port: 9094 },
    ],
  };
  assert.deepEqual(initialVotersOf(controller(DYNAMIC), { initialControllers }), expected);
  assert.deepEqual(initialVotersOf(BROKER, { initialControllers }), expected);
});

test("serve formats an empty directory for a cluster, but not a controller whose voters nobody named", () => {
  checkFormatOnServe(controller(STATIC), () => false);
  checkFormatOnServe(BROKER, () => false);
  checkFormatOnServe(controller(DYNAMIC), () => true);
  assert.throws(() => checkFormatOnServe(controller(DYNAMIC), () => false), /is not formatted.*--standalone/);
});

test("what cannot be is refused with what to do", () => {
  assert.match(refusal(controller(DYNAMIC), {}), /--standalone, --initial-controllers, or --no-initial-controllers/);
  for (const options of [{ standalone: true }, { initialControllers: `1@a:9093:${DIRECTORY}` }]) {
    assert.match(refusal(controller(STATIC), options), /controller\.quorum\.bootstrap\.servers instead of/);
  }
  assert.match(refusal(BROKER, { standalone: true }), /node 7 is none/);
  for (const wrong of [
    "1",
    "1@a:9093",
    `x@a:9093:${DIRECTORY}`,
    `1@:9093:${DIRECTORY}`,
    "1@a:9093:short",
    `-1@a:1:${OTHER}`,
  ]) {
    const message = refusal(controller(DYNAMIC), { initialControllers: wrong });
    assert.ok(message.includes(`"${wrong}"`), message);
  }
  const twice = `1@a:9093:${DIRECTORY},1@b:9093:${OTHER}`;
  assert.match(refusal(controller(DYNAMIC), { initialControllers: twice }), /node 1 twice/);
  assert.match(refusal(controller(DYNAMIC), { initialControllers: "," }), /no voter/);
});
