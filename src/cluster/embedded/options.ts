import { Failure } from "../failure.js";
import { type TopicSpec as ParsedTopic, parseTopicSpec } from "../topic-spec.js";
import { HoldfastError, type HoldfastErrorCode, shown } from "./error.js";

/** A topic to create; what is left out is the cluster's default: one partition, as many replicas as brokers (at most three). */
export interface TopicSpec {
  readonly name: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Kafka's names. */
  readonly configs?: Readonly<Record<string, string>>;
}

/** How a cluster is started. */
export interface ClusterOptions {
  /** 1 to 9; 3 by default. */
  readonly brokers?: number;
  /** One port for each broker, or "any", which is the default. */
  readonly ports?: "any" | readonly number[];
  /** Where the data stays; without it the data is thrown away at `stop`. */
  readonly dataDir?: string;
  /** "in-process" (the default): brokers cost milliseconds, and a kill is simulated. "processes": a kill is a SIGKILL. */
  readonly mode?: "in-process" | "processes";
  /** "kafka": Apache Kafka, in processes. */
  readonly engine?: "holdfast" | "kafka";
  /** Broker properties by Kafka's names. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Topics that exist, in sync, when `start` resolves: "orders", "orders:3", "orders:3:2", or as objects. */
  readonly topics?: readonly (string | TopicSpec)[];
  /** A web console; `true` picks a free port. */
  readonly console?: boolean | { readonly port?: number };
  /** How long `start` may take, ms; 30 000 by default (120 000 with Apache Kafka). */
  readonly readyTimeoutMs?: number;
}

export interface ResolvedTopic extends ParsedTopic {
  readonly configs: Readonly<Record<string, string>>;
}

/** Options that were looked at, with their defaults. */
export interface ResolvedOptions {
  /** null: as many as the data directory has, else three. */
  readonly brokers: number | null;
  readonly ports: readonly number[] | null;
  readonly dataDir: string | null;
  readonly mode: "in-process" | "processes";
  readonly engine: "holdfast" | "kafka";
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly ResolvedTopic[];
  /** null: none; 0: any. */
  readonly consolePort: number | null;
  readonly readyTimeoutMs: number;
}

const NAMES: readonly (keyof ClusterOptions)[] = [
  "brokers",
  "ports",
  "dataDir",
  "mode",
  "engine",
  "properties",
  "topics",
  "console",
  "readyTimeoutMs",
];
const BROKERS_MAX = 9;
/** What the cluster gives each broker; an option says the same. */
const OWN_PROPERTIES: ReadonlyMap<string, string> = new Map([
  ["node.id", "broker ids count from 1"],
  ["broker.id", "broker ids count from 1"],
  ["process.roles", "each broker is a controller too"],
  ["controller.quorum.voters", "each broker is a controller too"],
  ["controller.quorum.bootstrap.servers", "each broker is a controller too"],
  ["listeners", "use `ports`"],
  ["advertised.listeners", "use `ports`"],
  ["log.dirs", "use `dataDir`"],
  ["log.dir", "use `dataDir`"],
  ["metadata.log.dir", "use `dataDir`"],
]);

/** Throws a `HoldfastError` with the code INVALID_OPTION for the first option that is wrong. */
export function resolveOptions(options: ClusterOptions = {}): ResolvedOptions {
  if (!isPlainObject(options)) throw wrong("The options", options, "an object");
  for (const name of Object.keys(options)) {
    if (!NAMES.some((known) => known === name)) {
      throw new HoldfastError("INVALID_OPTION", `There is no option \`${name}\`; there are ${NAMES.join(", ")}.`);
    }
  }
  const engine = oneOf("engine", options.engine, ["holdfast", "kafka"], "holdfast");
  const mode = oneOf(
    "mode",
    options.mode,
    ["in-process", "processes"],
    engine === "kafka" ? "processes" : "in-process",
  );
  if (engine === "kafka" && mode === "in-process") {
    throw new HoldfastError(
      "INVALID_OPTION",
      'The option `mode` is "in-process", but with `engine: "kafka"` only "processes" is possible: Apache Kafka runs on a JVM.',
    );
  }
  const ports = resolvePorts(options.ports);
  const brokers = options.brokers === undefined ? null : count("brokers", options.brokers, BROKERS_MAX);
  const asked = brokers ?? (options.dataDir === undefined ? 3 : null);
  if (ports !== null && asked !== null && ports.length !== asked) {
    throw wrong("The option `ports`", ports, `one port for each of the ${asked} brokers`);
  }
  return {
    brokers: brokers ?? ports?.length ?? null,
    ports,
    dataDir: resolveDirectory(options.dataDir),
    mode,
    engine,
    properties: resolveProperties(options.properties),
    topics: resolveTopics(options.topics, brokers ?? ports?.length ?? 3),
    consolePort: resolveConsole(options.console),
    readyTimeoutMs:
      options.readyTimeoutMs === undefined
        ? engine === "kafka"
          ? 120_000
          : 30_000
        : count("readyTimeoutMs", options.readyTimeoutMs, 3_600_000),
  };
}

/** Reads `"orders:3:2"` or an object; throws a `HoldfastError`. */
export function resolveTopic(
  what: string,
  given: unknown,
  brokers: number,
  code: HoldfastErrorCode = "INVALID_OPTION",
): ResolvedTopic {
  if (typeof given === "string") {
    try {
      return checkReplicas(what, { ...parseTopicSpec(given), configs: {} }, given, brokers, code);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new HoldfastError(code, `${what} is ${shown(given)}. ${error.message} ${error.advice}`);
    }
  }
  if (!isPlainObject(given)) {
    throw wrong(what, given, 'a text such as "orders:3:2", or an object with a `name`', code);
  }
  const { name, partitions, replicationFactor, configs = {}, ...rest } = given as unknown as TopicSpec;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new HoldfastError(
      code,
      `${what} has \`${unknown}\`; a topic has name, partitions, replicationFactor and configs.`,
    );
  }
  if (typeof name !== "string" || !/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === "." || name === "..") {
    throw wrong(`${what}.name`, name, '1 to 249 of letters, digits, ".", "_" and "-"', code);
  }
  stringsOf(`${what}.configs`, configs, code);
  const topic = {
    name,
    partitions: partitions === undefined ? null : count(`${what}.partitions`, partitions, 10_000, code),
    replicationFactor:
      replicationFactor === undefined ? null : count(`${what}.replicationFactor`, replicationFactor, 100, code),
    configs,
  };
  return checkReplicas(what, topic, given, brokers, code);
}

function checkReplicas(
  what: string,
  topic: ResolvedTopic,
  given: unknown,
  brokers: number,
  code: HoldfastErrorCode,
): ResolvedTopic {
  if (topic.replicationFactor !== null && topic.replicationFactor > brokers) {
    throw wrong(what, given, `a replication factor of at most ${brokers}, the number of brokers`, code);
  }
  return topic;
}

function resolvePorts(given: unknown): readonly number[] | null {
  if (given === undefined || given === "any") return null;
  if (!Array.isArray(given)) throw wrong("The option `ports`", given, '"any", or an array of ports');
  given.forEach((port, index) => {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw wrong(`The option \`ports[${index}]\``, port, "a whole number from 1 to 65535");
    }
    if (given.indexOf(port) !== index) throw wrong("The option `ports`", given, "ports that differ from each other");
  });
  return given as number[];
}

function resolveDirectory(given: unknown): string | null {
  if (given === undefined) return null;
  if (typeof given !== "string" || given === "" || given.includes("\0")) {
    throw wrong("The option `dataDir`", given, "the path of a directory");
  }
  return given;
}

function resolveProperties(given: unknown): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  const properties = stringsOf("The option `properties`", given, "INVALID_OPTION");
  for (const name of Object.keys(properties)) {
    const why = OWN_PROPERTIES.get(name);
    if (why !== undefined) {
      const text = `The option \`properties\` sets ${name}, which the cluster gives each broker itself: ${why}.`;
      throw new HoldfastError("INVALID_OPTION", text);
    }
  }
  return properties;
}

function resolveTopics(given: unknown, brokers: number): ResolvedTopic[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw wrong("The option `topics`", given, 'an array such as ["orders:3:2"]');
  const topics = given.map((topic, index) => resolveTopic(`The option \`topics[${index}]\``, topic, brokers));
  topics.forEach(({ name }, index) => {
    if (topics.findIndex((topic) => topic.name === name) !== index) {
      throw wrong(`The option \`topics[${index}]\``, given[index], "a topic that is not in the list twice");
    }
  });
  return topics;
}

function resolveConsole(given: unknown): number | null {
  if (given === undefined || given === false) return null;
  if (given === true) return 0;
  if (!isPlainObject(given)) throw wrong("The option `console`", given, "true, false or { port }");
  const { port = 0, ...rest } = given as { port?: unknown };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong("The option `console`", given, "true, false or { port }");
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    throw wrong("The option `console.port`", port, "a whole number from 0 (any) to 65535");
  }
  return port as number;
}

function oneOf<T extends string>(name: string, given: unknown, allowed: readonly T[], fallback: T): T {
  if (given === undefined) return fallback;
  const found = allowed.find((each) => each === given);
  if (found === undefined)
    throw wrong(`The option \`${name}\``, given, allowed.map((each) => `"${each}"`).join(" or "));
  return found;
}

function count(name: string, given: unknown, max: number, code: HoldfastErrorCode = "INVALID_OPTION"): number {
  if (Number.isInteger(given) && (given as number) >= 1 && (given as number) <= max) return given as number;
  throw wrong(name.includes(" ") ? name : `The option \`${name}\``, given, `a whole number from 1 to ${max}`, code);
}

function stringsOf(what: string, given: unknown, code: HoldfastErrorCode): Readonly<Record<string, string>> {
  if (!isPlainObject(given)) throw wrong(what, given, "an object of names and texts", code);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string")
      throw wrong(`${what}, for ${name},`, value, `a text, such as "${String(value)}"`, code);
  }
  return given as Record<string, string>;
}

export function wrong(
  what: string,
  value: unknown,
  allowed: string,
  code: HoldfastErrorCode = "INVALID_OPTION",
): HoldfastError {
  return new HoldfastError(code, `${what} is ${shown(value)}, but must be ${allowed}.`);
}

/** The options of a call, which may have these names and no others. */
export function namedOptions<T extends object>(given: T, ...names: readonly (keyof T & string)[]): T {
  const allowed = `{ ${names.join(", ")} }`;
  const isKnown = isPlainObject(given) && Object.keys(given).every((name) => names.some((known) => known === name));
  if (!isKnown) throw wrong("The options", given, allowed, "INVALID_ARGUMENT");
  return given;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
