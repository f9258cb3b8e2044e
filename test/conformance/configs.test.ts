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
import {
  type DescribedConfig,
  describeBroker,
  describeClientMetrics,
  describeCluster,
  describeGroup,
  describeTopic,
} from "../../src/config/describe.js";
import { nodeConfigFrom, nodeConfigOf } from "../../src/config/node-config-from.js";
import { parseProperties } from "../../src/config/properties.js";
import { brokerSynonyms } from "../../src/config/synonyms.js";
import { canonicalText, parseValue } from "../../src/config/values.js";
import { ConfigResource } from "../../src/metadata/image.js";
import { combined, DESCRIBED, GROUPS, NODES, TOPICS } from "./config-cases.js";
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
const DESCRIBE = { keys: null, includeSynonyms: true, includeDocumentation: false };
const OUR_OWN = ["holdfast.ack.after", "holdfast.log.level", "http.listeners"];
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

  for (const [what, given] of Object.entries(DESCRIBED)) {
    test(`described: ${what}`, async () => {
      const overrides = {
        cluster: new Map(Object.entries(given.cluster)),
        broker: new Map(Object.entries(given.broker)),
      };
      const node = nodeConfigOf(given.node);
      const own = new Map(Object.entries(given.own));
      const ours: [number, string, DescribedConfig[]][] = [
        [ConfigResource.topic, "t", describeTopic(own, overrides, node, DESCRIBE)],
        [ConfigResource.broker, "1", describeBroker(overrides, node, DESCRIBE)],
        [ConfigResource.broker, "", describeCluster(overrides.cluster, DESCRIBE)],
        [ConfigResource.group, "g", describeGroup(own, overrides, node, DESCRIBE)],
        [ConfigResource.clientMetrics, "m", describeClientMetrics(own, DESCRIBE)],
      ];
      for (const [type, name, described] of ours) {
        const known = { ...given, own: type === ConfigResource.broker ? {} : ownOf(type, given.own) };
        const [answer] = await kafka.ask("describe", String(type), name, JSON.stringify(known));
        assert.ok(answer.startsWith("["), answer);
        const theirs = JSON.parse(answer) as Omit<DescribedConfig, "documentation">[];
        assert.deepEqual(comparable(described), comparable(theirs), `${type} ${name}`);
      }
    });
  }

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

/** Only what is of the resource's own scope: Kafka would describe the rest as unknown. */
function ownOf(type: number, own: Readonly<Record<string, string>>): Record<string, string> {
  const scope = { [ConfigResource.topic]: topicDefinitions, [ConfigResource.group]: groupDefinitions }[type];
  return Object.fromEntries(Object.entries(own).filter(([name]) => (scope ?? clientMetricsDefinitions).has(name)));
}

/** By name; without what is Holdfast's own, and with each default that has another rule left out. */
function comparable(configs: readonly Omit<DescribedConfig, "documentation">[]) {
  const found: Record<string, unknown> = {};
  for (const { name, value, readOnly, configSource, isSensitive, configType, synonyms } of configs) {
    if (OUR_OWN.includes(name) || OTHER_DEFAULT.includes(name)) continue;
    found[name] = { value, readOnly, configSource, isSensitive, configType, synonyms };
  }
  return Object.fromEntries(
    Object.keys(found)
      .sort()
      .map((name) => [name, found[name]]),
  );
}

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
