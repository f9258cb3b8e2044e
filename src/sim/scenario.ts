import { SeededRandom } from "../base/random.js";
import type { NetworkBehaviour } from "./network/sim-network.js";

/** All that a seed decides beforehand. Shrinking removes faults from it and shortens it; nothing else is drawn from it. */
export interface Scenario {
  readonly seed: number;
  readonly nodeCount: number;
  readonly topics: readonly TopicPlan[];
  readonly ackAfter: "write" | "fsync";
  readonly segmentBytes: number;
  /** Bytes of the metadata log after which a node writes a snapshot. */
  readonly snapshotBytes: number;
  readonly heartbeatMs: number;
  readonly sessionMs: number;
  readonly replicaLagMs: number;
  /** Bytes of a partition that a follower gets at once: with few it catches up in many steps. */
  readonly fetchBytes: number;
  readonly network: NetworkBehaviour;
  readonly disk: DiskPlan;
  readonly producers: number;
  readonly consumers: number;
  /** Batches a second of all producers together. */
  readonly batchesPerSecond: number;
  /** Batches that a producer sends on a partition before the first is answered. */
  readonly inFlight: number;
  /** Faults are due in [chaosFromMs, chaosToMs); after that all is healed. */
  readonly chaosFromMs: number;
  readonly chaosToMs: number;
  readonly endMs: number;
  readonly faults: readonly Fault[];
  readonly groups: readonly GroupPlan[];
}

/** A consumer group of the classic protocol, over some of the topics. */
export interface GroupPlan {
  readonly name: string;
  readonly topics: readonly string[];
  readonly members: number;
  /** The first so many members have an instance id (KIP-345). */
  readonly staticMembers: number;
  /** Members keep what they have while they rebalance, and give up in a second rebalance what others are to get (KIP-429). */
  readonly cooperative: boolean;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly heartbeatMs: number;
  readonly faults: readonly MemberFault[];
}

/** What happens to a member: it dies, its loop stands still, or it leaves; after `durationMs` it is back. */
export interface MemberFault {
  readonly atMs: number;
  readonly kind: "crash" | "stall" | "leave";
  readonly member: number;
  readonly durationMs: number;
}

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsync: number;
}

export interface DiskPlan {
  readonly readUs: number;
  readonly writeUs: number;
  readonly syncUs: number;
}

export type FaultKind =
  | "crash"
  | "crash-all"
  | "power-loss"
  | "power-loss-all"
  | "pause"
  | "isolate"
  | "isolate-from-peers"
  | "cut-one-way"
  | "cut-pair"
  | "reset-connections"
  | "slow-disk"
  | "freeze-disk"
  | "full-disk"
  | "disk-errors"
  | "wipe"
  | "rot"
  | "clock-jump"
  | "shutdown"
  | "rolling-restart"
  | "elect-preferred"
  | "delete-records"
  | "create-topic"
  | "succession";

/** Who it hits: a node by its place, or whoever has a role when it is due. */
export type FaultTarget = "node" | "controller" | "leader" | "follower";

/** One line of the script. `a` and `b` are numbers that its kind reads in its own way. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: FaultTarget;
  readonly node: number;
  readonly durationMs: number;
  readonly a: number;
  readonly b: number;
}

const COMMON: readonly FaultKind[] = [
  "crash",
  "crash",
  "crash",
  "pause",
  "pause",
  "isolate",
  "isolate-from-peers",
  "cut-one-way",
  "cut-pair",
  "reset-connections",
  "shutdown",
];
const RARE: readonly FaultKind[] = [
  "crash-all",
  "power-loss",
  "power-loss",
  "power-loss-all",
  "slow-disk",
  "freeze-disk",
  "full-disk",
  "disk-errors",
  "wipe",
  "rot",
  "rot",
  "clock-jump",
  "rolling-restart",
  "elect-preferred",
  "elect-preferred",
  "delete-records",
  "create-topic",
];

export function drawScenario(seed: number): Scenario {
  const random = new SeededRandom(seed).fork();
  const topics: TopicPlan[] = [];
  const topicCount = random.between(1, 3);
  for (let i = 0; i < topicCount; i++) {
    const replicationFactor = random.chance(0.85) ? 3 : random.between(1, 2);
    const majority = Math.floor(replicationFactor / 2) + 1;
    topics.push({
      name: `t${i}`,
      partitions: random.between(1, 3),
      replicationFactor,
      minInsync: replicationFactor === 3 && random.chance(0.1) ? 3 : majority,
    });
  }
  const ackAfter = random.chance(0.5) ? "fsync" : "write";
  const fast = random.chance(0.6);
  const fineNetwork = random.chance(0.5);
  const chaosFromMs = 4_000;
  const chaosToMs = 45_000;
  return {
    seed,
    nodeCount: 3,
    topics,
    ackAfter,
    segmentBytes: random.pick([4096, 16_384, 131_072, 1 << 20]),
    snapshotBytes: random.pick([4000, 20_000, 20_971_520]),
    heartbeatMs: fast ? 500 : 2000,
    sessionMs: fast ? 4000 : 9000,
    replicaLagMs: random.pick([1500, 3000, 10_000]),
    fetchBytes: random.pick([200, 2000, 1_048_576]),
    network: {
      latencyMinUs: random.pick([50, 200, 1000]),
      latencySpreadUs: fineNetwork ? random.between(50, 1000) : random.between(1000, 20_000),
      splitOneOf: random.pick([0, 3, 20]),
      spikeOneOf: random.pick([0, 50, 200]),
      spikeUs: random.pick([20_000, 300_000, 1_500_000]),
    },
    disk: {
      readUs: random.between(20, 300),
      writeUs: random.between(20, 1000),
      syncUs: random.pick([200, 2000, 15_000]),
    },
    producers: random.between(1, 3),
    consumers: random.between(1, 2),
    batchesPerSecond: random.between(9, 12),
    inFlight: random.pick([1, 1, 3, 5]),
    chaosFromMs,
    chaosToMs,
    endMs: 60_500,
    faults: [...drawFaults(random, chaosFromMs, chaosToMs), ...drawSuccessions(seed, chaosFromMs, chaosToMs)].sort(
      (x, y) => x.atMs - y.atMs,
    ),
    groups: drawGroups(seed, topics, chaosFromMs, chaosToMs),
  };
}

/** From a random source of their own: a seed is the same with and without them. */
function drawGroups(seed: number, topics: readonly TopicPlan[], fromMs: number, toMs: number): GroupPlan[] {
  const random = new SeededRandom(seed + 1_000_003).fork();
  if (!random.chance(0.35)) return [];
  const groups: GroupPlan[] = [];
  const count = random.chance(0.7) ? 1 : 2;
  for (let i = 0; i < count; i++) {
    const consumed = topics.filter(() => random.chance(0.6)).map(({ name }) => name);
    if (consumed.length === 0) consumed.push(random.pick(topics).name);
    const members = random.between(2, 4);
    const faults: MemberFault[] = [];
    for (let n = random.between(0, 6); n > 0; n--) {
      faults.push({
        atMs: random.between(fromMs, toMs - 1),
        kind: random.pick(["crash", "stall", "leave"] as const),
        member: random.below(members),
        durationMs: random.pick([50, 1000, 4000, 8000]),
      });
    }
    groups.push({
      name: `g${i}`,
      topics: consumed,
      members,
      staticMembers: random.chance(0.4) ? random.between(1, members) : 0,
      cooperative: random.chance(0.4),
      sessionMs: random.pick([3000, 5000]),
      rebalanceMs: random.pick([3000, 5000]),
      heartbeatMs: random.pick([500, 1000]),
      faults: faults.sort((x, y) => x.atMs - y.atMs),
    });
  }
  return groups;
}

function drawFaults(random: SeededRandom, fromMs: number, toMs: number): Fault[] {
  const faults: Fault[] = [];
  // A seed has a taste: a few kinds that it prefers, so that some seeds see one kind over and over.
  const taste = [random.pick(COMMON), random.pick(COMMON), random.pick(RARE), random.pick(RARE)];
  const count = random.between(7, 16);
  for (let i = 0; i < count; i++) {
    const kind = random.chance(0.5)
      ? random.pick(taste)
      : random.chance(0.75)
        ? random.pick(COMMON)
        : random.pick(RARE);
    faults.push({
      atMs: random.between(fromMs, toMs - 1),
      kind,
      target: random.pick(["node", "node", "controller", "leader", "leader", "follower"] as const),
      node: random.below(3),
      durationMs: random.pick([20, 100, 500, 2000, 5000, 8000, 12_000]),
      a: random.below(1000),
      b: random.below(1000),
    });
  }
  // Now and then a storm: several within moments of each other.
  if (random.chance(0.3)) {
    const at = random.between(fromMs, toMs - 1);
    for (let i = 0; i < faults.length; i++) {
      if (random.chance(0.4)) faults[i] = { ...faults[i], atMs: Math.min(toMs - 1, at + random.below(1500)) };
    }
  }
  return faults.sort((x, y) => x.atMs - y.atMs);
}

/**
 * Two leaders that fall one after the other, the second before anybody has what it wrote: rare by chance, and what the rules about leader
 * epochs are for. From a random source of their own, as the groups.
 */
function drawSuccessions(seed: number, fromMs: number, toMs: number): Fault[] {
  const random = new SeededRandom(seed + 2_000_003).fork();
  const faults: Fault[] = [];
  for (let n = random.chance(0.15) ? random.between(1, 2) : 0; n > 0; n--) {
    faults.push({
      atMs: random.between(fromMs, toMs - 10_000),
      kind: "succession",
      target: "leader",
      node: random.below(3),
      durationMs: random.pick([20, 100, 500, 2000]),
      a: random.below(1000),
      b: random.below(1000),
    });
  }
  return faults;
}

export function describeFault(fault: Fault): string {
  const who = fault.target === "node" ? `node ${fault.node + 1}` : fault.target;
  return `${(fault.atMs / 1000).toFixed(3)} s: ${fault.kind} ${who} for ${fault.durationMs} ms (${fault.a}, ${fault.b})`;
}

function describeGroup(group: GroupPlan): string {
  const faults = group.faults.map(
    ({ atMs, kind, member, durationMs }) => `${(atMs / 1000).toFixed(3)} s ${kind} m${member} for ${durationMs} ms`,
  );
  return (
    `group ${group.name} on ${group.topics.join(", ")}: ${group.members} members (${group.staticMembers} static), ` +
    `${group.cooperative ? "cooperative" : "eager"}, session ${group.sessionMs} ms, rebalance ${group.rebalanceMs} ms; ${faults.join(", ")}`
  );
}

export function describeScenario(scenario: Scenario): string[] {
  const topics = scenario.topics.map(
    (t) => `${t.name} × ${t.partitions} (RF ${t.replicationFactor}, min ISR ${t.minInsync})`,
  );
  const net = scenario.network;
  return [
    `seed ${scenario.seed}: ${scenario.nodeCount} nodes, ack after ${scenario.ackAfter}, segments of ${scenario.segmentBytes} bytes, snapshots after ${scenario.snapshotBytes}`,
    `topics ${topics.join(", ")}`,
    `heartbeat ${scenario.heartbeatMs} ms, session ${scenario.sessionMs} ms, replica lag ${scenario.replicaLagMs} ms, ${scenario.fetchBytes} bytes a fetch`,
    `network ${net.latencyMinUs}–${net.latencyMinUs + net.latencySpreadUs} µs, spikes ${net.spikeUs} µs 1 of ${net.spikeOneOf}, splits 1 of ${net.splitOneOf}`,
    `disk read ${scenario.disk.readUs} write ${scenario.disk.writeUs} sync ${scenario.disk.syncUs} µs`,
    `${scenario.producers} producers (${scenario.inFlight} in flight), ${scenario.consumers} consumers, ${scenario.batchesPerSecond} batches/s`,
    ...scenario.groups.map(describeGroup),
    ...scenario.faults.map(describeFault),
  ];
}
