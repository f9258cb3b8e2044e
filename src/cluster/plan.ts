/** What a local cluster consists of: fixed before anything starts. */
export interface ClusterPlan {
  readonly clusterId: string;
  /** Holds a folder for each broker, their configuration and their logs. */
  readonly directory: string;
  /** Thrown away at the end. */
  readonly ephemeral: boolean;
  readonly host: string;
  readonly brokers: readonly BrokerPlan[];
  readonly consolePort: number | null;
  /** Broker properties that were asked for; they win over those of `brokerProperties`. */
  readonly properties: Readonly<Record<string, string>>;
  /** How clients elsewhere reach the brokers, next to the loopback address. */
  readonly advertise: readonly ExtraListener[];
}

/** A further listener for clients on each broker, in plaintext. */
export interface ExtraListener {
  /** The address that it listens on. */
  readonly bind: string;
  /** What clients are told. */
  readonly host: string;
}

export interface BrokerPlan {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Health and metrics; null where the engine has none. */
  readonly httpPort: number | null;
  /** Further client ports, one for each of `ClusterPlan.advertise`. */
  readonly advertisedPorts: readonly number[];
  /** The log directory. */
  readonly dataDir: string;
  readonly configFile: string;
  readonly logFile: string;
}

export function bootstrapServersOf(plan: ClusterPlan): string {
  return plan.brokers.map((broker) => `${plan.host}:${broker.port}`).join(",");
}

/** The server.properties of one broker, as names and values that Apache Kafka accepts too. */
export function brokerProperties(plan: ClusterPlan, broker: BrokerPlan): Record<string, string> {
  const replicas = Math.min(3, plan.brokers.length);
  const majority = Math.floor(replicas / 2) + 1;
  const names = plan.advertise.map((_, index) => `ADVERTISED${index + 1}`);
  const protocols = ["PLAINTEXT", "CONTROLLER", ...names].map((name) => `${name}:PLAINTEXT`);
  const own = [`PLAINTEXT://${plan.host}:${broker.port}`];
  const extra = names.map(
    (name, index) => `${name}://${bracketed(plan.advertise[index].bind)}:${broker.advertisedPorts[index]}`,
  );
  const told = names.map(
    (name, index) => `${name}://${bracketed(plan.advertise[index].host)}:${broker.advertisedPorts[index]}`,
  );
  return {
    "process.roles": "broker,controller",
    "node.id": String(broker.id),
    "controller.quorum.voters": plan.brokers.map((each) => `${each.id}@${plan.host}:${each.controllerPort}`).join(","),
    listeners: [...own, `CONTROLLER://${plan.host}:${broker.controllerPort}`, ...extra].join(","),
    "advertised.listeners": [...own, ...told].join(","),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": protocols.join(","),
    "log.dirs": broker.dataDir,
    "default.replication.factor": String(replicas),
    "min.insync.replicas": String(majority),
    "offsets.topic.replication.factor": String(replicas),
    "transaction.state.log.replication.factor": String(replicas),
    "transaction.state.log.min.isr": String(majority),
    "share.coordinator.state.topic.replication.factor": String(replicas),
    "share.coordinator.state.topic.min.isr": String(majority),
    // A developer's consumer gets its partitions at once, and a paused process is noticed within seconds.
    "group.initial.rebalance.delay.ms": "0",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "4000",
  };
}

/** As a host stands in front of a port. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The text of a properties file. Values are written as they are: Kafka's names and values need no escapes but that of "\". */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  let text = "";
  for (const [name, value] of Object.entries(properties)) text += `${name}=${value.replaceAll("\\", "\\\\")}\n`;
  return text;
}
