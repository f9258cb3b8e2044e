import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  brokerDefinitions,
  clientMetricsDefinitions,
  type Definitions,
  dynamicOnlyDefinitions,
  groupDefinitions,
  topicDefinitions,
} from "../../src/config/catalogue.js";
import { ConfigRules } from "../../src/config/config-rules.js";
import type { ConfigDefinition } from "../../src/config/definition.js";
import { nodeConfigFrom, nodeConfigOf } from "../../src/config/node-config-from.js";
import { parseProperties } from "../../src/config/properties.js";
import { brokerSynonyms } from "../../src/config/synonyms.js";
import { canonicalText, parseValue } from "../../src/config/values.js";
import { ConfigResource } from "../../src/metadata/image.js";
import { KafkaClasses } from "./kafka-classes.js";
import { skipReason } from "./kafka-jars.js";

interface KafkaDefinition {
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
  readonly default: string | null;
  readonly importance: string;
  readonly internal: boolean;
  readonly mode?: string;
  readonly synonyms?: readonly string[];
  readonly synonym?: string | null;
}

const SCOPES: readonly [string, Definitions][] = [
  ["broker", brokerDefinitions],
  ["topic", topicDefinitions],
  ["group", groupDefinitions],
  ["client-metrics", clientMetricsDefinitions],
];
const OUR_OWN = ["holdfast.ack.after", "http.listeners"];
/** Where Holdfast's default is a rule (decision 7): see src/config/defaults.ts. */
const OTHER_DEFAULT = ["default.replication.factor", "min.insync.replicas"];
/** Kafka loads the classes that these name; here they are names only. */
const CLASSES = /^class$/;

const skip = await skipReason({ java: true });

describe("configs as Apache Kafka defines them", { skip }, () => {
  let kafka: KafkaClasses;
  before(() => {
    kafka = new KafkaClasses("Configs.java");
  });
  after(() => kafka.close());

  async function definitionsOf(scope: string): Promise<KafkaDefinition[]> {
    return JSON.parse((await kafka.ask("definitions", scope))[0]) as KafkaDefinition[];
  }

  for (const [scope, ours] of SCOPES) {
    test(`${scope}: names, types, defaults, importance, synonyms`, async () => {
      const theirs = await definitionsOf(scope);
      assert.deepEqual(
        [...ours.keys()].filter((name) => !OUR_OWN.includes(name)).sort(),
        theirs.map((definition) => definition.name).sort(),
      );
      for (const definition of theirs) {
        const own = ours.get(definition.name)!;
        assert.deepEqual(facts(own), kafkaFacts(definition, own), definition.name);
      }
    });

    test(`${scope}: which values are allowed, and how they are shown`, async () => {
      const differing: string[] = [];
      for (const [name, definition] of ours) {
        if (OUR_OWN.includes(name) || CLASSES.test(definition.type)) continue;
        // Kafka reads two throttled replicas without a name as none at all.
        const values = candidates(definition).filter((value) => definition.alone === undefined || value !== ",");
        const answers = await Promise.all(values.map((value) => kafka.ask("check", scope, name, value)));
        values.forEach((value, index) => {
          const isTheirs = answers[index][0] === "ok";
          const isOurs = parseValue(definition, value).reason === null;
          if (isOurs !== isTheirs) differing.push(`${name}=${value}: Kafka says ${answers[index][0]}`);
        });
      }
      assert.deepEqual(differing, []);
    });
  }

  test("what only overrides of a running broker may have", async () => {
    const theirs = (await definitionsOf("dynamic")).filter((definition) => !brokerDefinitions.has(definition.name));
    assert.deepEqual(
      theirs.map(({ name, type, default: value }) => [name, type.toLowerCase(), value]).sort(),
      [...dynamicOnlyDefinitions.values()].map((own) => [own.name, own.type, own.defaultValue]).sort(),
    );
  });

  test("names of a broker that stand for each other", async () => {
    const names = [
      ...brokerDefinitions.keys(),
      "listener.name.x.ssl.key.password",
      "listener.name.x.plain.sasl.jaas.config",
    ];
    for (const name of names) {
      if (OUR_OWN.includes(name)) continue;
      assert.deepEqual(brokerSynonyms(name), JSON.parse((await kafka.ask("synonyms", name))[0]));
    }
  });

  test("files are read as java.util.Properties reads them", async () => {
    const texts = [
      "a=1\nb:2\nc 3\n d = 4 \n#e=5\n!f=6\n\n",
      "a=1,\\\n   2,\\\r\n\t3\nb=x\\\\\nc\\ d=e\\=f\\:g\nh",
      "k=\\u0041\\t\\n\\q\\\\x\na\\\\=b\n \\\n  c=d\ne=\\\n\n f=g\n=h",
      "# comment\\\na=1\rb=2\r\nc=\\\n# not a comment\nd=3\\",
      "a=1\na=2\na\\=b=c\n\fx\f=\f1",
    ];
    for (const text of texts) {
      const ours = Object.fromEntries([...parseProperties(text)].map(([name, { value }]) => [name, value]));
      assert.deepEqual(
        ours,
        JSON.parse((await kafka.ask("properties", JSON.stringify(text)))[0]),
        JSON.stringify(text),
      );
    }
  });

  test("nodes: what is accepted and what is refused", async () => {
    const differing: string[] = [];
    for (const properties of NODES) {
      const [theirs] = await kafka.ask("node", JSON.stringify(properties));
      const given = new Map(Object.entries(properties).map(([name, value]) => [name, { value, line: 0 }]));
      const { problems, config } = nodeConfigFrom({ properties: given, workingDirectory: "/" });
      const text = problems.map((problem) => problem.message).join(" ");
      // What is not supported yet is refused by Holdfast alone, and says so.
      if (theirs.startsWith("ok") === (config !== null) || /not supported yet/.test(text)) continue;
      differing.push(`${JSON.stringify(properties)}\n  Kafka: ${theirs}\n  ours: ${text || "ok"}`);
    }
    assert.deepEqual(differing, []);
  });

  test("topics and groups: what is accepted and what is refused", async () => {
    const properties = combined({});
    const rules = new ConfigRules(nodeConfigOf(properties));
    const cases: [string, number, Record<string, string>][] = [
      ...TOPICS.map((each): [string, number, Record<string, string>] => ["topic", ConfigResource.topic, each]),
      ...GROUPS.map((each): [string, number, Record<string, string>] => ["group", ConfigResource.group, each]),
    ];
    const differing: string[] = [];
    for (const [kind, type, configs] of cases) {
      const [theirs] = await kafka.ask(kind, JSON.stringify(configs), JSON.stringify(properties));
      const ours = rules.validate(type, "x", new Map(Object.entries(configs)));
      if ((theirs === "ok") !== (ours === null)) differing.push(`${JSON.stringify(configs)}: ${theirs} / ${ours}`);
    }
    assert.deepEqual(differing, []);
  });
});

function facts(own: ConfigDefinition) {
  return {
    type: own.type,
    default:
      OTHER_DEFAULT.includes(own.name) || own.defaultValue === null ? null : canonicalText(own, own.defaultValue),
    required: own.required,
    importance: own.importance,
    internal: own.isInternal,
    mode: own.updateMode,
    synonyms: own.synonyms,
  };
}

function kafkaFacts(kafka: KafkaDefinition, own: ConfigDefinition) {
  return {
    type: kafka.type.toLowerCase(),
    default: OTHER_DEFAULT.includes(own.name) ? null : kafka.default,
    required: !kafka.hasDefault,
    importance: kafka.importance.toLowerCase(),
    internal: kafka.internal,
    mode: kafka.mode ?? "read-only",
    synonyms: kafka.synonyms ?? (kafka.synonym ? [kafka.synonym] : []),
  };
}

/** Values at and around what a definition allows, and some that fit no type. */
function candidates(definition: ConfigDefinition): string[] {
  const values = [
    "",
    "0",
    "-1",
    "1",
    " 7 ",
    "+3",
    "1.5",
    "1e3",
    "true",
    "TRUE",
    "x",
    "2147483648",
    "99999999999999999999",
  ];
  for (const limit of [definition.min, definition.max, definition.or]) {
    if (limit !== undefined) values.push(String(limit - 1), String(limit), String(limit + 1));
  }
  for (const one of definition.oneOf ?? []) values.push(one, one.toLowerCase(), one.toUpperCase());
  if (definition.oneOf !== undefined)
    values.push(definition.oneOf.join(), `${definition.oneOf[0]},${definition.oneOf[0]}`);
  if (definition.type === "list")
    values.push("a,b", "a, b", "a,a", "a,", ",", "1@a:1,2@b:2", "a:1,b:2", "a:1,b", "0:1,1:2", "*", "*,0:1");
  if (definition.form?.includes("by_duration")) {
    values.push(
      "earliest",
      "LATEST",
      "by_duration:PT1H",
      "by_duration:P1D",
      "by_duration:P1DT",
      "by_duration:P",
      "by_duration:PT1.5S",
      "by_duration:-PT1H",
    );
  }
  return values;
}

function combined(more: Record<string, string>, without: readonly string[] = []): Record<string, string> {
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

const NODES: readonly Record<string, string>[] = [
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

const TOPICS: readonly Record<string, string>[] = [
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

const GROUPS: readonly Record<string, string>[] = [
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
