import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import type { BrokerLink } from "./broker-link.js";
import { ExitCode, Failure } from "./failure.js";

/** What has configs, by the numbers of Kafka's protocol. */
export const RESOURCE_TYPES = { topic: 2, broker: 4, "broker-logger": 8, "client-metrics": 16, group: 32 } as const;
export type ResourceType = keyof typeof RESOURCE_TYPES;

export interface Resource {
  readonly type: ResourceType;
  /** "" with `broker`: the defaults of all brokers. */
  readonly name: string;
}

export interface ConfigReport {
  readonly name: string;
  /** null: secret, or none. */
  readonly value: string | null;
  readonly source: string;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
}

const SOURCES: Readonly<Record<number, string>> = {
  1: "topic",
  2: "broker",
  3: "all brokers",
  4: "server.properties",
  5: "default",
  6: "broker logger",
  7: "client metrics",
  8: "group",
};
const BROKER_LEVEL = new Set<ResourceType>(["broker", "broker-logger"]);

/** Parses `topic/orders`, `broker/1`, `broker` (all), `group/billing`; throws a usage `Failure`. */
export function parseResource(text: string): Resource {
  const at = text.indexOf("/");
  const type = at < 0 ? text : text.slice(0, at);
  const name = at < 0 ? "" : text.slice(at + 1);
  if (!Object.hasOwn(RESOURCE_TYPES, type)) {
    const types = Object.keys(RESOURCE_TYPES).join(", ");
    throw new Failure(
      `"${text}" names nothing that has configs.`,
      `Write TYPE/NAME; types are ${types}.`,
      ExitCode.usage,
    );
  }
  const nameless = type === "broker" && name === "";
  if (name === "" && !nameless)
    throw new Failure(`"${text}" does not say which ${type}.`, `Write ${type}/NAME.`, ExitCode.usage);
  if (BROKER_LEVEL.has(type as ResourceType) && !nameless && !/^\d+$/.test(name))
    throw new Failure(
      `"${name}" is no broker id.`,
      `Write ${type}/1, or \`broker\` for the defaults of all.`,
      ExitCode.usage,
    );
  return { type: type as ResourceType, name };
}

export async function describeConfigs(admin: Admin, resource: Resource): Promise<ConfigReport[]> {
  const link = await linkFor(admin, resource);
  const { results } = await link.call(Apis.DescribeConfigs, {
    resources: [{ resourceType: RESOURCE_TYPES[resource.type], resourceName: resource.name, configurationKeys: null }],
  });
  const [{ errorCode, errorMessage: text, configs }] = results;
  refuse(resource, errorCode, text);
  return configs
    .map((each) => ({
      name: each.name,
      value: each.value,
      source: SOURCES[each.configSource] ?? "unknown",
      readOnly: each.readOnly,
      sensitive: each.isSensitive,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface ConfigChange {
  readonly name: string;
  /** null: back to the default. */
  readonly value: string | null;
}

export async function alterConfigs(
  admin: Admin,
  resource: Resource,
  changes: readonly ConfigChange[],
  validateOnly = false,
): Promise<void> {
  const link = await linkFor(admin, resource);
  const { responses } = await link.call(Apis.IncrementalAlterConfigs, {
    resources: [
      {
        resourceType: RESOURCE_TYPES[resource.type],
        resourceName: resource.name,
        configs: changes.map(({ name, value }) => ({ name, configOperation: value === null ? 1 : 0, value })),
      },
    ],
    validateOnly,
  });
  refuse(resource, responses[0].errorCode, responses[0].errorMessage);
}

/** Topics, groups and brokers that have configs of their own. */
export async function listConfigResources(admin: Admin): Promise<Resource[]> {
  const link = await admin.any();
  const types = Object.entries(RESOURCE_TYPES) as [ResourceType, number][];
  const { errorCode, configResources } = await link.call(Apis.ListConfigResources, {
    resourceTypes: types.map(([, number]) => number),
  });
  if (errorCode !== ErrorCode.NONE) throw new Failure(`${errorMessage(errorCode)} (${errorName(errorCode)})`);
  return configResources.flatMap(({ resourceType, resourceName }) => {
    const known = types.find(([, number]) => number === resourceType);
    return known === undefined ? [] : [{ type: known[0], name: resourceName }];
  });
}

/** A broker tells of itself only. */
async function linkFor(admin: Admin, resource: Resource): Promise<BrokerLink> {
  if (!BROKER_LEVEL.has(resource.type) || resource.name === "") return admin.any();
  await admin.metadata([]);
  return admin.broker(Number(resource.name));
}

function refuse(resource: Resource, errorCode: number, text: string | null): void {
  if (errorCode === ErrorCode.NONE) return;
  if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    throw new Failure(`There is no topic ${resource.name}.`, "`holdfast topic list` shows those that exist.");
  const what = resource.name === "" ? "all brokers" : `${resource.type} ${resource.name}`;
  throw new Failure(`Configs of ${what}: ${text || errorMessage(errorCode)} (${errorName(errorCode)})`);
}
