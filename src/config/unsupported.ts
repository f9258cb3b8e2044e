import { brokerDefinitions } from "./catalogue.js";
import { protocolName } from "./listeners.js";
import type { ListenerConfig, NodeConfig } from "./node-config.js";
import type { Problems } from "./problems.js";
import { similarName } from "./similar-name.js";

const REPLICA_SELECTORS = [
  "",
  "org.apache.kafka.common.replica.RackAwareReplicaSelector",
  "org.apache.kafka.common.replica.LeaderSelector",
];

/** Java classes that decide something: a node that left them out would let through what they forbid. */
const DECIDING_CLASSES = [
  "alter.config.policy.class.name",
  "client.quota.callback.class",
  "create.topic.policy.class.name",
];

/** Names that Apache Kafka had before 4.0: they do nothing, and should go. */
const REMOVED = new Set([
  "broker.id.generation.enable",
  "control.plane.listener.name",
  "inter.broker.protocol.version",
  "log.message.downconversion.enable",
  "log.message.format.version",
  "log.message.timestamp.difference.max.ms",
  "reserved.broker.max.id",
  "zookeeper.clientCnxnSocket",
  "zookeeper.connect",
  "zookeeper.connection.timeout.ms",
  "zookeeper.max.in.flight.requests",
  "zookeeper.metadata.migration.enable",
  "zookeeper.session.timeout.ms",
  "zookeeper.set.acl",
]);

/** What follows these belongs to a plug-in, or to one listener. */
const PREFIXES = ["listener.name.", "rsm.config.", "rlmm.config.", "config.providers.", "metrics.jmx.", "sasl.jaas."];

/** Tells what this release cannot do although the properties ask for it. Each is one that would be missed. */
export function checkSupported(config: NodeConfig, problems: Problems): void {
  for (const listener of config.listeners) refuseSecurity(listener, problems);
  if (config.text("authorizer.class.name") !== "") {
    problems.error(
      "authorizer.class.name",
      "access control is not supported yet; without it, everybody may do everything",
    );
  }
  for (const name of DECIDING_CLASSES) {
    if (config.optionalText(name) !== null)
      problems.error(name, "Holdfast runs no Java classes, and would not enforce it");
  }
  if (config.properties.has("principal.builder.class")) {
    const builder = config.text("principal.builder.class");
    if (!builder.endsWith(".DefaultKafkaPrincipalBuilder")) {
      problems.error(
        "principal.builder.class",
        "Holdfast runs no Java classes, and has only Kafka's default one built in",
      );
    }
  }
  if (!REPLICA_SELECTORS.includes(config.optionalText("replica.selector.class") ?? "")) {
    problems.error(
      "replica.selector.class",
      `it must be one of those built in: ${REPLICA_SELECTORS.slice(1).join(", ")}`,
    );
  }
  if (config.boolean("remote.log.storage.system.enable")) {
    problems.error("remote.log.storage.system.enable", "there is no tiered storage in Holdfast");
  }
  if (config.list("config.providers").length > 0) {
    problems.error("config.providers", "Holdfast runs no Java classes: write the values themselves");
  }
  if (config.optionalText("delegation.token.secret.key") !== null) {
    problems.warn("delegation.token.secret.key", "delegation tokens are not supported yet, and it is ignored");
  }
  if (config.properties.has("group.coordinator.rebalance.protocols")) {
    problems.warn("group.coordinator.rebalance.protocols", "Apache Kafka deprecates it and will remove it in 5.0");
  }
}

function refuseSecurity(listener: ListenerConfig, problems: Problems): void {
  if (listener.securityProtocol === 0) return;
  const protocol = protocolName(listener.securityProtocol);
  problems.error("listeners", `${listener.name} speaks ${protocol}, which is not supported yet: only PLAINTEXT is`);
}

/** Of a name that no definition has. */
export function warnOfUnknown(name: string, problems: Problems): void {
  if (REMOVED.has(name)) {
    problems.warn(name, "Apache Kafka removed it, and it is ignored");
    return;
  }
  if (PREFIXES.some((prefix) => name.startsWith(prefix))) return;
  const meant = similarName(name, brokerDefinitions.keys());
  problems.warn(name, `no such config is known${meant === null ? "" : ` (is it ${meant}?)`}; it is ignored`);
}
