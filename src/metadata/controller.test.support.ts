import { EventFeed } from "../base/events.js";
import { SeededRandom } from "../base/random.js";
import type { Uuid } from "../base/uuid.js";
import type { Ports } from "../ports/index.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import { bootstrapRecords } from "./bootstrap.js";
import { Controller } from "./controller/controller.js";
import type { ControllerLog, ControllerOptions } from "./controller/options.js";
import { SUPPORTED_FEATURES } from "./feature-levels.js";
import type { MetadataImage, PartitionImage, TopicImage } from "./image.js";
import { MetadataLoader } from "./loader.js";

/** Parts for the tests of this room: a controller over a log in memory, whose commits the test decides. */

export const CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw";

/** Hand-driven time; the parts of the ports that the controller does not use are not there. */
export class TestPorts {
  nowMs = 1_000_000;
  stalled = 0;
  readonly random: SeededRandom;
  readonly clock = { monotonicMs: () => this.nowMs, wallMs: () => this.nowMs };
  readonly loop = { stalledMs: () => this.stalled, atTurnEnd: () => {} };
  readonly logger = quietLogger();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  asPorts(): Ports {
    return this as unknown as Ports;
  }
}

function quietLogger(): Ports["logger"] {
  const logger: Ports["logger"] = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  return logger;
}

/** A metadata log in memory: batches are committed when the test says so. */
export class TestLog implements ControllerLog {
  readonly batches: { baseOffset: number; epoch: number; records: readonly MetadataRecord[] }[] = [];
  logEndOffset = 0;
  leaderEpoch = 1;
  committedBatches = 0;

  propose(records: readonly MetadataRecord[], epoch: number): number | null {
    if (epoch !== this.leaderEpoch) return null;
    this.batches.push({ baseOffset: this.logEndOffset, epoch, records });
    this.logEndOffset += records.length;
    return this.logEndOffset - 1;
  }

  /** All records so far, committed or not. */
  get records(): MetadataRecord[] {
    return this.batches.flatMap((batch) => batch.records);
  }

  /** What is not committed is lost with the leader. */
  dropUncommitted(): void {
    this.batches.length = this.committedBatches;
    const last = this.batches.at(-1);
    this.logEndOffset = last === undefined ? 0 : last.baseOffset + last.records.length;
  }
}

export interface TestClusterOptions {
  readonly seed?: number;
  readonly minIsr?: number;
  readonly metadataVersion?: number;
  readonly options?: Partial<ControllerOptions>;
}

export class TestCluster {
  readonly ports: TestPorts;
  readonly log = new TestLog();
  readonly loader = new MetadataLoader();
  readonly options: ControllerOptions;
  readonly controller: Controller;
  /** With true, each request's records are committed before it returns. */
  autoCommit = true;
  private readonly bootstrap: readonly MetadataRecord[];

  constructor(test: TestClusterOptions = {}) {
    this.ports = new TestPorts(test.seed ?? 1);
    const minIsr = String(test.minIsr ?? 2);
    this.options = {
      nodeId: 3000,
      clusterId: CLUSTER_ID,
      supportedFeatures: SUPPORTED_FEATURES,
      voterIds: () => [3000],
      kraftVersion: () => 0,
      upgradeKraftVersion: () => "no quorum in this test",
      sessionTimeoutMs: 9000,
      numPartitions: 1,
      defaultReplicationFactor: () => 3,
      leaderImbalanceCheckMs: 300_000,
      uncleanElectionIntervalMs: 300_000,
      maxIdleIntervalMs: 500,
      configs: {
        validate: (_type, _name, overrides) => {
          const value = overrides.get("retention.ms");
          return value === undefined || /^-?\d+$/.test(value) ? null : `Invalid value ${value} for retention.ms`;
        },
        isList: (_type, key) => key === "cleanup.policy",
        defaultValue: (_type, key) => (key === "cleanup.policy" ? "delete" : null),
        staticTopicValue: (key) => (key === "min.insync.replicas" ? minIsr : "false"),
        effectiveTopicConfigs: (overrides) =>
          [...overrides].map(([name, value]) => ({ name, value, readOnly: false, source: 1, isSensitive: false })),
      },
      events: new EventFeed(),
      ...test.options,
    };
    this.bootstrap = bootstrapRecords(test.metadataVersion);
    this.controller = new Controller(this.ports.asPorts(), this.options, this.log);
    this.activate();
  }

  get image(): MetadataImage {
    return this.loader.image;
  }

  activate(): void {
    const { inTransaction } = this.loader;
    this.controller.activate(this.image, this.log.leaderEpoch, { bootstrap: this.bootstrap, inTransaction });
    if (this.autoCommit) this.commit();
  }

  /** Another leader took over: what was not committed is gone, and this node leads again in a later epoch. */
  failOver(): void {
    this.log.leaderEpoch++;
    this.controller.resign();
    this.log.dropUncommitted();
    this.activate();
  }

  commit(): void {
    while (this.log.committedBatches < this.log.batches.length) {
      const batch = this.log.batches[this.log.committedBatches++];
      const lastOffset = batch.baseOffset + batch.records.length - 1;
      this.loader.onCommit({ ...batch, lastOffset, appendTimestamp: 0 });
      this.controller.onCommitted(lastOffset);
    }
  }

  /** Sends a request; the reply, or null when it has not come yet. */
  send(apiKey: number, version: number, request: object): unknown {
    let reply: unknown = null;
    const context = { principal: "User:test", clientHost: "localhost", listener: "CONTROLLER", timeoutMs: 30_000 };
    this.controller.handle(apiKey, version, request, context, (response) => {
      reply = response;
    });
    if (this.autoCommit) this.commit();
    return reply;
  }

  /** Registers, and unless told otherwise also unfences. The broker epoch. */
  join(id: number, join: Partial<Registration> & { unfence?: boolean } = {}): number {
    const reply = this.register(id, join);
    if (reply.errorCode !== 0) throw new Error(`broker ${id} may not register: error ${reply.errorCode}`);
    if (join.unfence !== false) this.heartbeat(id);
    return reply.brokerEpoch;
  }

  register(id: number, join: Partial<Registration> = {}): { errorCode: number; brokerEpoch: number } {
    return this.send(62, 4, { ...registration(id), ...join }) as { errorCode: number; brokerEpoch: number };
  }

  heartbeat(id: number, heartbeat: Partial<Heartbeat> = {}): HeartbeatReply {
    const request: Heartbeat = {
      brokerId: id,
      brokerEpoch: this.controller.state?.brokers.get(id)?.epoch ?? -1,
      currentMetadataOffset: this.image.offset,
      wantFence: false,
      wantShutDown: false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
      ...heartbeat,
    };
    return this.send(63, 2, request) as HeartbeatReply;
  }

  /** With `autoCommit` off the reply has not come yet: its error code is −1. */
  createTopic(name: string, topic: Partial<CreatableTopic> = {}): TopicReply {
    const request = {
      topics: [{ name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [], ...topic }],
      timeoutMs: 1000,
      validateOnly: false,
    };
    const reply = this.send(19, 7, request) as { topics: TopicReply[] } | null;
    return reply === null ? NOT_COMMITTED : reply.topics[0];
  }

  /** One partition with these replicas, led by the first. */
  createAssigned(name: string, ...assignments: number[][]): Uuid {
    const reply = this.createTopic(name, {
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    });
    if (reply.errorCode !== 0) throw new Error(`topic ${name}: ${reply.errorCode} ${reply.errorMessage}`);
    return reply.topicId;
  }

  alterPartition(name: string, index: number, isr: number[], alter: Partial<Alter> = {}): AlterReply {
    const topic = this.topic(name);
    const partition = topic.partitions[index];
    const brokerId = alter.brokerId ?? partition.leader;
    const epochOf = (id: number) => this.controller.state?.brokers.get(id)?.epoch ?? -1;
    const reply = this.send(56, 3, {
      brokerId,
      brokerEpoch: alter.brokerEpoch ?? epochOf(brokerId),
      topics: [
        {
          topicId: alter.topicId ?? topic.id,
          partitions: [
            {
              partitionIndex: index,
              leaderEpoch: alter.leaderEpoch ?? partition.leaderEpoch,
              newIsr: [],
              newIsrWithEpochs: isr.map((id) => ({ brokerId: id, brokerEpoch: alter.memberEpoch ?? epochOf(id) })),
              leaderRecoveryState: alter.leaderRecoveryState ?? 0,
              partitionEpoch: alter.partitionEpoch ?? partition.partitionEpoch,
            },
          ],
        },
      ],
    }) as { errorCode: number; topics?: { partitions: AlterReply[] }[] };
    return reply.errorCode !== 0 || reply.topics === undefined
      ? { errorCode: reply.errorCode, isr: [] }
      : reply.topics[0].partitions[0];
  }

  setConfig(resourceType: number, resourceName: string, name: string, value: string | null): ConfigReply {
    const configs = [{ name, configOperation: value === null ? 1 : 0, value }];
    const reply = this.send(44, 1, { resources: [{ resourceType, resourceName, configs }], validateOnly: false });
    return (reply as { responses: ConfigReply[] }).responses[0];
  }

  topic(name: string): TopicImage {
    const topic = this.image.topics.byName.get(name);
    if (topic === undefined) throw new Error(`no topic ${name}`);
    return topic;
  }

  partition(name: string, index = 0): PartitionImage {
    return this.topic(name).partitions[index];
  }

  /** Leader, ISR, ELR and last known leader in one line, as in `2 | isr 2,3 | elr - | last -`. */
  describe(name: string, index = 0): string {
    const { leader, isr, elr, lastKnownElr } = this.partition(name, index);
    const list = (ids: readonly number[]) => (ids.length === 0 ? "-" : ids.join());
    return `${leader < 0 ? "-" : leader} | isr ${list(isr)} | elr ${list(elr)} | last ${list(lastKnownElr)}`;
  }
}

interface Registration {
  clusterId: string;
  incarnationId: Uuid;
  rack: string | null;
  logDirs: Uuid[];
  previousBrokerEpoch: number;
  features: { name: string; minSupportedVersion: number; maxSupportedVersion: number }[];
  isMigratingZkBroker: boolean;
}

interface Heartbeat {
  brokerId: number;
  brokerEpoch: number;
  currentMetadataOffset: number;
  wantFence: boolean;
  wantShutDown: boolean;
  offlineLogDirs: Uuid[];
  cordonedLogDirs: Uuid[] | null;
}

interface HeartbeatReply {
  errorCode: number;
  isCaughtUp: boolean;
  isFenced: boolean;
  shouldShutDown: boolean;
}

interface CreatableTopic {
  numPartitions: number;
  replicationFactor: number;
  assignments: { partitionIndex: number; brokerIds: number[] }[];
  configs: { name: string; value: string | null }[];
}

interface TopicReply {
  errorCode: number;
  errorMessage: string | null;
  topicId: Uuid;
  numPartitions: number;
  replicationFactor: number;
}

const NOT_COMMITTED: TopicReply = {
  errorCode: -1,
  errorMessage: null,
  topicId: "",
  numPartitions: -1,
  replicationFactor: -1,
};

interface Alter {
  brokerId: number;
  brokerEpoch: number;
  topicId: Uuid;
  leaderEpoch: number;
  partitionEpoch: number;
  leaderRecoveryState: number;
  memberEpoch: number;
}

interface AlterReply {
  errorCode: number;
  isr: number[];
  leaderId?: number;
  leaderEpoch?: number;
  partitionEpoch?: number;
  leaderRecoveryState?: number;
}

interface ConfigReply {
  errorCode: number;
  errorMessage: string | null;
}

/** A uuid that is easy to tell apart: `kind` then the number. */
export function testUuid(kind: string, n: number): Uuid {
  return `${`${kind}-${n}-`.padEnd(21, "x")}A`;
}

export function registration(id: number): Registration & { brokerId: number; listeners: object[] } {
  return {
    brokerId: id,
    clusterId: CLUSTER_ID,
    incarnationId: testUuid("incarnation", id),
    listeners: [{ name: "PLAINTEXT", host: "localhost", port: 9092 + id, securityProtocol: 0 }],
    features: [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
      name,
      minSupportedVersion: min,
      maxSupportedVersion: max,
    })),
    rack: null,
    isMigratingZkBroker: false,
    logDirs: [testUuid("directory", id)],
    previousBrokerEpoch: -1,
  };
}
