import { readFile } from "node:fs/promises";
import { parseAssignments } from "../cluster/assignments.js";
import { ExitCode, Failure, messageOf } from "../cluster/failure.js";
import type { LocalClusterOptions } from "../cluster/local-cluster.js";
import { parseTopicSpec } from "../cluster/topic-spec.js";
import type { Property } from "../config/properties.js";
import { OWN_PROPERTIES, type UpOptions } from "./up.js";

const PORT_MAX = 65_535;

export type ClusterShape = Omit<UpOptions, "console" | "consolePort">;

/** The cluster that the options ask for; throws a usage `Failure` before anything is started. */
export async function clusterOptionsFrom(
  options: ClusterShape,
  consolePort: number | null,
): Promise<LocalClusterOptions> {
  const topics = options.topic.map((text) => parseTopicSpec(text));
  const twice = topics.find((topic, index) => topics.findIndex(({ name }) => name === topic.name) < index);
  if (twice !== undefined) throw new Failure(`--topic: ${twice.name} is given twice.`, "", ExitCode.usage);
  const tooMany = topics.find(({ replicationFactor }) => (replicationFactor ?? 0) > options.brokers);
  if (tooMany !== undefined && options.dataDir === undefined) {
    throw new Failure(
      `--topic ${tooMany.name}: ${tooMany.replicationFactor} replicas need as many brokers, and there are ${options.brokers}.`,
      "Give more --brokers, or a smaller replication factor.",
      ExitCode.usage,
    );
  }
  if (options.dataDir === "") {
    // Not as if it were not there: a script's variable that is not set would throw data away.
    const what = process.env.HOLDFAST_DATA_DIR === "" ? "--data-dir (HOLDFAST_DATA_DIR)" : "--data-dir";
    throw new Failure(`${what} is empty.`, "Name a directory.", ExitCode.usage);
  }
  const lastPort = options.port + options.brokers - 1;
  if (lastPort > PORT_MAX && options.anyPort !== true) {
    const sentence = `--port ${options.port}: the last of ${options.brokers} brokers would have port ${lastPort}.`;
    throw new Failure(sentence, `Give at most ${PORT_MAX - options.brokers + 1}.`, ExitCode.usage);
  }
  const needsListeners = options.advertise.length > 0 || options.listen !== undefined || options.docker === true;
  return {
    brokers: options.brokers,
    engine: options.engine,
    dataDir: options.dataDir ?? null,
    port: options.port,
    anyPort: options.anyPort === true,
    strictPorts: options.strictPorts === true,
    consolePort,
    topics,
    properties: await propertiesFrom(options),
    advertise: needsListeners ? (await import("./extra-listeners.js")).extraListeners(options) : [],
    respawn: options.restart === true,
    readyTimeoutMs: options.readyTimeout * 1000,
  };
}

/** Where a property comes from, as it is told to whoever set it wrong. */
interface Source {
  readonly where: string;
  readonly property: Property;
}

/** Of --config, over it those of the environment, over them those of --set; wrong ones are told before anything is started. */
async function propertiesFrom(options: ClusterShape): Promise<Record<string, string>> {
  const isSet = Object.keys(process.env).some((name) => name.startsWith("KAFKA_"));
  // The settings' definitions are loaded only where there is something to look up.
  if (options.config === undefined && options.set.length === 0 && !isSet) return {};
  const [{ parseProperties }, { environmentProperties, variableOf }] = await Promise.all([
    import("../config/properties.js"),
    import("../config/environment.js"),
  ]);
  const sources = new Map<string, Source>();
  if (options.config !== undefined) {
    for (const [name, property] of parseProperties(await textOf(options.config)))
      sources.set(name, { where: `--config ${options.config}:`, property });
  }
  for (const [name, value] of environmentProperties(process.env))
    sources.set(name, { where: `environment variable ${variableOf(name)}:`, property: { value, line: 0 } });
  for (const [name, value] of Object.entries(parseAssignments(options.set, "--set")))
    sources.set(name.trim(), { where: "--set", property: { value: value.trim(), line: 0 } });
  for (const [name, { where, property }] of sources) {
    if (!OWN_PROPERTIES.has(name)) continue;
    throw new Failure(
      `${where === "--set" ? `--set ${name}=${property.value}:` : where} ${name} cannot be set here, it follows from the brokers and ports of this cluster.`,
      "Use --brokers, --port, --data-dir or --advertise, or run single nodes with `holdfast serve`.",
      ExitCode.usage,
    );
  }
  if (options.engine === "holdfast" && sources.size > 0) await check(sources);
  return Object.fromEntries([...sources].map(([name, { property }]) => [name, property.value]));
}

/** As a node would find them, with what the cluster sets. */
async function check(sources: ReadonlyMap<string, Source>): Promise<void> {
  const [{ nodeConfigFrom }, { brokerProperties }, { note }] = await Promise.all([
    import("../config/node-config-from.js"),
    import("../cluster/plan.js"),
    import("./output.js"),
  ]);
  const broker = {
    id: 1,
    port: 9092,
    controllerPort: 19092,
    httpPort: null,
    advertisedPorts: [],
    dataDir: "/broker-1",
    configFile: "",
    logFile: "",
  };
  const plan = {
    clusterId: "",
    directory: "/",
    ephemeral: true,
    host: "127.0.0.1",
    brokers: [broker],
    consolePort: null,
    properties: {},
    advertise: [],
  };
  const properties = new Map<string, Property>();
  for (const [name, value] of Object.entries(brokerProperties(plan, broker))) properties.set(name, { value, line: 0 });
  for (const [name, { property }] of sources) properties.set(name, property);
  const { problems, warnings } = nodeConfigFrom({ properties, workingDirectory: "/" });
  const told = ({ name, message }: { name: string; message: string }): string =>
    `${sources.get(name)?.where ?? "Together with what the cluster sets:"} ${message}`;
  for (const warning of warnings) if (sources.has(warning.name)) note(told(warning));
  if (problems.length > 0) throw new Failure(problems.map(told).join("\n"), "", ExitCode.usage);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Failure(`--config ${path} cannot be read: ${messageOf(error)}.`, "", ExitCode.usage);
  }
}
