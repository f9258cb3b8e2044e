import type { Admin } from "../../cluster/admin.js";
import { expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf } from "../../cluster/partition-offsets.js";
import { describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorMessage, errorName } from "../../protocol/errors.js";
import {
  MERGED_MAX,
  type MergedQuestion,
  type MergedSlice,
  type Message,
  type SearchRange,
  type Shown,
} from "../shapes.js";
import { mergeBackward, mergeForward, type Part, type Range, type ReadRound, type Wanted } from "./merge.js";
import { type LedPartition, listedOfAll, offsetsOfAll } from "./partition-view.js";
import { FETCH_BY_NAME, recordsIn, type Showing, shownRecords } from "./records.js";
import { FieldFailure } from "./request-fields.js";

/** ListOffsets' word for the record with the greatest timestamp (KIP-734). */
const MAX_TIMESTAMP = -3;
/** What one broker is asked for in one round, and of it one partition. */
const ROUND_BYTES = 16 * 1024 * 1024;
const PARTITION_BYTES_MIN = 64 * 1024;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** Of fields as they are shown. */
const SLICE_BYTES = 8 * 1024 * 1024;
const ANSWER_LIMIT_MS = 10_000;
/** Sentences name so many partitions. */
const NAMED_MAX = 8;

/** What a partition holds, and what of it is meant. */
interface Candidate extends Range {
  readonly leader: number;
  readonly start: number;
  readonly end: number;
}

interface Meant {
  readonly partitions: readonly LedPartition[];
  readonly all: readonly Candidate[];
  readonly held: number;
  readonly gone: number;
  readonly unread: Unread;
}

/** Records of all partitions of a topic, or of those with a position. Throws a `Failure` when there is no such topic, or nothing is as late. */
export async function mergedSlice(admin: Admin, question: MergedQuestion, showing: Showing): Promise<MergedSlice> {
  const { topic, from, limit, follow = false } = question;
  const meant = await meantBy(admin, question);
  const isBackward = from === "newest" || from === "before";
  const holding = meant.all.filter((each) => each.from < each.to);
  // Empty ones, too, where they are few: where they were when these records were read is a part of the positions.
  const merged = meant.all.length <= MERGED_MAX ? meant.all : await chosen(admin, topic, holding, question);
  const reader = new RoundReader(admin, topic, merged, showing, meant.unread);
  const limits = { records: limit, bytes: SLICE_BYTES, bytesOf: shownSize };
  const { records, windows, unread } = await (isBackward ? mergeBackward : mergeForward)(merged, limits, reader.read);
  meant.unread.add(
    "the leader answers nothing",
    unread.filter((each) => !meant.unread.has(each)),
  );
  const candidates = new Map(meant.all.map((each) => [each.partition, each]));
  const endOf = (partition: number): number => candidates.get(partition)?.end ?? 0;
  const high = new Map(windows.map(({ partition, to }) => [partition, to]));
  if (follow) {
    for (const { partition, from: first, to } of meant.all)
      if (!high.has(partition)) high.set(partition, isBackward ? to : first);
  }
  const isFollowing = follow && from === "after";
  const asked = new Map(question.positions ?? []);
  let ahead = 0;
  for (const [partition, offset] of high) ahead += Math.max(0, endOf(partition) - offset);
  return {
    records,
    partitions: meant.partitions.length,
    holding: holding.length,
    merged: Math.min(merged.length, holding.length),
    low: windows.map(({ partition, from: first }) => [partition, first]),
    high: isFollowing ? [...high].filter(([partition, offset]) => asked.get(partition) !== offset) : [...high],
    hasOlder: windows.some(({ partition, from: first }) => first > (candidates.get(partition)?.start ?? first)),
    hasNewer: windows.some(({ partition, to }) => to < endOf(partition)),
    held: meant.held,
    ahead,
    gone: meant.gone,
    unread: meant.unread.partitions(),
    problems: [...meant.unread.sentences(), ...reader.batchErrors],
  };
}

/** What a search through the same looks through. */
export async function searchRange(admin: Admin, question: MergedQuestion): Promise<SearchRange> {
  const isOnward = question.from === "time" || question.from === "after";
  const { all, unread } = await meantBy(admin, question);
  const ranges = all.map((each) => [each.partition, isOnward ? each.from : each.start, each.end] as const);
  return { ranges: ranges.filter(([, first, end]) => first < end), problems: unread.sentences() };
}

async function meantBy(admin: Admin, question: MergedQuestion): Promise<Meant> {
  const { topic, from, time = 0, follow = false } = question;
  const [report] = await describeTopics(admin, [topic]);
  const partitions = report.partitions.map(({ partition, leader }) => ({ topic, partition, leader }));
  const positions = new Map(question.positions ?? []);
  const isPlaced = from === "before" || from === "after";
  const wanted = isPlaced && !follow ? partitions.filter((each) => positions.has(each.partition)) : partitions;
  const [offsets, times] = await Promise.all([
    offsetsOfAll(admin, partitions),
    from === "time" ? listedOfAll(admin, partitions, time) : null,
  ]);
  const unread = new Unread();
  let held = 0;
  for (const { start, end } of offsets.values()) held += end - start;
  let gone = 0;
  const all: Candidate[] = [];
  for (const each of wanted) {
    const { partition, leader } = each;
    const known = offsets.get(nameOf(each));
    if (leader === null || known === undefined || known.start < 0) {
      unread.add(leader === null ? "no leader now" : `its leader, broker ${leader}, does not answer`, [partition]);
      continue;
    }
    const { start, end } = known;
    const position = positions.get(partition) ?? start;
    if (isPlaced && position < start) gone += start - position;
    const placed = Math.max(start, Math.min(end, position));
    let first = start;
    if (from === "after") first = placed;
    if (times !== null) {
      const { offset = -1 } = times.get(nameOf(each)) ?? {};
      first = offset < 0 ? end : Math.max(start, offset);
    }
    all.push({ partition, leader, start, end, from: first, to: from === "before" ? placed : end });
  }
  if (times !== null && unread.isEmpty && all.every((each) => each.from >= each.end))
    throw new FieldFailure("time", `No partition of ${topic} has a record at or after that time.`);
  return { partitions, all, held, gone, unread };
}

/** Of too many partitions those whose records come first; of those that follow, those that are behind most. */
async function chosen(
  admin: Admin,
  topic: string,
  holding: readonly Candidate[],
  { from, time = 0 }: MergedQuestion,
): Promise<Candidate[]> {
  if (holding.length <= MERGED_MAX) return [...holding];
  if (from === "after" || from === "before")
    return [...holding].sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MERGED_MAX);
  const isNewest = from === "newest";
  const places = holding.map(({ partition, leader }) => ({ topic, partition, leader }));
  const listed = await listedOfAll(admin, places, isNewest ? MAX_TIMESTAMP : from === "time" ? time : 0);
  const rank = ({ partition }: Candidate): number => {
    const timestamp = listed.get(nameOf({ topic, partition }))?.timestamp ?? -1;
    return timestamp < 0 ? Number.MAX_SAFE_INTEGER : isNewest ? -timestamp : timestamp;
  };
  return [...holding].sort((a, b) => rank(a) - rank(b) || a.partition - b.partition).slice(0, MERGED_MAX);
}

/** Asks each leader for all of its partitions in one Fetch; leaders at the same time, one request of each. */
class RoundReader {
  readonly batchErrors: string[] = [];
  private readonly admin: Admin;
  private readonly topic: string;
  private readonly leaders: ReadonlyMap<number, number>;
  private readonly showing: Showing;
  private readonly unread: Unread;

  constructor(admin: Admin, topic: string, merged: readonly Candidate[], showing: Showing, unread: Unread) {
    this.admin = admin;
    this.topic = topic;
    this.leaders = new Map(merged.map(({ partition, leader }) => [partition, leader]));
    this.showing = showing;
    this.unread = unread;
  }

  readonly read: ReadRound<Message> = async (wanted) => {
    const byLeader = new Map<number, Wanted[]>();
    for (const each of wanted) {
      const leader = this.leaders.get(each.partition) ?? -1;
      const known = byLeader.get(leader);
      if (known === undefined) byLeader.set(leader, [each]);
      else known.push(each);
    }
    const parts = new Map<number, Part<Message>>();
    await Promise.all([...byLeader].map(([leader, each]) => this.readFrom(leader, each, parts)));
    return parts;
  };

  private async readFrom(leader: number, wanted: readonly Wanted[], parts: Map<number, Part<Message>>) {
    const share = Math.round(ROUND_BYTES / wanted.length);
    const partitionMaxBytes = Math.max(PARTITION_BYTES_MIN, Math.min(PARTITION_BYTES_MAX, share));
    const request = {
      replicaId: -1,
      // All that is asked for is there already.
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: ROUND_BYTES,
      sessionEpoch: -1,
      topics: [
        {
          topic: this.topic,
          partitions: wanted.map(({ partition, offset }) => ({ partition, fetchOffset: offset, partitionMaxBytes })),
        },
      ],
    };
    try {
      const link = await this.admin.broker(leader);
      const answer = await link.call(Apis.Fetch, request, ANSWER_LIMIT_MS, FETCH_BY_NAME);
      expectNone(answer.errorCode, null, `Fetch from broker ${leader}`);
      const asked = new Map(wanted.map((each) => [each.partition, each]));
      for (const { partitionIndex, errorCode, records: bytes } of answer.responses[0]?.partitions ?? []) {
        const each = asked.get(partitionIndex);
        if (each === undefined) continue;
        if (errorCode !== ErrorCode.NONE) {
          this.unread.add(`${errorMessage(errorCode)} (${errorName(errorCode)})`, [partitionIndex]);
          continue;
        }
        const { records, next, batchError } = recordsIn(bytes, each.offset, each.records, this.showing.ports);
        if (batchError !== null) this.tellBatchError(partitionIndex, batchError);
        parts.set(partitionIndex, { records: await shownRecords(records, partitionIndex, this.showing), next });
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const lost = wanted
        .map(({ partition }) => partition)
        .filter((each) => !parts.has(each) && !this.unread.has(each));
      this.unread.add(error.message, lost);
    }
  }

  private tellBatchError(partition: number, problem: string): void {
    const told = `A batch of partition ${partition} cannot be read: ${problem}`;
    if (this.batchErrors.length < NAMED_MAX && !this.batchErrors.includes(told)) this.batchErrors.push(told);
  }
}

/** Partitions that are not read, by why. */
class Unread {
  private readonly byReason = new Map<string, number[]>();

  get isEmpty(): boolean {
    return this.byReason.size === 0;
  }

  add(reason: string, partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    this.byReason.set(reason, [...(this.byReason.get(reason) ?? []), ...partitions]);
  }

  has(partition: number): boolean {
    for (const each of this.byReason.values()) if (each.includes(partition)) return true;
    return false;
  }

  partitions(): number[] {
    return [...this.byReason.values()].flat();
  }

  sentences(): string[] {
    return [...this.byReason].map(([reason, partitions]) => {
      const more = partitions.length - NAMED_MAX;
      const named = `${partitions.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
      const told = /[.!]$/.test(reason) ? reason : `${reason}.`;
      return `Not read: partition${partitions.length === 1 ? "" : "s"} ${named}: ${told}`;
    });
  }
}

function shownSize({ key, value }: Message): number {
  return sizeOf(key) + sizeOf(value);
}

function sizeOf(shown: Shown | null): number {
  return shown === null ? 0 : (shown.text ?? shown.hex ?? "").length + (shown.decoded?.json?.length ?? 0);
}
