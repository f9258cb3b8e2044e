import assert from "node:assert/strict";
import { createConnection, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { BrokerLink } from "../../src/cluster/broker-link.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { Apis } from "../../src/protocol/apis.js";
import { errorName } from "../../src/protocol/errors.js";
import { engine, leaderOf, makeTopic, startCluster } from "../support/cluster.js";
import { type OneProduce, produceOnce } from "../support/produce-once.js";
import { Workload } from "../support/workload.js";

// While all this happens another client sends on, and in the end has lost nothing.

let cluster: LocalCluster;
let bystander: Workload;
let port = 0;
let topic = "";

before(async () => {
  cluster = await startCluster();
  bystander = await Workload.start(cluster, await makeTopic(cluster, "bystander:3:3"), 3, 100);
  topic = await makeTopic(cluster, "target:1:3", { "max.message.bytes": "20000" });
  port = cluster.broker(await leaderOf(cluster, topic)).plan.port;
});
after(async () => {
  await cluster?.stopNow();
});

/** Sends bytes and answers what came back until the broker closed the connection. */
function answerTo(bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("close", () => resolve(Buffer.concat(chunks)));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    socket.write(bytes);
  });
}

function frame(...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function requestHeader(apiKey: number, apiVersion: number): Buffer {
  const header = Buffer.alloc(10);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(apiVersion, 2);
  header.writeInt32BE(7, 4);
  header.writeInt16BE(-1, 8);
  return header;
}

test("text of another protocol closes the connection without an answer", async () => {
  assert.equal((await answerTo(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))).length, 0);
});

test("a frame of garbage closes the connection without an answer", async () => {
  assert.equal((await answerTo(frame(Buffer.alloc(200, 0xa7)))).length, 0);
});

for (const [what, length] of [
  ["negative", -1],
  ["two gigabytes", 0x7fff_ffff],
] as const) {
  test(`a length that is impossible (${what}) closes the connection without an answer`, async () => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    assert.equal((await answerTo(bytes)).length, 0);
  });
}

test("an unknown API closes the connection without an answer", async () => {
  assert.equal((await answerTo(frame(requestHeader(999, 0)))).length, 0);
});

test("an unknown version of a known API closes the connection; of ApiVersions it is answered with what is there", async () => {
  assert.equal((await answerTo(frame(requestHeader(3, 999)))).length, 0);
  const socket = createConnection({ host: "127.0.0.1", port });
  const answer = await new Promise<Buffer>((resolve) => {
    socket.once("data", resolve);
    socket.write(frame(requestHeader(18, 999), Buffer.from([0])));
  });
  socket.destroy();
  assert.equal(answer.readInt32BE(4), 7, "the correlation id");
  assert.equal(answer.readInt16BE(8), 35, "UNSUPPORTED_VERSION");
});

test("an array that claims more elements than there are bytes closes the connection without an answer", async () => {
  const count = Buffer.alloc(5);
  count.writeInt32BE(0x7fff_ffff);
  assert.equal((await answerTo(frame(requestHeader(3, 4), count))).length, 0);
});

test("a request that never ends holds nobody up", async () => {
  const halves: Socket[] = [];
  const whole = frame(requestHeader(3, 4), Buffer.from([0xff, 0xff, 0xff, 0xff, 0]));
  for (let i = 0; i < 50; i++) {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.on("error", () => undefined);
    socket.write(whole.subarray(0, 9));
    halves.push(socket);
  }
  await bystander.progress(3);
  assert.equal(await produce({}), "NONE");
  for (const socket of halves) socket.destroy();
});

function produce(options: Partial<OneProduce>, name = topic): Promise<string> {
  return produceOnce(port, name, 0, { acks: -1, timeoutMs: 5000, ...options });
}

test("a batch with a wrong CRC is refused as corrupt", async () => {
  const spoil = (batch: Uint8Array): void => {
    batch[batch.length - 2] ^= 0xff;
  };
  assert.equal(await produce({ spoil }), "CORRUPT_MESSAGE");
});

test("a batch beyond max.message.bytes is refused as too large", async () => {
  assert.equal(await produce({ bytes: 30_000 }), "MESSAGE_TOO_LARGE");
});

test("an unknown topic is said to be unknown", async () => {
  assert.equal(await produce({}, "nobody-made-this"), "UNKNOWN_TOPIC_OR_PARTITION");
});

test("old message formats are refused", async () => {
  const spoil = (batch: Uint8Array): void => {
    batch[16] = 1;
  };
  const answer = await produce({ spoil });
  assert.ok(["INVALID_RECORD", "CORRUPT_MESSAGE", "UNSUPPORTED_FOR_MESSAGE_FORMAT"].includes(answer), answer);
});

for (const [name, value] of [
  ["no.such.config", "1"],
  ["retention.ms", "a week"],
  ["cleanup.policy", "shred"],
  ["min.insync.replicas", "0"],
] as const) {
  test(`a topic with ${name}=${value} is refused, and the answer names it`, async () => {
    const link = await BrokerLink.open({ host: "127.0.0.1", port });
    try {
      const { topics } = await link.call(Apis.CreateTopics, {
        topics: [{ name: "misconfigured", numPartitions: 1, replicationFactor: 3, configs: [{ name, value }] }],
        timeoutMs: 10_000,
      });
      assert.equal(errorName(topics[0].errorCode), "INVALID_CONFIG");
      assert.match(topics[0].errorMessage ?? "", new RegExp(name.replaceAll(".", "\\.")));
    } finally {
      link.close();
    }
  });
}

for (const [what, spec, error] of [
  ["a name with a space", { name: "not good", numPartitions: 1, replicationFactor: 1 }, "INVALID_TOPIC_EXCEPTION"],
  ["no partitions", { name: "none", numPartitions: 0, replicationFactor: 1 }, "INVALID_PARTITIONS"],
  [
    "more replicas than brokers",
    { name: "many", numPartitions: 1, replicationFactor: 9 },
    "INVALID_REPLICATION_FACTOR",
  ],
] as const) {
  test(`a topic with ${what} is refused`, async () => {
    const link = await BrokerLink.open({ host: "127.0.0.1", port });
    try {
      const { topics } = await link.call(Apis.CreateTopics, { topics: [spec], timeoutMs: 10_000 });
      assert.equal(errorName(topics[0].errorCode), error);
    } finally {
      link.close();
    }
  });
}

test("the other client went on all the time, and lost nothing", async () => {
  await bystander.progress(3);
  await bystander.stop();
  await bystander.verify();
  assert.ok(
    cluster.brokers.every((broker) => broker.state === "running"),
    `every ${engine} broker still runs`,
  );
});
