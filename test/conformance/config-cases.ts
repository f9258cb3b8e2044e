// Configurations that Holdfast and Apache Kafka are asked about alike.

/** The properties of a node with both roles, but for these. */
export function combined(more: Record<string, string>, without: readonly string[] = []): Record<string, string> {
  const properties: Record<string, string> = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": "1@localhost:9093",
    listeners: "PLAINTEXT://:9092,CONTROLLER://:9093",
    "controller.listener.names": "CONTROLLER",
    ...more,
  };
  for (const name of without) delete properties[name];
  return properties;
}

const broker = (more: Record<string, string>) =>
  combined({ "process.roles": "broker", "node.id": "2", listeners: "PLAINTEXT://:9092", ...more });
const controller = (more: Record<string, string>) =>
  combined({ "process.roles": "controller", listeners: "CONTROLLER://:9093", ...more });
const MAP = "listener.security.protocol.map";

export const NODES: readonly Record<string, string>[] = [
  combined({}),
  ...Object.keys(combined({})).map((name) => combined({}, [name])),
  combined({ "broker.id": "1" }, ["node.id"]),
  combined({ "broker.id": "2" }),
  combined({ "node.id": "2" }),
  combined({ "controller.quorum.voters": "1@0.0.0.0:9093" }),
  combined({ "controller.quorum.bootstrap.servers": "a:1,b:2" }, ["controller.quorum.voters"]),
  combined({ "advertised.listeners": "PLAINTEXT://a:1" }),
  combined({ "advertised.listeners": "PLAINTEXT://a:1,CONTROLLER://a:2" }),
  combined({ "advertised.listeners": "CONTROLLER://a:2" }),
  combined({ "advertised.listeners": "PLAINTEXT://0.0.0.0:1" }),
  combined({ "advertised.listeners": "PLAINTEXT://a:1,PLAINTEXT://b:1" }),
  combined({ "advertised.listeners": "SSL://a:1" }),
  combined({ listeners: "PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093" }),
  combined({ listeners: "PLAINTEXT://:9092,CONTROLLER://0.0.0.0:9093" }),
  combined({ listeners: "PLAINTEXT://:9092,CONTROLLER://:9092" }),
  combined({ listeners: "PLAINTEXT://:0,CONTROLLER://:0" }),
  combined({ listeners: "PLAINTEXT://127.0.0.1:9092,CONTROLLER://[::1]:9092" }),
  combined({ listeners: "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.2:9092" }),
  combined({ listeners: "PLAINTEXT://a:9092,PLAINTEXT://b:9094,CONTROLLER://:9093" }),
  combined({ listeners: "CONTROLLER://:9093" }),
  combined({ listeners: "PLAINTEXT://:9092" }),
  combined({ listeners: "9092" }),
  combined({ listeners: "INSIDE://:9092,CONTROLLER://:9093" }),
  combined({ listeners: "INSIDE://:9092,CONTROLLER://:9093", [MAP]: "INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT" }),
  combined({
    listeners: "INSIDE://:9092,CONTROLLER://:9093",
    [MAP]: "INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "INSIDE",
  }),
  combined({ [MAP]: "PLAINTEXT:PLAINTEXT" }),
  combined({ [MAP]: "PLAINTEXT:PLAIN,CONTROLLER:PLAINTEXT" }),
  combined({ "inter.broker.listener.name": "PLAINTEXT" }),
  combined({ "inter.broker.listener.name": "CONTROLLER" }),
  combined({ "inter.broker.listener.name": "PLAINTEXT", "security.inter.broker.protocol": "PLAINTEXT" }),
  combined({ "early.start.listeners": "PLAINTEXT" }),
  combined({ "early.start.listeners": "OTHER" }),
  combined({ "log.dirs": "/a,/b", "cordoned.log.dirs": "/b" }),
  combined({ "log.dirs": "/a,/b", "cordoned.log.dirs": "/c" }),
  combined({ "log.dirs": "/a,/b", "cordoned.log.dirs": "*" }),
  combined({ "log.dirs": "/a,/b", "cordoned.log.dirs": "*,/a" }),
  combined({ "log.dirs": "" }),
  combined({ "log.retention.ms": "0" }),
  combined({ "log.retention.minutes": "0" }),
  combined({ "log.retention.hours": "-5" }),
  combined({ "log.roll.ms": "0" }),
  combined({ "log.roll.jitter.ms": "-1" }),
  combined({ "log.roll.ms": "-1" }),
  combined({ "log.retention.ms": "-7" }),
  combined({ "log.cleaner.dedupe.buffer.size": "1048576" }),
  combined({ "log.cleaner.threads": "127" }),
  combined({ "log.cleaner.threads": "128" }),
  combined({ "replica.fetch.wait.max.ms": "30001" }),
  combined({ "replica.lag.time.max.ms": "499" }),
  combined({ "broker.session.timeout.ms": "100" }),
  combined({ "queued.max.request.bytes": "100" }),
  combined({ "queued.max.request.bytes": "0" }),
  combined({ "max.connections.per.ip": "0" }),
  combined({ "max.connections.per.ip": "0", "max.connections.per.ip.overrides": "127.0.0.1:5" }),
  combined({ "max.connections.per.ip.overrides": "a b:5" }),
  combined({ "max.connections.per.ip.overrides": "a" }),
  combined({ "connections.max.idle.ms": "100" }),
  combined({ "connections.max.idle.ms": "-1" }),
  combined({ "group.consumer.session.timeout.ms": "44999" }),
  combined({ "group.consumer.max.heartbeat.interval.ms": "4999" }),
  combined({ "group.consumer.heartbeat.interval.ms": "15001" }),
  combined({ "group.streams.num.standby.replicas": "3" }),
  combined({ "group.share.assignors": "a,b" }),
  combined({ "group.share.max.size": "1000", "group.share.max.share.sessions": "999" }),
  combined({ "group.coordinator.rebalance.protocols": "consumer" }),
  combined({ "group.coordinator.rebalance.protocols": "classic" }),
  combined({ "authorizer.class.name": "a.b.C" }),
  combined({ "no.such.config": "1" }),
  combined({ "num.partitions": "many" }),
  broker({}),
  broker({ "node.id": "1" }),
  broker({ listeners: "PLAINTEXT://:9092,CONTROLLER://:9093" }),
  broker({ "controller.listener.names": "CONTROLLER,OTHER" }),
  broker({ "controller.quorum.auto.join.enable": "true" }),
  broker({ [MAP]: "PLAINTEXT:PLAINTEXT" }),
  broker({ [MAP]: "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT" }),
  controller({}),
  controller({ listeners: "CONTROLLER://:9093,PLAINTEXT://:9092" }),
  controller({ listeners: "PLAINTEXT://:9092" }),
  controller({ "controller.listener.names": "CONTROLLER,OTHER" }),
  controller({ "inter.broker.listener.name": "CONTROLLER" }),
  controller({ "inter.broker.listener.name": "PLAINTEXT" }),
  controller({ "controller.quorum.auto.join.enable": "true" }),
  controller({ "advertised.listeners": "CONTROLLER://a:1" }),
  controller({ "advertised.listeners": "CONTROLLER://0.0.0.0:1" }),
  controller({ "advertised.listeners": "PLAINTEXT://a:1" }),
];

/** What a file, the image for the cluster and for the broker, and the resource itself set. */
export interface Described {
  readonly node: Record<string, string>;
  readonly cluster: Record<string, string>;
  readonly broker: Record<string, string>;
  readonly own: Record<string, string>;
}

export const DESCRIBED: Readonly<Record<string, Described>> = {
  "nothing set": { node: combined({}), cluster: {}, broker: {}, own: {} },
  "a file with settings": {
    node: combined({
      "log.retention.hours": "2",
      "log.roll.hours": "3",
      "log.flush.scheduler.interval.ms": "77",
      "log.cleanup.policy": "compact , delete",
      "log.cleaner.min.cleanable.ratio": "1",
      "compression.type": "gzip",
      "ssl.key.password": "secret",
      "somebodys.own": "x",
      "group.consumer.session.timeout.ms": "50000",
    }),
    cluster: {},
    broker: {},
    own: {},
  },
  "overrides everywhere": {
    node: combined({ "log.retention.minutes": "5", "compression.type": "gzip", "log.segment.bytes": "2000000" }),
    cluster: { "compression.type": "lz4", "log.retention.ms": "100000", "log.cleaner.threads": "2" },
    broker: { "compression.type": "zstd", "log.segment.bytes": "3000000" },
    own: {
      "retention.ms": "+5",
      "cleanup.policy": "compact,delete",
      preallocate: "TRUE",
      "consumer.session.timeout.ms": "50000",
      "share.isolation.level": "read_committed",
      "interval.ms": "1000",
      match: "client_id=a",
    },
  },
};

export const TOPICS: readonly Record<string, string>[] = [
  {},
  { "retention.ms": "5", "cleanup.policy": "compact,delete" },
  { "retention.ms": "-2" },
  { "retention.mss": "5" },
  { "min.compaction.lag.ms": "9", "max.compaction.lag.ms": "8" },
  { "min.compaction.lag.ms": "8", "max.compaction.lag.ms": "8" },
  { "remote.storage.enable": "true" },
  { "remote.storage.enable": "false", "remote.log.copy.disable": "true" },
  { "internal.segment.bytes": "100" },
  { "min.insync.replicas": "0" },
];

export const GROUPS: readonly Record<string, string>[] = [
  {},
  { "consumer.session.timeout.ms": "44999" },
  { "consumer.session.timeout.ms": "60001" },
  { "consumer.heartbeat.interval.ms": "4999" },
  { "consumer.assignment.interval.ms": "15001" },
  { "consumer.assignment.interval.ms": "0" },
  { "share.delivery.count.limit": "11" },
  { "share.record.lock.duration.ms": "14999" },
  { "share.partition.max.record.locks": "4001" },
  { "share.isolation.level": "read_committed" },
  { "streams.num.standby.replicas": "3" },
  { "no.such.config": "3" },
];
