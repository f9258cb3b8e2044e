import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import { Violation } from "../checkers/violation.js";
import type { SimProcess } from "../kernel/process.js";
import { createSimPorts } from "../ports.js";
import type { World } from "../world.js";
import { ClusterClient } from "./client.js";
import { PartitionReader } from "./consumer.js";
import { GroupWorkload } from "./groups.js";
import { History } from "./history.js";
import { ProducerLane } from "./producer.js";

export const BROKER_PORT = 9092;

/** Batches that are to be acknowledged by the end of a run: what makes it count (500), and some more. */
const ENOUGH = 545;
/** When the first batch is sent, and how long before the end of the run the last, µs. */
const FIRST_BATCH_US = 1_000_000;
const LAST_BATCH_US = 7_500_000;

/** The clients of a world: an administrator, producers and consumers, on machines of their own. */
export class Workload {
  readonly world: World;
  readonly history: History;
  readonly groups: GroupWorkload;
  readonly inFlight: number;
  acknowledged: number;
  private readonly admin: ClusterClient;
  private readonly adminProcess: SimProcess;
  private readonly clientProcess: SimProcess;
  private readonly lanes: ProducerLane[];
  private readonly readers: PartitionReader[];
  private verifiers: PartitionReader[];
  private readonly producerIds: Set<number>;
  private topicsReady: boolean;
  private extraTopics: number;
  private readonly clients: ClusterClient[];
  /** Acknowledged batches when the world was healed; more must follow. */
  private acknowledgedAtHeal: number;
  private producing: boolean;

  constructor(world: World) {
    this.world = world;
    this.history = new History(world);
    this.groups = new GroupWorkload(this);
    this.inFlight = world.scenario.inFlight;
    this.acknowledged = 0;
    this.lanes = [];
    this.readers = [];
    this.verifiers = [];
    this.producerIds = new Set();
    this.topicsReady = false;
    this.extraTopics = 0;
    this.clients = [];
    this.acknowledgedAtHeal = -1;
    this.producing = true;
    this.adminProcess = world.simulation.startProcess(world.clientMachines[0], "admin");
    this.clientProcess = world.simulation.startProcess(world.clientMachines[1], "client");
    this.admin = this.newClient(this.adminProcess, "admin");
  }

  private newClient(process: SimProcess, name: string): ClusterClient {
    const client = this.clientFor(process, name);
    this.clients.push(client);
    return client;
  }

  /** A client that finds out by itself when the topics are there. */
  clientFor(process: SimProcess, name: string): ClusterClient {
    const { world } = this;
    const ports = createSimPorts(
      world.simulation,
      world.network,
      null,
      process,
      world.simulation.random.fork(),
      world.ring.loggerFor(name),
    );
    return new ClusterClient(
      ports,
      name,
      world.nodes.map((node) => node.machine.address),
      BROKER_PORT,
      world.scenario.topics.map((topic) => topic.name),
    );
  }

  start(): void {
    const { scenario } = this.world;
    this.world.simulation.runAs(this.adminProcess, () => this.createTopics());
    const random = this.world.simulation.random.fork();
    const partitions: { topic: string; partition: number }[] = [];
    for (const topic of scenario.topics) {
      for (let partition = 0; partition < topic.partitions; partition++)
        partitions.push({ topic: topic.name, partition });
    }
    for (let i = 0; i < scenario.producers; i++) {
      const client = this.newClient(this.clientProcess, `producer-${i}`);
      for (const { topic, partition } of partitions) {
        this.lanes.push(new ProducerLane(this, client, topic, partition, `p${i}/${topic}-${partition}`));
      }
    }
    for (let i = 0; i < scenario.consumers; i++) {
      const client = this.newClient(this.clientProcess, `consumer-${i}`);
      for (const { topic, partition } of partitions) {
        this.readers.push(new PartitionReader(this, client, topic, partition, i > 0 ? "anywhere" : "leader"));
      }
    }
    this.world.later(500_000, () => {
      this.run(() => {
        for (const lane of this.lanes) lane.pump();
        for (const reader of this.readers) reader.poll();
      });
    });
    if (scenario.groups.length > 0) this.world.later(700_000, () => this.groups.start());
    const everyUs = Math.floor(1_000_000 / scenario.batchesPerSecond);
    const tick = () => {
      if (!this.producing) return;
      this.world.later(Math.floor((everyUs * (0.5 + random.fraction())) / (this.isBehind() ? 8 : 1)), tick);
      if (this.lanes.length === 0) return;
      const lane = random.pick(this.lanes);
      const count = random.between(1, 4);
      const pad = random.chance(0.1) ? random.below(2000) : random.below(40);
      this.run(() => lane.produce(count, pad));
    };
    this.world.later(FIRST_BATCH_US, tick);
    this.world.later((scenario.chaosToMs + 6000) * 1000, () => {
      this.acknowledgedAtHeal = this.acknowledged;
    });
    this.world.later(scenario.endMs * 1000 - LAST_BATCH_US, () => {
      this.producing = false;
    });
    this.world.later((scenario.endMs - 7000) * 1000, () => this.startVerifiers(partitions));
  }

  /** Whether too little was acknowledged or is under way so far: after an outage producers catch up. */
  private isBehind(): boolean {
    const { scenario, simulation } = this.world;
    const part = (simulation.nowUs - FIRST_BATCH_US) / (scenario.endMs * 1000 - LAST_BATCH_US - FIRST_BATCH_US);
    let batches = this.acknowledged;
    for (const lane of this.lanes) batches += lane.waiting;
    return batches < ENOUGH * part;
  }

  /** As a turn of the clients' process. */
  private run(body: () => void): void {
    this.world.simulation.runAs(this.clientProcess, body);
  }

  private createTopics(): void {
    const { scenario } = this.world;
    this.admin.anyLink().send(
      Apis.CreateTopics,
      7,
      {
        timeoutMs: 5000,
        validateOnly: false,
        topics: scenario.topics.map((topic) => ({
          name: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replicationFactor,
          assignments: [],
          configs: [
            { name: "min.insync.replicas", value: String(topic.minInsync) },
            { name: "segment.bytes", value: String(Math.max(1 << 20, scenario.segmentBytes)) },
          ],
        })),
      },
      6000,
      (response) => {
        const failed = response.topics.filter(
          (topic) => topic.errorCode !== 0 && topic.errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS,
        );
        if (failed.length === 0) {
          this.topicsReady = true;
          this.world.note("topics are created");
          for (const client of this.clients) client.refresh();
          return;
        }
        this.world.note(`topics are not created: ${failed.map((t) => errorName(t.errorCode)).join(", ")}`);
        this.admin.ports.timers.schedule(300, { onTimer: () => this.createTopics() });
      },
      () => this.admin.ports.timers.schedule(300, { onTimer: () => this.createTopics() }),
    );
  }

  electPreferred(): boolean {
    if (!this.topicsReady) return false;
    const { scenario } = this.world;
    this.world.simulation.runAs(this.adminProcess, () => {
      this.admin.anyLink().send(
        Apis.ElectLeaders,
        2,
        {
          electionType: 0,
          timeoutMs: 3000,
          topicPartitions: scenario.topics.map((topic) => ({
            topic: topic.name,
            partitions: Array.from({ length: topic.partitions }, (_, i) => i),
          })),
        },
        5000,
        () => this.world.count("preferred election asked"),
        () => {},
      );
    });
    return true;
  }

  deleteRecords(choice: number, part: number): boolean {
    const { scenario } = this.world;
    const topic = scenario.topics[choice % scenario.topics.length];
    const partition = part % topic.partitions;
    const truth = this.world.checker.checkerNamed(topic.name, partition);
    const leader = this.admin.place(topic.name, partition)?.leader ?? -1;
    const link = this.admin.link(leader);
    if (truth === null || link === null) {
      this.world.simulation.runAs(this.adminProcess, () => this.admin.refresh());
      return false;
    }
    const offset = Math.floor((truth.trueHighWatermark * (part % 100)) / 100);
    this.history.onDeletedBelow(topic.name, partition, offset);
    this.world.simulation.runAs(this.adminProcess, () => {
      link.send(
        Apis.DeleteRecords,
        2,
        { timeoutMs: 3000, topics: [{ name: topic.name, partitions: [{ partitionIndex: partition, offset }] }] },
        5000,
        (response) => {
          if (response.topics[0]?.partitions[0]?.errorCode === 0) this.world.count("records deleted");
        },
        () => {},
      );
    });
    return true;
  }

  createExtraTopic(choice: number): boolean {
    if (!this.topicsReady) return false;
    const name = `extra-${this.extraTopics++}`;
    const simulation = this.world.simulation;
    simulation.runAs(this.adminProcess, () => {
      this.admin.anyLink().send(
        Apis.CreateTopics,
        7,
        {
          timeoutMs: 3000,
          validateOnly: false,
          topics: [{ name, numPartitions: 1 + (choice % 3), replicationFactor: 3, assignments: [], configs: [] }],
        },
        5000,
        (response) => {
          if (response.topics[0]?.errorCode === 0) this.world.count("extra topic created");
        },
        () => {},
      );
    });
    this.world.later(6_000_000, () => {
      simulation.runAs(this.adminProcess, () => {
        this.admin.anyLink().send(
          Apis.DeleteTopics,
          6,
          { timeoutMs: 3000, topics: [{ name }] },
          5000,
          (response) => {
            if (response.responses[0]?.errorCode === 0) this.world.count("extra topic deleted");
          },
          () => {},
        );
      });
    });
    return true;
  }

  private startVerifiers(partitions: readonly { topic: string; partition: number }[]): void {
    for (const reader of this.readers) reader.stop();
    const client = this.newClient(this.clientProcess, "verifier");
    this.verifiers = partitions.map(
      ({ topic, partition }) => new PartitionReader(this, client, topic, partition, "verifies"),
    );
    this.run(() => {
      for (const reader of this.verifiers) reader.poll();
    });
  }

  /** Invariant 31, and 30 over all that can be read now. */
  finish(): void {
    if (!this.topicsReady) throw new Violation(31, "the topics were never created");
    if (this.acknowledgedAtHeal >= 0 && this.acknowledged <= this.acknowledgedAtHeal) {
      throw new Violation(31, "no batch was acknowledged any more after healing");
    }
    for (const reader of this.verifiers) {
      const truth = this.world.checker.checkerNamed(reader.topic, reader.partition);
      const tainted = truth?.tainted ?? false;
      if (reader.replies === 0 || reader.position < reader.highWatermark) {
        if (tainted) continue;
        throw new Violation(
          31,
          `${reader.topic}-${reader.partition} could be read up to ${reader.position} only after healing, its high watermark is ${reader.highWatermark}`,
        );
      }
      if (truth !== null && !tainted && reader.highWatermark < truth.trueHighWatermark) {
        throw new Violation(
          31,
          `${reader.topic}-${reader.partition} has high watermark ${reader.highWatermark} after healing, true is ${truth.trueHighWatermark}`,
        );
      }
      this.history.onReadToEnd(reader.topic, reader.partition, reader.logStart, reader.highWatermark);
    }
    this.groups.finish();
    for (const lane of this.lanes) {
      if (lane.waiting > 0 && !lane.tainted) {
        throw new Violation(
          31,
          `${lane.name} still has ${lane.waiting} batches that were not acknowledged, after healing`,
        );
      }
    }
  }

  onAcknowledged(): void {
    this.acknowledged++;
  }

  onRead(): void {
    this.world.count("fetch with records");
  }

  onProducerId(id: number): void {
    if (this.producerIds.has(id)) throw new Violation(28, `producer id ${id} was handed out twice`);
    this.producerIds.add(id);
  }
}
