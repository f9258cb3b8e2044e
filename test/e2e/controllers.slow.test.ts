import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { newUuid } from "../../src/cluster/engines/meta-properties.js";
import { Apis } from "../../src/protocol/apis.js";
import { ErrorCode } from "../../src/protocol/errors.js";
import { engine, makeTopic, until, untilInSync, untilServing, withAdmin } from "../support/cluster.js";
import { freePorts, NodeGroup, type NodeSpec } from "../support/node-group.js";
import { produceOnce } from "../support/produce-once.js";
import { readAll, Workload } from "../support/workload.js";

// Three controllers and three brokers, each a process of its own, with a dynamic quorum as an operator formats it.

const skip = engine === "holdfast" ? false : "files of Holdfast's own command";
const CONTROLLERS = [101, 102, 103];
const BROKERS = [1, 2, 3];
let group: NodeGroup;

before(async () => {
  if (skip !== false) return;
  const ports = await freePorts(3);
  const common = {
    "controller.quorum.bootstrap.servers": ports.controllers.map((port) => `127.0.0.1:${port}`).join(","),
    "controller.listener.names": "CONTROLLER",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
  };
  const controllers = CONTROLLERS.map(
    (id, index): NodeSpec => ({
      id,
      port: ports.controllers[index],
      properties: {
        ...common,
        "process.roles": "controller",
        "controller.quorum.auto.join.enable": "true",
        listeners: `CONTROLLER://127.0.0.1:${ports.controllers[index]}`,
      },
    }),
  );
  const brokers = BROKERS.map(
    (id, index): NodeSpec => ({
      id,
      port: ports.brokers[index],
      properties: { ...common, "process.roles": "broker", listeners: `PLAINTEXT://127.0.0.1:${ports.brokers[index]}` },
    }),
  );
  group = await NodeGroup.make([...controllers, ...brokers]);
  const voters = controllers.map(({ id, port }) => `${id}@127.0.0.1:${port}:${newUuid()}`).join(",");
  await Promise.all(group.nodes.map(({ plan }) => group.format(plan.id, "--initial-controllers", voters)));
  await group.start();
  await untilServing(group, 60_000);
});
after(() => group?.end());

interface Quorum {
  readonly leader: number;
  /** `ID DIRECTORY`, by rising id. */
  readonly voters: readonly string[];
}

async function quorum(nodes = group): Promise<Quorum> {
  return withAdmin(nodes, async (admin) => {
    const topics = [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }];
    const answer = await (await admin.any()).call(Apis.DescribeQuorum, { topics });
    const [{ errorCode, leaderId, currentVoters }] = answer.topics[0].partitions;
    assert.equal(errorCode, 0);
    const voters = currentVoters.map(({ replicaId, replicaDirectoryId }) => `${replicaId} ${replicaDirectoryId}`);
    return { leader: leaderId, voters: voters.sort() };
  });
}

function votersOnDisk(): string[] {
  return CONTROLLERS.map((id) => {
    const text = readFileSync(join(group.node(id).plan.dataDir, "meta.properties"), "utf8");
    return `${id} ${/^directory\.id=(.*)$/m.exec(text)?.[1]}`;
  });
}

/** Creates a topic, tried once by a client that does not wait long; an earlier try may have had its way. */
function create(name: string): Promise<boolean> {
  return withAdmin(group, async (admin) => {
    const request = { topics: [{ name, numPartitions: 1, replicationFactor: 3 }], timeoutMs: 1000 };
    const { topics } = await (await admin.any()).call(Apis.CreateTopics, request, 1000);
    const { errorCode } = topics[0];
    return errorCode === ErrorCode.NONE || errorCode === ErrorCode.TOPIC_ALREADY_EXISTS;
  });
}

test("the active controller is killed: records go on, and another one leads the quorum", { skip }, async () => {
  assert.deepEqual((await quorum()).voters, votersOnDisk());
  const workload = await Workload.start(group, await makeTopic(group, "active:3:3"), 3, 100);
  await workload.progress(5);
  const { leader } = await quorum();
  await group.node(leader).kill();
  await until("another leads", 20_000, async () => ![leader, -1].includes((await quorum()).leader));
  await makeTopic(group, "after:3:3");
  await workload.progress(5);
  await group.node(leader).start();
  await workload.stop();
  await workload.verify();
});

test("two of three brokers are gone and the controllers live: NOT_ENOUGH_REPLICAS, reads go on, all heals", {
  skip,
}, async () => {
  const topic = await makeTopic(group, "few:1:3");
  const workload = await Workload.start(group, topic, 1, 100);
  await workload.progress(10);
  await workload.stop();
  const survivor = group.node(1);
  // With them the active controller: the next one finds out by itself who is gone.
  const { leader } = await quorum();
  await Promise.all([2, 3, leader].map((id) => group.node(id).kill()));
  const answer = () => produceOnce(survivor.plan.port, topic, 0, { acks: -1, timeoutMs: 1000 });
  await until("refused for want of replicas", 30_000, async () => {
    const error = await answer();
    assert.notEqual(error, "NONE");
    return error === "NOT_ENOUGH_REPLICAS";
  });
  await until("every record readable on the survivor", 20_000, async () => {
    const read = await readAll(group, topic);
    return workload.acknowledged.every((each) => read.some(({ sequence }) => sequence === each.sequence));
  });
  await group.node(2).start();
  await until("accepted again", 20_000, async () => (await answer()) === "NONE");
  await Promise.all([3, leader].map((id) => group.node(id).start()));
  await untilInSync(group, topic);
});

test("two of three controllers are gone: what is led goes on, nothing is changed, and all heals with one of them", {
  skip,
}, async () => {
  const workload = await Workload.start(group, await makeTopic(group, "minority:3:3"), 3, 100);
  await workload.progress(5);
  const { leader } = await quorum();
  const other = CONTROLLERS.find((id) => id !== leader) as number;
  await Promise.all([leader, other].map((id) => group.node(id).kill()));
  await workload.progress(10);
  await assert.rejects(create("nobody"), /no answer to CreateTopics/);
  await group.node(other).start();
  await until("topics are made again", 30_000, () => create("made"));
  await group.node(leader).start();
  await workload.progress(5);
  await workload.stop();
  await workload.verify();
});

test("one controller alone is formatted as such, and another one joins it by itself", { skip }, async () => {
  const ports = await freePorts(2);
  const nodes = await NodeGroup.make(
    [1, 2].map((id, index) => ({
      id,
      port: ports.brokers[index],
      properties: {
        "process.roles": "broker,controller",
        "controller.quorum.bootstrap.servers": ports.controllers.map((port) => `127.0.0.1:${port}`).join(","),
        "controller.quorum.auto.join.enable": "true",
        "controller.listener.names": "CONTROLLER",
        listeners: `PLAINTEXT://127.0.0.1:${ports.brokers[index]},CONTROLLER://127.0.0.1:${ports.controllers[index]}`,
      },
    })),
  );
  try {
    await assert.rejects(nodes.format(1), /ended with 2.*--standalone/);
    await nodes.format(1, "--standalone");
    await nodes.format(2, "--no-initial-controllers");
    await nodes.start();
    await until("both vote", 30_000, async () => (await quorum(nodes)).voters.length === 2);
    await makeTopic(nodes, "alone:1:2");
  } finally {
    await nodes.end();
  }
});

test("a controller whose directory is gone comes back with a new one, and votes again by itself", {
  skip,
}, async () => {
  const before = votersOnDisk();
  const { leader } = await quorum();
  const lost = CONTROLLERS.find((id) => id !== leader) as number;
  const node = group.node(lost);
  await node.kill();
  await rm(node.plan.dataDir, { recursive: true });
  await group.format(lost, "--no-initial-controllers");
  const now = votersOnDisk();
  assert.notDeepEqual(now, before);
  await node.start();
  await until("it votes again", 30_000, async () => String((await quorum()).voters) === String(now));
  await group.node(leader).kill();
  await until("the quorum has a leader with its vote", 20_000, () => create("voted"));
  await group.node(leader).start();
});
