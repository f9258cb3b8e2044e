import { type Admin, expectNone } from "../../cluster/admin.js";
import { Failure, messageOf } from "../../cluster/failure.js";
import { pause } from "../../cluster/readiness.js";
import { createTopic, describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../../protocol/errors.js";
import { buildBatch } from "../../protocol/records/builder.js";
import type { ConsoleFeed } from "./feed.js";
import { fetchSlice } from "./records.js";
import { FieldFailure } from "./request-fields.js";
import type { Target } from "./target.js";

const PRODUCE_BY_NAME = 12;
const ACK_TIMEOUT_MS = 3_000;
const DELIVERY_LIMIT_MS = 15_000;
/** What seldom changes by itself is waited for no longer: too few replicas in sync, no leader, brokers that do not answer. */
const STANDSTILL_LIMIT_MS = 4_000;
/** Until a new topic has a leader: brokers of Apache Kafka that have just started, on a busy machine, take their time. */
const TOPIC_LIMIT_MS = 30_000;
const RETRY_PAUSE_MS = 25;
const VALUE_BYTES_MAX = 1_000_000;
const GROUP = "breakdown-reader";

export interface RunRequest {
  readonly run: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: string;
  readonly key: string | null;
  readonly acks: -1 | 0 | 1;
}

/** Creates the page's topic when it is not there: one partition, `replicas` copies. */
export async function ensureTopic(target: Target, name: string, replicas: number): Promise<void> {
  await target.ask(async (admin) => {
    const { brokers } = await admin.metadata([]);
    const copies = Math.min(replicas, Math.max(brokers.length, target.localIds.length));
    await createTopic(admin, { name, partitions: 1, replicationFactor: copies }, {}, true);
    for (const deadline = Date.now() + TOPIC_LIMIT_MS; Date.now() < deadline; await pause(RETRY_PAUSE_MS)) {
      const { topics } = await admin.metadata([name]);
      const [partition] = topics[0].partitions;
      if (topics[0].errorCode === ErrorCode.NONE && partition !== undefined && partition.leaderId >= 0) return;
    }
    throw new Failure(`Topic ${name} has no leader yet.`, "Is a majority of the brokers running?");
  });
}

/** Sends one record as any producer does: to the leader, again when the leader changes. Answers its offset. */
export async function runProducer(target: Target, feed: ConsoleFeed, request: RunRequest): Promise<object> {
  const { run, topic, partition, acks } = request;
  const ports = await target.recordPorts();
  const encoder = new TextEncoder();
  const value = encoder.encode(request.value);
  if (value.length > VALUE_BYTES_MAX)
    throw new FieldFailure("value", `The message has ${value.length} bytes; this page sends up to ${VALUE_BYTES_MAX}.`);
  const key = request.key === null ? null : encoder.encode(request.key);
  const crc = ports.digest.crc32c(value, 0, value.length);
  const client = `holdfast-breakdown-${run}`;
  if (feed.source === "events") {
    await feed.heard(3_000);
    await feed.compareClocks();
  } else await feed.lookAt({ topic, partition });
  feed.tell({
    broker: -1,
    kind: "run",
    topic,
    partition,
    detail: { run, client, acks, bytes: value.length, crc, value: request.value.slice(0, 400) },
  });
  const began = performance.now();
  const answer = await target.as(
    client,
    async (admin) => {
      const { producerId, producerEpoch } = acks === 0 ? NOBODY : await identity(admin);
      const options = { timestamp: Date.now(), producerId, producerEpoch, baseSequence: 0 };
      const batch = buildBatch(options, [{ key, value }], ports);
      let problem = "";
      let attempts = 0;
      let refusedAt = 0;
      for (let deadline = Date.now() + DELIVERY_LIMIT_MS; Date.now() < deadline; await pause(RETRY_PAUSE_MS)) {
        try {
          const { topics } = await admin.metadata([topic]);
          const leader = topics[0].partitions.find((each) => each.partitionIndex === partition)?.leaderId ?? -1;
          if (leader < 0) {
            problem = "the partition has no leader";
            continue;
          }
          attempts++;
          const topicData = [{ name: topic, partitionData: [{ index: partition, records: batch }] }];
          const produce = { transactionalId: null, acks, timeoutMs: ACK_TIMEOUT_MS, topicData };
          const link = await admin.broker(leader);
          if (acks === 0) {
            await link.tell(Apis.Produce, produce, PRODUCE_BY_NAME);
            // Behind it on the same connection, so that the broker has seen it before this ends.
            await link.call(Apis.ApiVersions, {}, ACK_TIMEOUT_MS, 0);
            return { offset: -1, leader, attempts };
          }
          const response = await link.call(Apis.Produce, produce, ACK_TIMEOUT_MS + 1_000, PRODUCE_BY_NAME);
          const result = response.responses[0].partitionResponses[0];
          if (result.errorCode === ErrorCode.NONE || result.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER)
            return { offset: result.baseOffset, leader, attempts };
          problem = `${result.errorMessage || errorMessage(result.errorCode)} (${errorName(result.errorCode)})`;
          if (!isRetriable(result.errorCode)) break;
          if (refusedAt > 0 || !TOO_FEW.has(result.errorCode)) continue;
          refusedAt = Date.now();
          deadline = Math.min(deadline, refusedAt + STANDSTILL_LIMIT_MS);
          const detail = { run, attempts, again: true };
          feed.tell({ broker: leader, kind: "answer", topic, partition, leader, cause: problem, detail });
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          problem = error.message;
        }
      }
      return { problem, attempts };
    },
    STANDSTILL_LIMIT_MS,
  );
  const ms = performance.now() - began;
  if ("problem" in answer) {
    const { problem = "", attempts } = answer;
    feed.tell({ broker: -1, kind: "answer", topic, partition, cause: problem, detail: { run, attempts, ms, crc } });
    throw new Failure(`Not acknowledged: ${problem}.`, "The message is still in the field; send it again.");
  }
  const { offset, leader, attempts } = answer;
  const detail = { run, attempts, ms, crc, acks };
  // With acks=0 nobody answers: where it went, and whether, is unknown to the producer.
  if (acks === 0) return { offset: null, leader, attempts, ms, crc };
  feed.tell({ broker: leader, kind: "answer", topic, partition, offset, leader, detail });
  await feed.compareClocks();
  if (feed.source === "protocol") {
    // All that the protocol tells about these steps is the answer itself.
    const via = { ...detail, via: "protocol", client, bytes: value.length };
    feed.tell({ broker: leader, kind: "produce-received", topic, partition, detail: via });
    feed.tell({ broker: leader, kind: "acknowledged", topic, partition, offset, detail: via });
  }
  return { offset, leader, attempts, ms, crc };
}

const TOO_FEW: ReadonlySet<number> = new Set([
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
]);

/** A producer that does not ask who it is: it sends once, whatever becomes of it. */
const NOBODY = { producerId: -1, producerEpoch: -1 };

async function identity(admin: Admin): Promise<{ producerId: number; producerEpoch: number }> {
  let problem = "";
  for (const deadline = Date.now() + DELIVERY_LIMIT_MS; Date.now() < deadline; await pause(RETRY_PAUSE_MS)) {
    try {
      const link = await admin.any();
      const answer = await link.call(
        Apis.InitProducerId,
        { transactionalId: null, transactionTimeoutMs: 60_000 },
        ACK_TIMEOUT_MS,
      );
      if (answer.errorCode === ErrorCode.NONE)
        return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
      problem = errorMessage(answer.errorCode);
      if (!isRetriable(answer.errorCode)) break;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error.message;
    }
  }
  throw new Failure(`No broker gives a producer id: ${problem}.`, "A majority of the controllers must run for that.");
}

export interface ReadRequest {
  readonly run: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly sentCrc: number | null;
}

/** Reads the record as any consumer does, from the leader, and commits the position behind it. */
export async function runReader(target: Target, feed: ConsoleFeed, request: ReadRequest): Promise<object> {
  const { run, topic, partition, offset } = request;
  const client = `holdfast-reader-${run}`;
  try {
    return await target.as(client, (admin) => deliver(target, feed, admin, client, request), STANDSTILL_LIMIT_MS);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const cause = error.message;
    feed.tell({ broker: -1, kind: "read", topic, partition, offset, cause, detail: { run, failed: true } });
    throw new Failure(`The record could not be read: ${cause}${cause.endsWith(".") ? "" : "."}`, error.advice);
  }
}

async function deliver(
  target: Target,
  feed: ConsoleFeed,
  admin: Admin,
  client: string,
  request: ReadRequest,
): Promise<object> {
  const { run, topic, partition, offset } = request;
  const began = Date.now();
  let problem = "nobody answered";
  for (; Date.now() < began + DELIVERY_LIMIT_MS; await pause(RETRY_PAUSE_MS)) {
    try {
      const { topics } = await admin.metadata([topic]);
      const { errorCode, partitions } = topics[0];
      const leader = partitions.find((each) => each.partitionIndex === partition)?.leaderId ?? -1;
      if (leader < 0) {
        problem = whyNoLeader(errorCode, topic, partition);
        if (Date.now() > began + STANDSTILL_LIMIT_MS) break;
        continue;
      }
      const told = await readFrom(target, admin, leader, request);
      const event = { topic, partition, offset, hw: told.hw };
      feed.tell({ ...event, broker: leader, kind: "read", detail: { run, ...told } });
      if (feed.source === "protocol")
        feed.tell({ ...event, broker: leader, kind: "fetched", detail: { via: "protocol", client, to: offset + 1 } });
      const commit = await commitOffset(admin, topic, partition, offset + 1);
      if (feed.source === "protocol" && commit === null) {
        const detail = { via: "protocol", group: GROUP };
        feed.tell({ broker: -1, kind: "offset-committed", topic, partition, offset: offset + 1, detail });
      }
      return { broker: leader, ...told, commit };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error.message;
      if (/OFFSET_OUT_OF_RANGE|There is no/.test(problem)) break;
    }
  }
  throw new Failure(problem);
}

function whyNoLeader(errorCode: number, topic: string, partition: number): string {
  if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return `the cluster knows no topic ${topic}`;
  if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.LEADER_NOT_AVAILABLE) return errorMessage(errorCode);
  return `${topic}-${partition} has no leader: its record is unavailable until a replica that has it returns`;
}

/** Reads the record from each replica that runs, and compares what they hold. */
export async function readFromEach(target: Target, feed: ConsoleFeed, request: ReadRequest): Promise<object> {
  const { run, topic, partition, offset } = request;
  return target.as("holdfast-check", async (admin) => {
    const [found] = await describeTopics(admin, [topic]);
    const replicas = found.partitions.find((each) => each.partition === partition)?.replicas ?? [];
    const copies = await Promise.all(
      replicas.map(async (broker) => {
        const process = target.local?.brokers.find((each) => each.plan.id === broker)?.state ?? "running";
        try {
          if (process !== "running") throw new Failure(`not asked: it does not run (${process})`);
          return { broker, error: null, ...(await readFrom(target, admin, broker, request)) };
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          return { broker, error: messageOf(error), crc: null, hw: null, equal: null, value: null };
        }
      }),
    );
    const held = copies.filter((copy) => copy.error === null);
    const detail = { run, brokers: held.map((copy) => copy.broker).join(), equal: held.every((copy) => copy.equal) };
    feed.tell({ broker: -1, kind: "action", topic, partition, offset, cause: "read from each replica", detail });
    return { copies };
  });
}

async function readFrom(target: Target, admin: Admin, broker: number, request: ReadRequest) {
  const { offset, sentCrc } = request;
  const ports = await target.recordPorts();
  const limits = { bytes: 4 * 1024 * 1024, waitMs: 300, records: 1 };
  const slice = await fetchSlice(admin, broker, request, limits, ports);
  const [record] = slice.records;
  if (record === undefined || record.offset !== offset)
    throw new Failure(`Broker ${broker} has no record at ${offset} below its high watermark ${slice.highWatermark}.`);
  const equal = sentCrc === null ? null : record.crc === sentCrc;
  return { crc: record.crc, equal, hw: slice.highWatermark, value: record.value?.text?.slice(0, 400) ?? null };
}

/** null: committed; otherwise why not. */
async function commitOffset(admin: Admin, topic: string, partition: number, offset: number): Promise<string | null> {
  let problem = "";
  for (const deadline = Date.now() + DELIVERY_LIMIT_MS; Date.now() < deadline; await pause(RETRY_PAUSE_MS)) {
    try {
      const link = await coordinatorOf(admin, GROUP);
      const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: "" }];
      const request = { groupId: GROUP, topics: [{ name: topic, partitions }] };
      const answer = await link.call(Apis.OffsetCommit, request, 4_000, 9);
      const code = answer.topics[0].partitions[0].errorCode;
      if (code === ErrorCode.NONE) return null;
      problem = errorName(code);
      if (!isRetriable(code)) break;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error.message;
    }
  }
  return problem;
}

/** A connection to the broker that coordinates the group. */
export async function coordinatorOf(admin: Admin, group: string): Promise<Awaited<ReturnType<Admin["any"]>>> {
  const link = await admin.any();
  const batched = (link.versionOf(Apis.FindCoordinator) ?? 0) >= 4;
  const request = batched ? { keyType: 0, coordinatorKeys: [group] } : { key: group, keyType: 0 };
  const answer = await link.call(Apis.FindCoordinator, request, 4_000);
  const found = batched ? answer.coordinators[0] : answer;
  expectNone(found.errorCode, found.errorMessage, `Coordinator of ${group}`);
  await admin.metadata([]);
  return admin.broker(found.nodeId);
}
