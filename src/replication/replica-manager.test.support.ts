import { EventFeed } from "../base/events.js";
import type { CallHandler } from "../client/peer-link.js";
import { nodeConfigOf } from "../config/node-config-from.js";
import type { TopicSettings } from "../config/settings.js";
import { MetadataDelta } from "../metadata/delta.js";
import { emptyImage, type MetadataImage } from "../metadata/image.js";
import type { Api, RequestOf } from "../protocol/apis.js";
import { Apis } from "../protocol/apis.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import type { Input } from "../protocol/schema.js";
import { DEFAULT_LOG_CONFIG } from "../storage/log-config.js";
import type { LogManager } from "../storage/log-manager.js";
import { batchOf } from "../storage/testing/batches.js";
import { openManager } from "../storage/testing/opened.js";
import { TestPorts } from "../storage/testing/ports.js";
import { AppendOperation, type AppendPart } from "./append-operation.js";
import { DeleteRecordsOperation } from "./delete-records.js";
import { FetchOperation, FetchPart } from "./fetch-operation.js";
import type { Partition } from "./partition.js";
import { ReplicaManager } from "./replica-manager.js";
import type { ControllerRequests } from "./replication-options.js";

export const TOPIC = "t";
export const TOPIC_ID = "JZH3TQyVTOCWWpLhbxpxjQ";

type Change = Partial<Extract<MetadataRecord, { kind: "PartitionChangeRecord" }>["value"]>;

/** A controller that answers when the test says so. */
export class TestController implements ControllerRequests {
  brokerEpoch = 101;
  readonly asked: { api: Api; body: unknown; handler: CallHandler }[] = [];

  call<A extends Api>(api: A, body: Input<A["request"]>, handler: CallHandler<A>): void {
    this.asked.push({ api, body, handler: handler as CallHandler });
  }

  /** The ISRs that were asked for and not answered. */
  get isrs(): number[][] {
    const isrs: number[][] = [];
    for (const { api, body } of this.asked) {
      if (api !== Apis.AlterPartition) continue;
      for (const topic of (body as RequestOf<typeof Apis.AlterPartition>).topics ?? []) {
        for (const one of topic.partitions ?? [])
          isrs.push((one.newIsrWithEpochs ?? []).map((m) => m.brokerId as number));
      }
    }
    return isrs;
  }

  /** Answers the oldest AlterPartition with one result for all its partitions. */
  answer(result: { errorCode?: number; isr?: number[]; leaderEpoch?: number; partitionEpoch?: number }): void {
    const at = this.asked.findIndex(({ api }) => api === Apis.AlterPartition);
    const [{ body, handler }] = this.asked.splice(at, 1);
    const topics = ((body as RequestOf<typeof Apis.AlterPartition>).topics ?? []).map(({ topicId, partitions }) => ({
      topicId: topicId as string,
      partitions: (partitions ?? []).map(({ partitionIndex }) => ({
        partitionIndex: partitionIndex as number,
        errorCode: 0,
        leaderId: 1,
        leaderEpoch: 0,
        isr: [],
        leaderRecoveryState: 0,
        partitionEpoch: 0,
        ...result,
      })),
    }));
    handler.onResponse({ throttleTimeMs: 0, errorCode: 0, topics } as never, 3);
  }
}

export class TestAppend extends AppendOperation {
  isAnswered = false;

  override onAppended(): void {
    this.isAnswered = true;
  }

  get only(): AppendPart {
    return this.parts[0];
  }
}

export class TestFetch extends FetchOperation {
  isAnswered = false;

  override onFetched(): void {
    this.isAnswered = true;
  }

  get only(): FetchPart {
    return this.parts[0];
  }
}

export class TestDeletion extends DeleteRecordsOperation {
  override onDeleted(): void {}
}

/** Broker 1's replicas of topic `t`, partition 0 on brokers 1, 2 and 3, on a disk in memory; the other brokers are the test's. */
export class TestReplicas {
  readonly ports: TestPorts;
  readonly logs: LogManager;
  readonly controller = new TestController();
  manager: ReplicaManager;
  /** How often the manager said that it has started. */
  started = 0;
  hasController = true;
  image: MetadataImage = emptyImage();
  minInsyncReplicas = 2;

  constructor(options: { readonly minInsyncReplicas?: number; readonly flushAfterWrite?: boolean } = {}) {
    this.ports = new TestPorts();
    this.logs = openManager(this.ports, { flushAfterWrite: options.flushAfterWrite ?? false });
    this.minInsyncReplicas = options.minInsyncReplicas ?? 2;
    this.manager = this.newManager();
    this.apply([1, 2, 3].map((id) => registration(id)));
    this.manager.start(this.image);
    this.ports.settle();
  }

  /** The broker's replicas begin anew, on the logs and the metadata as they are. */
  restart(): void {
    this.manager.stop();
    this.started = 0;
    this.controller.asked.length = 0;
    this.manager = this.newManager();
    this.manager.start(this.image);
    this.ports.settle();
  }

  private newManager(): ReplicaManager {
    const config = nodeConfigOf({
      "process.roles": "broker",
      "node.id": "1",
      listeners: "PLAINTEXT://127.0.0.1:9092",
      "controller.listener.names": "CONTROLLER",
      "controller.quorum.voters": "9@127.0.0.1:9093",
      "log.dirs": "/data",
    });
    return new ReplicaManager(this.ports, {
      config,
      logs: this.logs,
      events: new EventFeed(),
      controller: this.controller,
      topics: {
        valuesOf: () => ({ log: DEFAULT_LOG_CONFIG, minInsyncReplicas: this.minInsyncReplicas }) as TopicSettings,
      },
      hooks: { onStarted: () => this.started++ },
      hasController: () => this.hasController,
    });
  }

  /** Commits records and gives the image to the manager. */
  apply(records: readonly MetadataRecord[]): void {
    const delta = new MetadataDelta(this.image);
    for (const record of records) delta.replay(record);
    this.image = delta.apply(this.image.offset + records.length, 1);
    this.manager.onMetadata(delta, this.image);
    this.ports.settle();
  }

  /** Makes the topic; its directory is told rightly, so that nothing is to be assigned. */
  create(
    partition: { leader: number; isr?: number[]; replicas?: number[]; leaderEpoch?: number },
    topicId = TOPIC_ID,
    topic = TOPIC,
  ): Partition {
    const replicas = partition.replicas ?? [1, 2, 3];
    this.apply([
      { kind: "TopicRecord", version: 0, value: { name: topic, topicId } },
      {
        kind: "PartitionRecord",
        version: 2,
        value: {
          partitionId: 0,
          topicId,
          replicas,
          isr: partition.isr ?? replicas,
          removingReplicas: [],
          addingReplicas: [],
          leader: partition.leader,
          leaderRecoveryState: 0,
          leaderEpoch: partition.leaderEpoch ?? 0,
          partitionEpoch: 0,
          directories: replicas.map(() => this.logs.directories()[0].id),
          eligibleLeaderReplicas: null,
          lastKnownElr: null,
        },
      },
    ]);
    const made = this.manager.partition(topic, 0);
    if (made === null) throw new Error("the partition was not made");
    return made;
  }

  change(change: Change): void {
    const value = {
      partitionId: 0,
      topicId: TOPIC_ID,
      isr: null,
      leader: -2,
      replicas: null,
      removingReplicas: null,
      addingReplicas: null,
      leaderRecoveryState: -1,
      directories: null,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
      ...change,
    };
    this.apply([{ kind: "PartitionChangeRecord", version: 2, value }]);
  }

  /** Begins an append; nothing is written before `ports.settle()`. */
  append(acks: number, text = "x", options: Parameters<typeof batchOf>[1] = {}, topic = TOPIC): TestAppend {
    const operation = new TestAppend(acks, 1000);
    operation.add(topic, 0, batchOf([text], options));
    this.manager.append(operation);
    return operation;
  }

  /** A follower fetches at `offset`: it has what is below. */
  replicaFetch(
    replicaId: number,
    offset: number,
    options: {
      readonly epoch?: number;
      readonly lastEpoch?: number;
      readonly maxWaitMs?: number;
      readonly brokerEpoch?: number;
    } = {},
  ): TestFetch {
    const brokerEpoch = options.brokerEpoch ?? 100 + replicaId;
    const fetch = new TestFetch(18, replicaId, brokerEpoch, options.maxWaitMs ?? 0, 1, 1048576, false, "");
    const part = new FetchPart("", TOPIC_ID, 0);
    part.fetchOffset = offset;
    part.currentLeaderEpoch = options.epoch ?? this.manager.partition(TOPIC, 0)?.leaderEpoch ?? 0;
    part.lastFetchedEpoch = options.lastEpoch ?? -1;
    part.followerLogStart = 0;
    part.partitionMaxBytes = 1048576;
    fetch.parts = [part];
    this.manager.fetch(fetch);
    return fetch;
  }

  deleteRecords(offset: number): TestDeletion {
    const operation = new TestDeletion(1000);
    operation.add(TOPIC, 0, offset);
    this.manager.deleteRecords(operation);
    return operation;
  }

  consumerFetch(offset: number, options: { readonly maxWaitMs?: number; readonly maxBytes?: number } = {}): TestFetch {
    const fetch = new TestFetch(18, -1, -1, options.maxWaitMs ?? 0, 1, 1048576, false, "");
    const part = new FetchPart("", TOPIC_ID, 0);
    part.fetchOffset = offset;
    part.partitionMaxBytes = options.maxBytes ?? 1048576;
    fetch.parts = [part];
    this.manager.fetch(fetch);
    return fetch;
  }
}

export function registration(id: number, options: { fenced?: boolean; epoch?: number } = {}): MetadataRecord {
  return {
    kind: "RegisterBrokerRecord",
    version: 4,
    value: {
      brokerId: id,
      isMigratingZkBroker: false,
      incarnationId: TOPIC_ID,
      brokerEpoch: options.epoch ?? 100 + id,
      endPoints: [{ name: "PLAINTEXT", host: "127.0.0.1", port: 9090 + id, securityProtocol: 0 }],
      features: [],
      rack: null,
      fenced: options.fenced ?? false,
      inControlledShutdown: false,
      logDirs: [],
      cordonedLogDirs: null,
    },
  };
}
