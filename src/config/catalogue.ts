import type { ConfigDefinition, ConfigScope } from "./definition.js";
import { brokerGroups } from "./definitions/broker-groups.js";
import { brokerLog } from "./definitions/broker-log.js";
import { brokerNetwork } from "./definitions/broker-network.js";
import { brokerNode } from "./definitions/broker-node.js";
import { brokerQuorum } from "./definitions/broker-quorum.js";
import { brokerDynamicOnly, brokerQuotas } from "./definitions/broker-quotas.js";
import { brokerReplication } from "./definitions/broker-replication.js";
import { brokerSasl } from "./definitions/broker-sasl.js";
import { brokerShareGroups } from "./definitions/broker-share-groups.js";
import { brokerTieredStorage } from "./definitions/broker-tiered-storage.js";
import { brokerTls } from "./definitions/broker-tls.js";
import { brokerTransactions } from "./definitions/broker-transactions.js";
import { clientMetricsConfigs } from "./definitions/client-metrics.js";
import { groupConfigs } from "./definitions/group.js";
import { topicConfigs } from "./definitions/topic.js";

export type Definitions = ReadonlyMap<string, ConfigDefinition>;

/** Of one subject, as the documentation shows them. */
export interface ConfigSection {
  readonly scope: ConfigScope;
  readonly title: string;
  readonly definitions: readonly ConfigDefinition[];
}

/** Every config there is, for documentation. */
export const configSections: readonly ConfigSection[] = [
  { scope: "broker", title: "Nodes", definitions: brokerNode },
  { scope: "broker", title: "Listeners and connections", definitions: brokerNetwork },
  { scope: "broker", title: "Quorum and metadata", definitions: brokerQuorum },
  { scope: "broker", title: "Logs", definitions: brokerLog },
  { scope: "broker", title: "Replication", definitions: brokerReplication },
  { scope: "broker", title: "Groups and offsets", definitions: brokerGroups },
  { scope: "broker", title: "Share groups", definitions: brokerShareGroups },
  { scope: "broker", title: "Transactions", definitions: brokerTransactions },
  { scope: "broker", title: "Quotas and metrics", definitions: brokerQuotas },
  { scope: "broker", title: "Only while a broker runs", definitions: brokerDynamicOnly },
  { scope: "broker", title: "TLS and delegation tokens", definitions: brokerTls },
  { scope: "broker", title: "SASL", definitions: brokerSasl },
  { scope: "broker", title: "Tiered storage", definitions: brokerTieredStorage },
  { scope: "topic", title: "Topics", definitions: topicConfigs },
  { scope: "group", title: "Groups", definitions: groupConfigs },
  { scope: "client-metrics", title: "Client metrics", definitions: clientMetricsConfigs },
];

/** What a broker's file may set, and its node's. */
export const brokerDefinitions: Definitions = byName(
  configSections
    .filter((section) => section.scope === "broker" && section.definitions !== brokerDynamicOnly)
    .flatMap((section) => section.definitions),
);
/** What can be altered only while a broker runs. */
export const dynamicOnlyDefinitions: Definitions = byName(brokerDynamicOnly);
export const topicDefinitions: Definitions = byName(topicConfigs);
export const groupDefinitions: Definitions = byName(groupConfigs);
export const clientMetricsDefinitions: Definitions = byName(clientMetricsConfigs);

function byName(definitions: readonly ConfigDefinition[]): Definitions {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}
