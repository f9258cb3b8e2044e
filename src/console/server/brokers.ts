import { type Admin, expectNone } from "../../cluster/admin.js";
import type { BrokerLink } from "../../cluster/broker-link.js";
import { Failure } from "../../cluster/failure.js";
import { Apis } from "../../protocol/apis.js";
import type { BrokerReport, ConfigEntry } from "../shapes.js";
import type { Target } from "./target.js";
import { softwareOf, versionsOf } from "./versions.js";

const LIMIT_MS = 3_000;
const SET = 0;
const DELETE = 1;

/** `type` 2: a topic, 4: a broker. */
export async function configsOf(admin: Admin, type: 2 | 4, name: string): Promise<ConfigEntry[]> {
  const link = type === 4 ? await brokerLink(admin, Number(name)) : await admin.any();
  const resources = [{ resourceType: type, resourceName: name, configurationKeys: null }];
  const request = { resources, includeSynonyms: true, includeDocumentation: true };
  const { results } = await link.call(Apis.DescribeConfigs, request, LIMIT_MS);
  expectNone(results[0].errorCode, results[0].errorMessage, `Configs of ${name}`);
  return results[0].configs
    .map((each) => ({
      name: each.name,
      value: each.value,
      source: each.configSource,
      readOnly: each.readOnly,
      sensitive: each.isSensitive,
      fallback: each.synonyms.at(-1)?.value ?? null,
      documentation: each.documentation ?? "",
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function alterConfig(
  admin: Admin,
  type: 2 | 4,
  name: string,
  key: string,
  value: string | null,
): Promise<void> {
  const link = await admin.any();
  const configs = [{ name: key, configOperation: value === null ? DELETE : SET, value }];
  const resources = [{ resourceType: type, resourceName: name, configs }];
  const { responses } = await link.call(Apis.IncrementalAlterConfigs, { resources, validateOnly: false }, LIMIT_MS);
  expectNone(responses[0].errorCode, responses[0].errorMessage, `${key} of ${name}`);
}

/** Each broker that the cluster names: its place, software, and log directories with their sizes. */
export async function brokerReports(admin: Admin, target: Pick<Target, "local" | "http">): Promise<BrokerReport[]> {
  const metadata = await admin.metadata(null);
  return Promise.all(
    metadata.brokers
      .map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack }))
      .sort((a, b) => a.nodeId - b.nodeId)
      .map(async ({ nodeId, host, port, rack }) => {
        let leaders = 0;
        let replicas = 0;
        let behind = 0;
        for (const topic of metadata.topics) {
          for (const each of topic.partitions) {
            if (each.leaderId === nodeId) leaders++;
            if (!each.replicaNodes.includes(nodeId)) continue;
            replicas++;
            if (!each.isrNodes.includes(nodeId)) behind++;
          }
        }
        const place = { id: nodeId, host, port, rack, leaders, replicas, behind };
        return { ...place, ...(await ownAnswers(admin, nodeId, target)) };
      }),
  );
}

/** What only the broker itself can tell. */
async function ownAnswers(
  admin: Admin,
  id: number,
  target: Pick<Target, "local" | "http">,
): Promise<Pick<BrokerReport, "dirs" | "problem" | "software" | "features">> {
  try {
    const link = await brokerLink(admin, id);
    const [dirs, software, { features }] = await Promise.all([
      directories(link),
      softwareOf(admin, id, target),
      versionsOf(link),
    ]);
    return { dirs, problem: null, software, features };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { dirs: [], problem: error.message, software: null, features: null };
  }
}

async function directories(link: BrokerLink): Promise<BrokerReport["dirs"]> {
  const { results } = await link.call(Apis.DescribeLogDirs, { topics: null }, LIMIT_MS);
  return results.map(({ logDir, errorCode, topics, totalBytes, usableBytes }) => ({
    path: logDir,
    errorCode,
    bytes: topics.flatMap((topic) => topic.partitions).reduce((sum, each) => sum + each.partitionSize, 0),
    totalBytes,
    usableBytes,
  }));
}

/** A connection to a broker that the cluster's metadata names now. */
export async function brokerLink(admin: Admin, id: number): Promise<BrokerLink> {
  await admin.metadata([]);
  return admin.broker(id);
}
