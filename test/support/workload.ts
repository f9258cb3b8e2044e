import { Admin } from "../../src/cluster/admin.js";
import { pause } from "../../src/cluster/readiness.js";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { RecordReader } from "../../src/cluster/record-reader.js";
import { RecordSender } from "../../src/cluster/record-sender.js";
import type { RunningCluster } from "./cluster.js";
import { type Acknowledged, assertExactlyOnceInOrder, type Read } from "./history.js";

/** Acknowledgements of one partition with the moments at which they came, ms of performance.now(). */
interface Lane {
  readonly acknowledged: (Acknowledged & { atMs: number })[];
}

/**
 * Records at a steady rate to every partition of a topic, acks=all, idempotent, one at a time for each partition. Sequence numbers
 * run through all partitions as `assertExactlyOnceInOrder` wants them.
 */
export class Workload {
  readonly topic: string;
  readonly partitions: number;
  private readonly cluster: RunningCluster;
  private readonly lanes: Lane[];
  private readonly admin: Admin;
  private readonly sender: RecordSender;
  private stopAt: number | null = null;
  private running: Promise<unknown> = Promise.resolve();

  private constructor(cluster: RunningCluster, topic: string, partitions: number, admin: Admin, sender: RecordSender) {
    this.cluster = cluster;
    this.topic = topic;
    this.partitions = partitions;
    this.admin = admin;
    this.sender = sender;
    this.lanes = Array.from({ length: partitions }, () => ({ acknowledged: [] }));
  }

  static async start(cluster: RunningCluster, topic: string, partitions: number, perSecond: number): Promise<Workload> {
    const admin = await Admin.connect(cluster.bootstrapServers);
    const sender = new RecordSender(admin, topic, await recordPorts(), 0);
    await sender.open();
    const workload = new Workload(cluster, topic, partitions, admin, sender);
    const everyMs = (1000 * partitions) / perSecond;
    workload.running = Promise.all(workload.lanes.map((lane, partition) => workload.run(lane, partition, everyMs)));
    // A failure is seen by whoever calls `stop` or waits.
    workload.running.catch(() => undefined);
    return workload;
  }

  /** Waits until every partition got so many further acknowledgements. */
  async progress(records: number): Promise<void> {
    const wanted = this.lanes.map((lane) => lane.acknowledged.length + records);
    const reached = async (): Promise<void> => {
      while (!this.lanes.every((lane, index) => lane.acknowledged.length >= wanted[index])) await pause(5);
    };
    await Promise.race([reached(), this.running]);
  }

  /** Stops after each partition sent as many records as the furthest one, so that no sequence number is left out. */
  async stop(): Promise<void> {
    this.stopAt = Math.max(...this.lanes.map((lane) => lane.acknowledged.length)) + 2;
    await this.running;
    this.admin.close();
  }

  get acknowledged(): Acknowledged[] {
    return this.lanes.flatMap((lane) => lane.acknowledged);
  }

  /** The longest time between two acknowledgements of one partition, ms. */
  get longestGapMs(): number {
    let longest = 0;
    for (const { acknowledged } of this.lanes) {
      for (let i = 1; i < acknowledged.length; i++)
        longest = Math.max(longest, acknowledged[i].atMs - acknowledged[i - 1].atMs);
    }
    return longest;
  }

  /** Reads everything from what runs now and compares. */
  async verify(): Promise<void> {
    const { acknowledged } = this;
    assertExactlyOnceInOrder(
      acknowledged,
      await readAll(this.cluster, this.topic),
      acknowledged.length,
      this.partitions,
    );
  }

  private async run(lane: Lane, partition: number, everyMs: number): Promise<void> {
    const begin = performance.now();
    for (let i = 0; this.stopAt === null || i < this.stopAt; i++) {
      const wait = begin + i * everyMs - performance.now();
      if (wait > 0) await pause(wait);
      const sequence = i * this.partitions + partition;
      const [sent] = await this.sender.sendTo(partition, [
        { key: null, value: new TextEncoder().encode(`${sequence} a record`) },
      ]);
      lane.acknowledged.push({ partition, offset: sent.baseOffset, sequence, atMs: performance.now() });
    }
  }
}

/** All records of a topic, by assignment, from the brokers that run. */
export async function readAll(cluster: RunningCluster, topic: string): Promise<Read[]> {
  const up = cluster.brokers.filter((broker) => broker.state === "running");
  const admin = await Admin.connect(up.map((broker) => `${cluster.plan.host}:${broker.plan.port}`).join(","));
  const read: Read[] = [];
  try {
    const options = { partitions: null, fromBeginning: true, follow: false };
    await new RecordReader(admin, topic, await recordPorts(), options).read(({ partition, offset, value }) => {
      read.push({
        partition,
        offset,
        sequence: Number.parseInt(new TextDecoder().decode(value ?? new Uint8Array(0)), 10),
      });
      return true;
    });
  } finally {
    admin.close();
  }
  return read;
}
