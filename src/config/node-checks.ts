import { groupRanges } from "./group-ranges.js";
import type { ListenerConfig, NodeConfig } from "./node-config.js";
import type { Problems } from "./problems.js";
import { NO_BROKER_OVERRIDES, unfitForTopics } from "./settings.js";

const ANY_ADDRESS = "0.0.0.0";
const MIB = 1048576;

/** What Apache Kafka demands of properties together, beyond what each allows by itself. */
export function checkNode(config: NodeConfig, problems: Problems): void {
  checkQuorum(config, problems);
  checkListeners(config, problems);
  checkLogs(config, problems);
  checkReplication(config, problems);
  checkConnections(config, problems);
  checkGroups(config, problems);
}

function checkQuorum(config: NodeConfig, problems: Problems): void {
  const voters = "controller.quorum.voters";
  const ids = config.quorumVoters.map((voter) => voter.id);
  if (ids.length === 0 && config.quorumBootstrapServers.length === 0) {
    problems.error(voters, "it or controller.quorum.bootstrap.servers must name the controllers");
  }
  if (ids.length > 0 && config.isController && !ids.includes(config.nodeId)) {
    problems.error(voters, `a controller must be among the voters, and this is node ${config.nodeId}`);
  }
  if (!config.isController && ids.includes(config.nodeId)) {
    problems.error(voters, `node ${config.nodeId} is no controller, and must not be among the voters`);
  }
  if (!config.isController && config.boolean("controller.quorum.auto.join.enable")) {
    problems.error("controller.quorum.auto.join.enable", "it is for controllers only");
  }
  if (config.isBroker && !config.isController && config.controllerListenerNames.length > 1) {
    problems.warn("controller.listener.names", "a broker uses only the first of them");
  }
  const heartbeat = config.number("broker.heartbeat.interval.ms");
  if (heartbeat * 2 > config.number("broker.session.timeout.ms")) {
    problems.warn(
      "broker.heartbeat.interval.ms",
      "it should not be more than half of broker.session.timeout.ms, or the broker is fenced when one heartbeat is late",
    );
  }
}

function checkListeners(config: NodeConfig, problems: Problems): void {
  const names = config.listeners.map((listener) => listener.name);
  const controllers = config.controllerListenerNames;
  if (config.isController) {
    const missing = controllers.filter((name) => !names.includes(name));
    if (missing.length > 0) {
      problems.error("controller.listener.names", `a controller must have them all in listeners: ${missing} is not`);
    }
    const others = names.filter((name) => !controllers.includes(name));
    if (!config.isBroker && others.length > 0) {
      problems.error("listeners", `a controller may only have those of controller.listener.names: ${others} is not`);
    }
    if (
      !config.isBroker &&
      config.properties.has("inter.broker.listener.name") &&
      controllers.includes(config.interBrokerListenerName)
    ) {
      problems.error("inter.broker.listener.name", "it must not be one of controller.listener.names");
    }
  } else {
    const own = names.filter((name) => controllers.includes(name));
    if (own.length > 0) {
      problems.error("listeners", `a broker that is no controller must not have the controller's: ${own}`);
    }
  }
  if (config.isBroker) checkAdvertised(config, names, problems);
  if (config.advertisedListeners.some((listener) => listener.host === ANY_ADDRESS)) {
    const name = config.properties.has("advertised.listeners") ? "advertised.listeners" : "listeners";
    problems.error(name, `${ANY_ADDRESS} leads nowhere: set advertised.listeners to an address that others can reach`);
  }
  for (const name of config.list("early.start.listeners")) {
    const listener = name.toUpperCase();
    if (!names.includes(listener) && !controllers.includes(listener)) {
      problems.error("early.start.listeners", `${listener} is neither in listeners nor in controller.listener.names`);
    }
  }
}

function checkAdvertised(config: NodeConfig, names: readonly string[], problems: Problems): void {
  const advertised = brokerListeners(config).map((listener) => listener.name);
  const property = config.properties.has("advertised.listeners") ? "advertised.listeners" : "listeners";
  if (advertised.length === 0) {
    problems.error(property, "a broker must have a listener that is not in controller.listener.names");
    return;
  }
  const unknown = advertised.filter((name) => !names.includes(name));
  if (unknown.length > 0) problems.error(property, `${unknown} must be in listeners too (there: ${names})`);
  if (!advertised.includes(config.interBrokerListenerName)) {
    problems.error(
      "inter.broker.listener.name",
      `brokers reach each other through ${config.interBrokerListenerName}, which must be one of ${advertised}`,
    );
  }
}

/** What brokers and clients are told of. */
function brokerListeners(config: NodeConfig): readonly ListenerConfig[] {
  return config.advertisedListeners.filter((listener) => !config.controllerListenerNames.includes(listener.name));
}

function checkLogs(config: NodeConfig, problems: Problems): void {
  const unfit = unfitForTopics(NO_BROKER_OVERRIDES, config);
  if (unfit !== null) problems.error(unfit.name, unfit.reason);
  const threads = config.number("log.cleaner.threads");
  if (Math.trunc(config.number("log.cleaner.dedupe.buffer.size") / Math.max(1, threads)) <= MIB) {
    problems.error("log.cleaner.dedupe.buffer.size", "it must be more than 1 MiB for each of log.cleaner.threads");
  }
  const cordoned = config.list("cordoned.log.dirs");
  const dirs = config.list(config.properties.has("log.dirs") ? "log.dirs" : "log.dir");
  if (cordoned.includes("*") && cordoned.length > 1) problems.error("cordoned.log.dirs", "* must stand alone");
  const unknown = cordoned.filter((dir) => dir !== "*" && !dirs.includes(dir));
  if (config.isBroker && unknown.length > 0) {
    problems.error("cordoned.log.dirs", `${unknown} must be one of the log directories (${dirs})`);
  }
  if (config.number("log.cleaner.min.compaction.lag.ms") > config.number("log.cleaner.max.compaction.lag.ms")) {
    problems.error("log.cleaner.min.compaction.lag.ms", "it must not be more than log.cleaner.max.compaction.lag.ms");
  }
}

function checkReplication(config: NodeConfig, problems: Problems): void {
  const wait = config.number("replica.fetch.wait.max.ms");
  for (const limit of ["replica.socket.timeout.ms", "replica.lag.time.max.ms"]) {
    if (wait > config.number(limit)) problems.error("replica.fetch.wait.max.ms", `it must not be more than ${limit}`);
  }
}

function addressLimits(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Why a value of max.connections.per.ip.overrides is not allowed, or null. */
export function addressLimitsReason(text: string): string | null {
  const areSound = addressLimits(text).every((entry) => /^[0-9a-zA-Z\-%._:]*:\d+$/.test(entry));
  return areSound ? null : "each part must be HOST:COUNT";
}

function checkConnections(config: NodeConfig, problems: Problems): void {
  const queued = config.number("queued.max.request.bytes");
  if (queued > 0 && queued < config.number("socket.request.max.bytes")) {
    problems.error(
      "queued.max.request.bytes",
      "it must be at least socket.request.max.bytes, or 0 or less for no limit",
    );
  }
  const overrides = "max.connections.per.ip.overrides";
  const entries = addressLimits(config.text(overrides));
  const reason = addressLimitsReason(config.text(overrides));
  if (reason !== null) problems.error(overrides, reason);
  if (config.number("max.connections.per.ip") === 0 && entries.length === 0) {
    problems.error("max.connections.per.ip", `it may be 0 only with ${overrides}`);
  }
  const idle = config.number("connections.max.idle.ms");
  if (idle >= 0 && config.number("connection.failed.authentication.delay.ms") >= idle) {
    problems.error("connection.failed.authentication.delay.ms", "it must be less than connections.max.idle.ms");
  }
}

function checkGroups(config: NodeConfig, problems: Problems): void {
  for (const { synonym, min, max } of groupRanges) {
    const value = config.number(synonym);
    if (min !== null && value < config.number(min)) problems.error(synonym, `it must be at least ${min}`);
    if (max !== null && value > config.number(max)) problems.error(synonym, `it must be at most ${max}`);
  }
  for (const kind of ["consumer", "share", "streams"]) {
    const heartbeat = `group.${kind}.heartbeat.interval.ms`;
    const session = `group.${kind}.session.timeout.ms`;
    if (config.number(heartbeat) >= config.number(session))
      problems.error(heartbeat, `it must be less than ${session}`);
  }
  const protocols = "group.coordinator.rebalance.protocols";
  if (!config.list(protocols).includes("classic")) problems.error(protocols, "classic groups cannot be turned off");
  if (config.list("group.share.assignors").length !== 1) {
    problems.error("group.share.assignors", "there must be exactly one");
  }
  if (config.number("group.share.max.share.sessions") < config.number("group.share.max.size")) {
    problems.error("group.share.max.share.sessions", "it must be at least group.share.max.size");
  }
}
