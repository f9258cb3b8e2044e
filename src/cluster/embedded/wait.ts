import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { Failure } from "../failure.js";
import { HoldfastError, shown } from "./error.js";
import type { EventLog, GroupEvent, HighWatermarkEvent, HoldfastEvent, IsrEvent, LeaderEvent } from "./events.js";
import { isPlainObject, wrong } from "./options.js";
import type { Views } from "./views.js";

/** What is to be in sync: a partition (0 by default) of a topic, with exactly this ISR, in any order; without `isr` all replicas. */
export interface IsrMatch {
  readonly topic: string;
  readonly partition?: number;
  readonly isr?: readonly number[];
}

/** Which partition is to have a leader: this one, or any; `not`: any other than this. */
export interface LeaderMatch {
  readonly topic: string;
  readonly partition?: number;
  readonly leader?: number;
  readonly not?: number;
}

/** Which partition's high watermark is to be at least `hw`. */
export interface HighWatermarkMatch {
  readonly topic: string;
  readonly partition?: number;
  readonly hw: number;
}

/** Which group is to have this state ("Stable", "Empty", "Dead", …) and so many members. */
export interface GroupMatch {
  readonly group: string;
  readonly state?: string;
  readonly members?: number;
}

export interface WaitMatches {
  isr: IsrMatch;
  leader: LeaderMatch;
  hw: HighWatermarkMatch;
  group: GroupMatch;
}

export interface WaitResults {
  isr: IsrEvent;
  leader: LeaderEvent;
  hw: HighWatermarkEvent;
  group: GroupEvent;
}

export type WaitName = keyof WaitMatches;

const POLL_MS = 25;
const FIELDS: Readonly<Record<WaitName, readonly string[]>> = {
  isr: ["topic", "partition", "isr"],
  leader: ["topic", "partition", "leader", "not"],
  hw: ["topic", "partition", "hw"],
  group: ["group", "state", "members"],
};

const NEEDED = new Set(["topic", "group", "hw"]);

function checkField(field: string, value: unknown): void {
  if (value === undefined && !NEEDED.has(field)) return;
  const [isRight, allowed] = CHECKS[field];
  if (!isRight(value)) throw wrong(`The match's \`${field}\``, value, allowed, "INVALID_ARGUMENT");
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** By field: what is right, and how a sentence says that. */
const CHECKS: Readonly<Record<string, readonly [isRight: (value: unknown) => boolean, allowed: string]>> = {
  topic: [isText, "a name"],
  group: [isText, "a name"],
  partition: [isCount, "the number of a partition"],
  isr: [(value) => Array.isArray(value) && value.every(isCount), "an array of broker ids"],
  leader: [isCount, "a broker id"],
  not: [isCount, "a broker id"],
  hw: [isCount, "an offset"],
  state: [isText, 'the name of a state, such as "Stable"'],
  members: [isCount, "a number of members"],
};

interface Stamp {
  readonly seq: number;
  readonly tNs: number;
}

/** One wait: what happens is heard, and what is there already is asked for, so that neither before nor after is missed. */
export class Wait<N extends WaitName> {
  private readonly name: N;
  private readonly match: WaitMatches[N];
  private readonly log: EventLog;
  private readonly views: Views;
  /** What was seen last, for the message when it took too long. */
  private last: string;
  private replicas: number;

  constructor(name: N, match: WaitMatches[N], log: EventLog, views: Views) {
    const fields = FIELDS[name];
    if (fields === undefined) {
      throw wrong("The event", name, 'one of "isr", "leader", "hw", "group"', "INVALID_ARGUMENT");
    }
    if (!isPlainObject(match)) throw wrong("The match", match, "an object", "INVALID_ARGUMENT");
    for (const field of Object.keys(match)) {
      if (fields.includes(field)) continue;
      const text = `waitFor("${name}") has no \`${field}\` to match; it has ${fields.join(", ")}.`;
      throw new HoldfastError("INVALID_ARGUMENT", text);
    }
    for (const field of fields) checkField(field, (match as Readonly<Record<string, unknown>>)[field]);
    this.name = name;
    this.match = match;
    this.log = log;
    this.views = views;
    this.last = "nothing was heard of it";
    this.replicas = 0;
  }

  /** Rejects with TIMEOUT, or with STOPPED when the cluster is stopped. */
  async run(timeoutMs: number): Promise<WaitResults[N]> {
    const deadline = performance.now() + timeoutMs;
    await this.log.begin();
    let heard: HoldfastEvent | null = null;
    let wake: () => void = () => {};
    const stop = this.log.listen((event) => {
      if (heard === null && event !== null && this.isWanted(event)) heard = event;
      if (heard !== null || event === null) wake();
    });
    try {
      for (;;) {
        const found: HoldfastEvent | null = heard ?? (await this.ask());
        if (found !== null) return found as unknown as WaitResults[N];
        if (heard !== null) continue;
        if (this.log.closed) throw new HoldfastError("STOPPED", "The cluster was stopped.");
        const left = deadline - performance.now();
        if (left <= 0) {
          const text = `Within ${timeoutMs} ms this did not happen: ${this.name} ${shown(this.match)}; ${this.last}.`;
          throw new HoldfastError("TIMEOUT", text);
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(POLL_MS, left));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      stop();
    }
  }

  private isWanted(event: HoldfastEvent): boolean {
    const { match } = this;
    if ("group" in match) return event.kind === "group" && isWantedGroup(match, event.detail);
    if (!("topic" in event) || event.topic !== match.topic) return false;
    if (!("partition" in event) || event.partition !== (match.partition ?? 0)) return false;
    // What a leader only proposes is not yet so.
    if (event.kind === "isr" && event.detail?.proposed === true) return false;
    if (this.name === "isr") return (event.kind === "isr" || event.kind === "leader") && this.isWantedIsr(event.isr);
    if (this.name === "leader") return event.kind === "leader" && this.isWantedLeader(event.leader);
    return event.kind === "high-watermark" && event.hw >= (match as HighWatermarkMatch).hw;
  }

  private isWantedIsr(isr: readonly number[]): boolean {
    const { isr: wanted } = this.match as IsrMatch;
    if (wanted === undefined) return this.replicas > 0 && isr.length === this.replicas;
    return wanted.length === isr.length && wanted.every((id) => isr.includes(id));
  }

  private isWantedLeader(leader: number): boolean {
    const { leader: wanted, not } = this.match as LeaderMatch;
    return leader >= 0 && (wanted === undefined || wanted === leader) && leader !== not;
  }

  /** What is there now; null: not what is wanted, or nobody answers at the moment. */
  private async ask(): Promise<HoldfastEvent | null> {
    const stamp = { seq: this.log.newest, tNs: Math.round(performance.now() * 1e6) };
    try {
      if ("group" in this.match) return await this.askGroup(this.match, stamp);
      return await this.askPartition(stamp);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.last = error.message.replace(/\.$/, "");
      return null;
    }
  }

  private async askPartition(stamp: Stamp): Promise<HoldfastEvent | null> {
    const { topic, partition = 0 } = this.match as IsrMatch;
    const found = await this.views.partition(topic, partition);
    if (found === null) {
      this.last = `there is no ${topic}-${partition}`;
      return null;
    }
    const { leader, isr, epoch } = found;
    this.replicas = found.replicas.length;
    this.last = `${topic}-${partition} has ${leader < 0 ? "no leader" : `the leader ${leader}`} and the ISR ${isr.join(", ")}`;
    const common = { ...stamp, topic, partition, epoch, leader, isr };
    if (this.name === "isr") {
      return leader >= 0 && this.isWantedIsr(isr) ? { kind: "isr", broker: leader, ...common } : null;
    }
    if (this.name === "leader") {
      return this.isWantedLeader(leader) ? { kind: "leader", broker: leader, ...common } : null;
    }
    if (leader < 0) return null;
    const link = await this.views.link(leader);
    const partitions = [{ partitionIndex: partition, timestamp: -1, currentLeaderEpoch: -1 }];
    const answer = await link.call(Apis.ListOffsets, { replicaId: -1, topics: [{ name: topic, partitions }] }, 2_000);
    const { offset, errorCode } = answer.topics[0].partitions[0];
    if (errorCode !== ErrorCode.NONE) return null;
    this.last = `the high watermark of ${topic}-${partition} is ${offset}`;
    if (offset < (this.match as HighWatermarkMatch).hw) return null;
    return { kind: "high-watermark", broker: leader, ...stamp, topic, partition, epoch, leader, offset, hw: offset };
  }

  private async askGroup({ group, state, members }: GroupMatch, stamp: Stamp): Promise<GroupEvent | null> {
    const found = await this.views.any();
    const keyed = (found.versionOf(Apis.FindCoordinator) ?? 0) >= 4;
    const request = keyed ? { keyType: 0, coordinatorKeys: [group] } : { keyType: 0, key: group };
    const answer = await found.call(Apis.FindCoordinator, request, 2_000);
    const coordinator = keyed ? answer.coordinators[0] : answer;
    if (coordinator.errorCode !== ErrorCode.NONE) return null;
    const link = await this.views.link(coordinator.nodeId);
    const { groups } = await link.call(Apis.DescribeGroups, { groups: [group] }, 2_000);
    const [described] = groups;
    const isUnknown = described.errorCode === ErrorCode.GROUP_ID_NOT_FOUND;
    if (described.errorCode !== ErrorCode.NONE && !isUnknown) return null;
    const now = { group, state: isUnknown ? "Dead" : described.groupState, members: described.members.length };
    this.last = `the group is ${now.state} with ${now.members} members`;
    if (state !== undefined && now.state !== state) return null;
    if (members !== undefined && now.members !== members) return null;
    return { kind: "group", broker: coordinator.nodeId, ...stamp, detail: now };
  }
}

function isWantedGroup(match: GroupMatch, detail: GroupEvent["detail"]): boolean {
  if (detail?.group !== match.group) return false;
  if (match.state !== undefined && detail.state !== match.state) return false;
  return match.members === undefined || detail.members === match.members;
}
