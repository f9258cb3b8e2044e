import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster } from "../controller.test.support.js";
import { Controller } from "./controller.js";

function cluster(): TestCluster {
  const made = new TestCluster();
  for (const id of [1, 2, 3]) made.join(id);
  return made;
}

const context = { principal: "User:test", clientHost: "localhost", listener: "CONTROLLER", timeoutMs: 30_000 };

function create(name: string): object {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  return { topics, timeoutMs: 1000, validateOnly: false };
}

function codeOf(reply: unknown): number {
  return (reply as { topics: { errorCode: number }[] }).topics[0].errorCode;
}

test("a reply leaves when its records are committed, in order, and not before", () => {
  const c = cluster();
  c.autoCommit = false;
  const replies: string[] = [];
  for (const name of ["a", "b"]) c.controller.handle(19, 7, create(name), context, () => replies.push(name));
  const firstEnd = c.log.logEndOffset - 3;
  assert.deepEqual(replies, []);
  c.controller.onCommitted(firstEnd);
  assert.deepEqual(replies, ["a"]);
  c.controller.onCommitted(firstEnd + 2);
  assert.deepEqual(replies, ["a", "b"]);
});

test("a reply that rests on what is not committed yet waits for it too", () => {
  const c = cluster();
  c.autoCommit = false;
  c.controller.handle(19, 7, create("a"), context, () => {});
  let reply: unknown = null;
  c.controller.handle(19, 7, create("a"), context, (response) => {
    reply = response;
  });
  assert.equal(reply, null);
  c.commit();
  assert.equal(codeOf(reply), ErrorCode.TOPIC_ALREADY_EXISTS);
});

test("a controller that resigns answers NOT_CONTROLLER, and what was not committed never was", () => {
  const c = cluster();
  c.autoCommit = false;
  let reply: unknown = null;
  c.controller.handle(19, 7, create("a"), context, (response) => {
    reply = response;
  });
  c.failOver();
  assert.equal(codeOf(reply), ErrorCode.NOT_CONTROLLER);
  assert.equal(c.controller.state?.topicsByName.has("a"), false);
  c.controller.resign();
  assert.equal(codeOf(c.send(19, 7, create("b"))), ErrorCode.NOT_CONTROLLER);
});

test("a controller that lost the log without knowing answers NOT_CONTROLLER and changes nothing", () => {
  const c = cluster();
  c.log.leaderEpoch++;
  assert.equal(codeOf(c.send(19, 7, create("a"))), ErrorCode.NOT_CONTROLLER);
  assert.equal(c.controller.state?.topicsByName.has("a"), false);
});

test("who waits too long for the commit hears so", () => {
  const c = cluster();
  c.autoCommit = false;
  let reply: unknown = null;
  c.controller.handle(19, 7, create("a"), context, (response) => {
    reply = response;
  });
  c.ports.nowMs += 29_999;
  c.controller.tick();
  assert.equal(reply, null);
  c.ports.nowMs += 1;
  c.controller.tick();
  assert.equal(codeOf(reply), ErrorCode.REQUEST_TIMED_OUT);
});

test("an idle controller writes a NoOp record every half second, a busy one does not", () => {
  const c = cluster();
  const noOps = () => c.log.records.filter((record) => record.kind === "NoOpRecord").length;
  for (let i = 0; i < 20; i++) {
    c.ports.nowMs += 100;
    c.controller.tick();
  }
  assert.equal(noOps(), 4);
  for (let i = 0; i < 20; i++) {
    c.ports.nowMs += 100;
    c.createTopic(`t${i}`);
    c.controller.tick();
  }
  assert.equal(noOps(), 4);
});

test("a request that would change too much at once is refused whole", () => {
  const c = cluster();
  for (const name of ["a", "b", "c"]) c.createTopic(name);
  const topics = ["a", "b", "c"].map((name) => ({ name, count: 9_000, assignments: null }));
  const before = c.log.logEndOffset;
  const reply = c.send(37, 3, { topics, timeoutMs: 1, validateOnly: false }) as { results: { errorCode: number }[] };
  assert.deepEqual(
    reply.results.map((result) => result.errorCode),
    [ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION],
  );
  assert.equal(c.log.logEndOffset, before);
});

test("every API that the controller serves has an answer for a node that is not the controller", () => {
  const c = cluster();
  c.controller.resign();
  const empty = { topics: [], topicNames: [], resources: [], topicPartitions: [], featureUpdates: [], directories: [] };
  for (let apiKey = 0; apiKey < 100; apiKey++) {
    if (Controller.serves(apiKey)) assert.notEqual(c.send(apiKey, 1, empty), null);
  }
});
