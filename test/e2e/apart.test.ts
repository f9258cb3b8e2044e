import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engine, makeTopic, until, untilInSync, untilServing } from "../support/cluster.js";
import { freePorts, NodeGroup, type NodeSpec } from "../support/node-group.js";
import { produceOnce } from "../support/produce-once.js";
import { readAll, Workload } from "../support/workload.js";

// Controller and brokers apart, each from a server.properties as Apache Kafka's, formatted as an operator does it.

const skip = engine === "holdfast" ? false : "files of Holdfast's own command";
let group: NodeGroup;

async function specs(): Promise<NodeSpec[]> {
  const ports = await freePorts(4);
  const common = {
    "controller.quorum.voters": `100@127.0.0.1:${ports.controllers[3]}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "min.insync.replicas": "2",
    "default.replication.factor": "3",
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
    // What Apache Kafka's sample has and Holdfast has no use for: accepted.
    "num.network.threads": "3",
    "num.io.threads": "8",
    "log.segment.bytes": "1073741824",
  };
  const controller = {
    id: 100,
    port: ports.controllers[3],
    properties: {
      ...common,
      "process.roles": "controller",
      listeners: `CONTROLLER://127.0.0.1:${ports.controllers[3]}`,
    },
  };
  const brokers = [1, 2, 3].map((id) => ({
    id,
    port: ports.brokers[id - 1],
    properties: {
      ...common,
      "process.roles": "broker",
      listeners: `PLAINTEXT://127.0.0.1:${ports.brokers[id - 1]}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${ports.brokers[id - 1]}`,
      "inter.broker.listener.name": "PLAINTEXT",
    },
  }));
  return [controller, ...brokers];
}

before(async () => {
  if (skip !== false) return;
  group = await NodeGroup.make(await specs());
  for (const { plan } of group.nodes) await group.format(plan.id);
  await group.start();
  await untilServing(group);
});
after(() => group?.end());

test("two of three brokers are gone, the controller lives: NOT_ENOUGH_REPLICAS, reads go on, all heals", {
  skip,
}, async () => {
  const topic = await makeTopic(group, "apart:3:3");
  const workload = await Workload.start(group, topic, 3, 100);
  await workload.progress(10);
  await workload.stop();
  await workload.verify();
  const survivor = group.node(1);
  await Promise.all([group.node(2).kill(), group.node(3).kill()]);
  await until("refused for want of replicas", 20_000, async () => {
    const answer = await produceOnce(survivor.plan.port, topic, 0, { acks: -1, timeoutMs: 1000 });
    assert.notEqual(answer, "NONE");
    return answer === "NOT_ENOUGH_REPLICAS";
  });
  await until("every record readable on the survivor", 20_000, async () => {
    const read = await readAll(group, topic);
    return workload.acknowledged.every((each) => read.some((found) => found.sequence === each.sequence));
  });
  await group.node(2).start();
  await until("accepted again", 20_000, async () => {
    return (await produceOnce(survivor.plan.port, topic, 0, { acks: -1, timeoutMs: 1000 })) === "NONE";
  });
  await group.node(3).start();
  await untilInSync(group, topic);
});

test("the only controller is killed: what is led goes on, and with it back a leader's death is noticed at once", {
  skip,
}, async () => {
  const topic = await makeTopic(group, "headless:3:3");
  const workload = await Workload.start(group, topic, 3, 100);
  await workload.progress(5);
  await group.node(100).kill();
  await workload.progress(10);
  await group.node(100).start();
  await workload.progress(10);
  await group.node(3).kill();
  await workload.progress(10);
  await workload.stop();
  await workload.verify();
  await group.node(3).start();
  await untilInSync(group, topic);
  await workload.verify();
});
