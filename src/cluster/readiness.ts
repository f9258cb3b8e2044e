import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import { type Address, BrokerLink } from "./broker-link.js";
import { Failure, messageOf } from "./failure.js";
import type { TopicSpec } from "./topic-spec.js";

export interface Watch {
  /** Date.now() at which to give up. */
  readonly deadline: number;
  /** Throws when waiting has become pointless. */
  check(): Promise<void>;
}

const PAUSE_MS = 10;

/** Waits until every broker lists all of them as unfenced. Returns null, or what was missing at the deadline. */
export async function brokersReady(addresses: readonly Address[], watch: Watch): Promise<string | null> {
  const answers = await Promise.all(addresses.map((address) => brokerReady(address, addresses.length, watch)));
  return answers.find((missing) => missing !== null) ?? null;
}

async function brokerReady(address: Address, count: number, watch: Watch): Promise<string | null> {
  let link: BrokerLink | null = null;
  let missing = "";
  try {
    for (;;) {
      try {
        link ??= await BrokerLink.open(address);
        const { brokers } = await link.call(Apis.Metadata, { topics: [], allowAutoTopicCreation: false }, 5_000);
        if (brokers.length === count) return null;
        missing = `broker ${address.host}:${address.port} sees ${brokers.length} of ${count} brokers`;
      } catch (error) {
        // Not listening yet, most often.
        link?.close();
        link = null;
        missing = messageOf(error).replace(/\.$/, "");
      }
      if (Date.now() >= watch.deadline) return missing;
      await watch.check();
      await pause(PAUSE_MS);
    }
  } finally {
    link?.close();
  }
}

/** Creates topics that do not exist yet and waits until each has its leaders and full ISR, as every broker sees it. */
export async function topicsReady(
  addresses: readonly Address[],
  topics: readonly TopicSpec[],
  watch: Watch,
): Promise<string | null> {
  const links = await Promise.all(addresses.map((address) => BrokerLink.open(address)));
  try {
    const { topics: results } = await links[0].call(Apis.CreateTopics, {
      topics: topics.map((topic) => ({
        name: topic.name,
        numPartitions: topic.partitions ?? -1,
        replicationFactor: topic.replicationFactor ?? -1,
      })),
      timeoutMs: 30_000,
    });
    for (const { name, errorCode, errorMessage } of results) {
      if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) continue;
      throw new Failure(`The topic ${name} could not be created: ${errorMessage ?? errorName(errorCode)}`);
    }
    for (;;) {
      const missing = (await Promise.all(links.map((link) => firstIncomplete(link, topics)))).find(
        (each) => each !== null,
      );
      if (missing === undefined) return null;
      if (Date.now() >= watch.deadline) return missing ?? null;
      await watch.check();
      await pause(PAUSE_MS);
    }
  } finally {
    for (const link of links) link.close();
  }
}

async function firstIncomplete(link: BrokerLink, topics: readonly TopicSpec[]): Promise<string | null> {
  const request = { topics: topics.map(({ name }) => ({ name })), allowAutoTopicCreation: false };
  const answer = await link.call(Apis.Metadata, request);
  for (const topic of answer.topics) {
    if (topic.errorCode !== ErrorCode.NONE) return `topic ${topic.name}: ${errorName(topic.errorCode)}`;
    for (const { partitionIndex, leaderId, isrNodes, replicaNodes } of topic.partitions) {
      if (leaderId < 0) return `${topic.name}-${partitionIndex} has no leader`;
      if (isrNodes.length < replicaNodes.length) {
        return `${topic.name}-${partitionIndex} has ${isrNodes.length} of ${replicaNodes.length} replicas in sync`;
      }
    }
  }
  return null;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
