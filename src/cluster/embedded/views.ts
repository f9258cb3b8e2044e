import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { MetadataResponse } from "../../protocol/messages/03-metadata.js";
import { BrokerLink } from "../broker-link.js";
import { Failure } from "../failure.js";
import type { Backend } from "./backend.js";

const ANSWER_LIMIT_MS = 2_000;

export interface PartitionView {
  readonly leader: number;
  readonly epoch: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
}

/** What the brokers of a cluster tell, each by itself: one that is cut off tells what was. */
export class Views {
  private readonly backend: Backend;
  private readonly links: Map<number, BrokerLink>;

  constructor(backend: Backend) {
    this.backend = backend;
    this.links = new Map();
  }

  /** Brokers that are neither down nor paused. */
  up(): number[] {
    return this.backend.brokers.map(({ id }) => id).filter((id) => this.backend.isUp(id));
  }

  async link(id: number): Promise<BrokerLink> {
    const known = this.links.get(id);
    if (known?.isOpen) return known;
    const broker = this.backend.brokers.find((each) => each.id === id);
    if (broker === undefined) throw new Failure(`There is no broker ${id}.`);
    const link = await BrokerLink.open({ host: this.backend.host, port: broker.port }, ANSWER_LIMIT_MS);
    const other = this.links.get(id);
    if (other?.isOpen) {
      link.close();
      return other;
    }
    this.links.set(id, link);
    return link;
  }

  /** A link to the first broker that answers; throws a `Failure` when none does. */
  async any(): Promise<BrokerLink> {
    let last = "no broker runs";
    for (const id of this.up()) {
      try {
        return await this.link(id);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        last = error.message;
      }
    }
    throw new Failure(`No broker answers: ${last}`);
  }

  /** Of each broker that is up and answers. */
  async metadata(topic: string): Promise<{ id: number; answer: MetadataResponse }[]> {
    const answers = await Promise.all(this.up().map((id) => this.metadataOf(id, topic)));
    const given = answers.filter((each) => each !== null);
    if (given.length === 0) throw new Failure("No broker answers.");
    return given;
  }

  /** As those see it who know best: of the newest leader epoch the leader itself. null: nobody knows the partition. */
  async partition(topic: string, partition: number): Promise<PartitionView | null> {
    let best: PartitionView | null = null;
    for (const { id, answer } of await this.metadata(topic)) {
      const found = answer.topics[0]?.partitions.find((each) => each.partitionIndex === partition);
      if (found === undefined) continue;
      if (best !== null && (found.leaderEpoch < best.epoch || (found.leaderEpoch === best.epoch && id !== best.leader)))
        continue;
      best = {
        leader: found.leaderId,
        epoch: found.leaderEpoch,
        isr: found.isrNodes,
        replicas: found.replicaNodes,
      };
    }
    return best;
  }

  /** Why the topic is not in sync, as every broker that is up sees it; null: it is. */
  async notInSync(topic: string): Promise<string | null> {
    for (const { id, answer } of await this.metadata(topic)) {
      const [found] = answer.topics;
      if (found === undefined || found.errorCode !== ErrorCode.NONE) return `broker ${id} does not know ${topic}`;
      for (const { partitionIndex, leaderId, isrNodes, replicaNodes } of found.partitions) {
        const name = `${topic}-${partitionIndex}`;
        if (leaderId < 0) return `${name} has no leader`;
        if (isrNodes.length < replicaNodes.length) {
          return `${name} has ${isrNodes.length} of ${replicaNodes.length} replicas in sync`;
        }
      }
    }
    return null;
  }

  close(): void {
    for (const link of this.links.values()) link.close();
    this.links.clear();
  }

  private async metadataOf(id: number, topic: string): Promise<{ id: number; answer: MetadataResponse } | null> {
    try {
      const link = await this.link(id);
      const request = { topics: [{ name: topic }], allowAutoTopicCreation: false };
      return { id, answer: await link.call(Apis.Metadata, request, ANSWER_LIMIT_MS) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Just going down, or just paused: the others know.
      return null;
    }
  }
}
