import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName } from "../protocol/errors.js";
import {
  baseOffset,
  baseSequence,
  batchBytes,
  codecOf,
  computeCrc,
  crc,
  isControl,
  lastOffset,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
} from "../protocol/records/batch.js";
import { CODEC_NAMES } from "../protocol/records/compression.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import type { Admin } from "./admin.js";
import { describeConfigs } from "./configs.js";
import { Failure, messageOf } from "./failure.js";
import { committedOffsets, listGroups } from "./groups.js";
import { EARLIEST, LATEST, nameOf, offsetsAt, type TopicPartition } from "./partition-offsets.js";
import type { RecordPorts } from "./record-sender.js";
import { eligibleReplicasOf, logEndOf } from "./replica-state.js";
import { describeTopics, type PartitionReport } from "./topics.js";

/** What one replica says of a partition, and (when a record is traced) of its copy of the record's batch. */
export interface ReplicaTrace {
  readonly broker: number;
  readonly role: "leader" | "follower";
  readonly inSync: boolean;
  readonly start: number | null;
  readonly highWatermark: number | null;
  /** Of its own log: what the replica has, committed or not. */
  readonly end: number | null;
  /** Whether it gave the record; null when none is traced or it did not answer. */
  readonly holds: boolean | null;
  /** CRC-32C of its copy of the batch, as 8 hexadecimal digits, and whether the bytes fit it. */
  readonly crc: string | null;
  readonly crcHolds: boolean | null;
  readonly problem: string | null;
}

export interface BatchTrace {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly records: number;
  readonly leaderEpoch: number;
  readonly codec: string;
  /** −1: not of an idempotent producer. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isControl: boolean;
  readonly bytes: number;
}

export interface RecordTrace {
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { key: Uint8Array; value: Uint8Array | null }[];
}

export interface GroupPosition {
  readonly group: string;
  readonly committed: number;
  readonly read: boolean | null;
}

export interface PartitionTrace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
  readonly leader: number | null;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  /** Not in sync, but with all that was committed: each of them may lead. */
  readonly elr: readonly number[];
  readonly replicas: readonly ReplicaTrace[];
  /** When a replica counts a record as its own; null: no record is traced, or nobody tells (Apache Kafka: written to memory). */
  readonly ackAfter: "write" | "fsync" | null;
  readonly batch: BatchTrace | null;
  readonly record: RecordTrace | null;
  /** Groups that committed for this partition; `read` tells whether their position is past the record. null: some coordinator does not tell. */
  readonly groups: readonly GroupPosition[] | null;
  readonly verdict: string;
  /** Whether the verdict is one that nobody needs to act on. */
  readonly ok: boolean;
}

/** The last version of Fetch that names topics by name; from 11 on followers answer readers too. */
const FETCH_BY_NAME = 12;
const ANSWER_LIMIT_MS = 5_000;

interface Copy extends ReplicaTrace {
  /** The batch that holds the offset; null: none was given. */
  readonly batch: Uint8Array | null;
}

/** All that the brokers tell of one partition, and of one record in it. */
export async function tracePartition(
  admin: Admin,
  ports: RecordPorts,
  { topic, partition }: TopicPartition,
  offset: number | null,
): Promise<PartitionTrace> {
  const [described] = await describeTopics(admin, [topic]);
  const found = described.partitions.find((each) => each.partition === partition);
  if (found === undefined)
    throw new Failure(`Topic ${topic} has ${described.partitions.length} partitions, none is ${partition}.`);
  const [elr, copies] = await Promise.all([
    eligibleReplicasOf(admin, topic, partition),
    Promise.all(found.replicas.map((broker) => ask(admin, ports, topic, found, broker, offset))),
  ]);
  const batch = copies.find((copy) => copy.batch !== null)?.batch ?? null;
  const record = batch === null || offset === null ? null : recordIn(ports, batch, offset);
  const ackAfter = offset === null || found.leader === null ? null : await ackAfterOf(admin, found.leader);
  const { verdict, ok } = judge(found, elr, copies, offset, batch, record !== null, ackAfter);
  return {
    topic,
    partition,
    offset,
    leader: found.leader,
    leaderEpoch: found.leaderEpoch,
    isr: found.isr,
    elr,
    replicas: copies.map(({ batch: _, ...rest }) => rest),
    ackAfter,
    batch: batch === null ? null : batchTrace(batch),
    record,
    groups: await groupsOf(admin, { topic, partition }, offset),
    verdict,
    ok,
  };
}

async function ask(
  admin: Admin,
  ports: RecordPorts,
  topic: string,
  { partition, leader, isr }: PartitionReport,
  broker: number,
  offset: number | null,
): Promise<Copy> {
  const copy = {
    broker,
    role: broker === leader ? ("leader" as const) : ("follower" as const),
    inSync: isr.includes(broker),
    start: null,
    highWatermark: null,
    end: null,
    holds: null,
    crc: null,
    crcHolds: null,
    batch: null,
    problem: null,
  };
  try {
    const link = await admin.broker(broker);
    const end = await logEndOf(link, topic, partition);
    let answer = await fetchAt(link, topic, partition, offset ?? 0);
    const outside = answer.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE;
    if (answer.errorCode !== ErrorCode.NONE && !outside)
      return { ...copy, end, problem: `${errorMessage(answer.errorCode)} (${errorName(answer.errorCode)})` };
    // Out of range is told without the bounds.
    if (outside && broker === leader) answer = { ...answer, ...(await boundsOf(admin, { topic, partition })) };
    const batch = offset === null || outside || answer.records === null ? null : batchWith(answer.records, offset);
    const known = (value: number): number | null => (value < 0 ? null : value);
    return {
      ...copy,
      end,
      start: known(answer.logStartOffset),
      highWatermark: known(answer.highWatermark),
      holds: offset === null ? null : batch !== null,
      batch,
      crc: batch === null ? null : crc(batch, 0).toString(16).padStart(8, "0"),
      crcHolds: batch === null ? null : computeCrc(ports.digest, batch, 0) === crc(batch, 0),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...copy, problem: messageOf(error) };
  }
}

type Link = Awaited<ReturnType<Admin["broker"]>>;

async function fetchAt(link: Link, topic: string, partition: number, fetchOffset: number) {
  const request = {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 16 * 1024 * 1024,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1024 * 1024 }] }],
  };
  const answer = await link.call(Apis.Fetch, request, ANSWER_LIMIT_MS, FETCH_BY_NAME);
  const { errorCode, highWatermark, logStartOffset, records } = answer.responses[0].partitions[0];
  return { errorCode, highWatermark, logStartOffset, records };
}

async function boundsOf(
  admin: Admin,
  where: TopicPartition,
): Promise<{ logStartOffset: number; highWatermark: number }> {
  const low = await offsetsAt(admin, [where], EARLIEST);
  const high = await offsetsAt(admin, [where], LATEST);
  return { logStartOffset: low.get(nameOf(where)) ?? -1, highWatermark: high.get(nameOf(where)) ?? -1 };
}

function batchWith(records: Uint8Array, offset: number): Uint8Array | null {
  let at = 0;
  while (at + 12 <= records.length && at + batchBytes(records, at) <= records.length) {
    if (baseOffset(records, at) > offset) return null;
    if (lastOffset(records, at) >= offset) return records.subarray(at, at + batchBytes(records, at));
    at += batchBytes(records, at);
  }
  return null;
}

function recordIn(ports: RecordPorts, batch: Uint8Array, offset: number): RecordTrace | null {
  if (isControl(batch, 0)) return null;
  const cursor = new RecordCursor(ports.compression);
  cursor.reset(batch, 0);
  while (cursor.next()) {
    if (cursor.offset !== offset) continue;
    const { timestamp, key, value, headers } = cursor;
    return { timestamp, key, value, headers };
  }
  return null;
}

function batchTrace(batch: Uint8Array): BatchTrace {
  return {
    baseOffset: baseOffset(batch, 0),
    lastOffset: lastOffset(batch, 0),
    records: recordCount(batch, 0),
    leaderEpoch: partitionLeaderEpoch(batch, 0),
    codec: CODEC_NAMES[codecOf(batch, 0)] ?? "unknown",
    producerId: producerId(batch, 0),
    producerEpoch: producerEpoch(batch, 0),
    baseSequence: baseSequence(batch, 0),
    isControl: isControl(batch, 0),
    bytes: batch.length,
  };
}

async function ackAfterOf(admin: Admin, leader: number): Promise<PartitionTrace["ackAfter"]> {
  try {
    const configs = await describeConfigs(admin, { type: "broker", name: String(leader) });
    const value = configs.find(({ name }) => name === "holdfast.ack.after")?.value;
    return value === "write" || value === "fsync" ? value : null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return null;
  }
}

/** The record's own fate can be told while a coordinator is away. */
async function groupsOf(admin: Admin, where: TopicPartition, offset: number | null): Promise<GroupPosition[] | null> {
  const found: GroupPosition[] = [];
  try {
    for (const { group } of await listGroups(admin)) {
      const committed = (await committedOffsets(admin, group)).get(nameOf(where));
      if (committed !== undefined) found.push({ group, committed, read: offset === null ? null : committed > offset });
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return null;
  }
  return found;
}

function judge(
  { leader, replicas, isr }: PartitionReport,
  elr: readonly number[],
  copies: readonly Copy[],
  offset: number | null,
  batch: Uint8Array | null,
  isThere: boolean,
  ackAfter: PartitionTrace["ackAfter"],
): { verdict: string; ok: boolean } {
  const bad = copies.find((copy) => copy.crcHolds === false);
  if (bad !== undefined) return { verdict: `DAMAGED: broker ${bad.broker}'s copy does not fit its CRC.`, ok: false };
  const holders = copies.filter((copy) => copy.holds === true);
  if (new Set(holders.map((copy) => copy.crc)).size > 1) {
    const each = holders.map((copy) => `${copy.broker}: ${copy.crc}`).join(", ");
    return { verdict: `DIVERGED: the replicas hold different batches there (CRC ${each}).`, ok: false };
  }
  if (leader === null) return { verdict: leaderless(elr), ok: false };
  const own = copies.find((copy) => copy.broker === leader);
  if (own === undefined || own.problem !== null)
    return { verdict: `The leader, broker ${leader}, does not answer: ${own?.problem ?? "unknown"}`, ok: false };
  const hw = own.highWatermark;
  if (offset === null) {
    if (isr.length === replicas.length)
      return { verdict: `All ${replicas.length} replicas are in sync; committed up to offset ${hw ?? "?"}.`, ok: true };
    const missing = replicas.filter((each) => !isr.includes(each)).join(", ");
    const eligible = elr.length === 0 ? "" : ` With all that was committed, though not in sync: ${elr.join(", ")}.`;
    return {
      verdict: `In sync: ${isr.join(", ")} of ${replicas.join(", ")}; missing: ${missing}.${eligible}`,
      ok: false,
    };
  }
  if (own.start !== null && offset < own.start)
    return { verdict: `Deleted: the log starts at ${own.start} (retention, or DeleteRecords).`, ok: true };
  if (own.end !== null && offset >= own.end)
    return { verdict: `Not there: the log ends at ${own.end}, so no record has this offset yet.`, ok: false };
  if (hw !== null && offset >= hw)
    return {
      verdict: `Written by the leader, not committed yet: the high watermark is ${hw}. It waits for the ISR (${isr.join(", ")}).`,
      ok: false,
    };
  if (batch !== null && isControl(batch, 0))
    return { verdict: "A control record (the end of a transaction), which consumers skip.", ok: true };
  if (!isThere) return { verdict: "Compacted away, or skipped: no record with this offset is kept.", ok: true };
  const who = holders.map((copy) => copy.broker).join(", ");
  const silent = copies.filter((copy) => copy.holds !== true).map((copy) => copy.broker);
  const untold = silent.length === 0 ? "" : `; not told by ${silent.join(", ")}`;
  const same = `Committed. ${holders.length} of ${replicas.length} replicas hold the same bytes (broker ${who})${untold}.`;
  return {
    verdict: `${same} ${survives(holders.length)} ${survivesPowerLoss(ackAfter)}`,
    ok: silent.every((each) => !isr.includes(each)),
  };
}

function leaderless(elr: readonly number[]): string {
  const waits =
    elr.length === 0 ? "" : ` With all that was committed: ${elr.join(", ")}; one of them leads as soon as it runs.`;
  return `No leader: nothing can be written or read for certain now.${waits}`;
}

function survivesPowerLoss(ackAfter: PartitionTrace["ackAfter"]): string {
  return ackAfter === "fsync"
    ? "Each was on stable storage before it counted, so it survives power loss on all at once."
    : "Power loss on all at once may lose it: copies may still be in the operating systems' memory.";
}

/** Of disks: while a majority of the controllers is away, the copies are there, but nobody can be made their leader. */
function survives(holders: number): string {
  switch (holders) {
    case 0:
    case 1:
      return "It does not survive the loss of that broker's disk.";
    case 2:
      return "It survives the loss of either broker.";
    default:
      return `It survives the loss of any ${holders - 1} of these disks.`;
  }
}
