import { brokerDefinitions } from "./catalogue.js";
import { environmentProperties } from "./environment.js";
import { FileNodeConfig, PropertyValues } from "./file-config.js";
import { type ProtocolMap, parseHostPort, parseListeners, protocolMap, protocolName } from "./listeners.js";
import { checkNode } from "./node-checks.js";
import type { HostPort, ListenerConfig, NodeConfig, VoterConfig } from "./node-config.js";
import { type ConfigProblem, Problems } from "./problems.js";
import type { Property } from "./properties.js";
import { checkSupported, warnOfUnknown } from "./unsupported.js";
import { parseValue } from "./values.js";

export type { ConfigProblem } from "./problems.js";

export interface ConfigSources {
  /** Of a file, see `parseProperties`. */
  readonly properties: ReadonlyMap<string, Property>;
  /** `--set NAME=VALUE`: these win. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** The process's environment: its `KAFKA_*` variables win over the file, as in the image apache/kafka. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What relative directories are relative to; absolute. */
  readonly workingDirectory: string;
  /** This machine's own name, advertised for listeners without a host. Default: localhost. */
  readonly hostName?: string;
}

export type NodeConfigResult =
  | { readonly config: NodeConfig; readonly problems: readonly []; readonly warnings: readonly ConfigProblem[] }
  | { readonly config: null; readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] };

const REQUIRED = ["process.roles", "node.id", "controller.listener.names"];
const ANY_ADDRESS = "0.0.0.0";

/** The configuration of one node, or everything that is wrong with it. */
export function nodeConfigFrom(sources: ConfigSources): NodeConfigResult {
  const given = merged(sources);
  const problems = new Problems(given);
  checkEach(given, problems);
  const values = new PropertyValues(new Map([...given].map(([name, property]) => [name, property.value])));
  let config: NodeConfig | null = null;
  if (problems.errors.length === 0) config = assembled(values, sources, problems);
  if (config !== null) {
    checkNode(config, problems);
    checkSupported(config, problems);
  }
  if (config === null || problems.errors.length > 0) {
    return { config: null, problems: problems.errors, warnings: problems.warnings };
  }
  return { config, problems: [], warnings: problems.warnings };
}

/** For tests and the simulator: from names and texts. Throws when they are not allowed. */
export function nodeConfigOf(properties: Readonly<Record<string, string>>): NodeConfig {
  const given = new Map(Object.entries(properties).map(([name, value]) => [name, { value, line: 0 }]));
  const { config, problems } = nodeConfigFrom({ properties: given, workingDirectory: "/" });
  if (config === null) throw new Error(problems.map((problem) => problem.message).join("\n"));
  return config;
}

function merged(sources: ConfigSources): Map<string, Property> {
  const given = new Map(sources.properties);
  const environment = environmentProperties(sources.environment ?? {});
  for (const [name, value] of [...environment, ...(sources.overrides ?? [])]) given.set(name, { value, line: 0 });
  const nodeId = given.get("node.id");
  const brokerId = given.get("broker.id");
  if (nodeId === undefined && brokerId !== undefined) given.set("node.id", brokerId);
  if (nodeId !== undefined && brokerId === undefined) given.set("broker.id", nodeId);
  return given;
}

function checkEach(given: ReadonlyMap<string, Property>, problems: Problems): void {
  for (const [name, { value }] of given) {
    const definition = brokerDefinitions.get(name);
    if (definition === undefined) {
      warnOfUnknown(name, problems);
      continue;
    }
    const { reason } = parseValue(definition, value);
    // An older name without one of its own is told under the newer.
    if (reason !== null && !(name === "broker.id" && given.get("node.id") === given.get(name))) {
      problems.error(name, reason);
    }
  }
  for (const name of REQUIRED) if (!given.has(name)) problems.error(name, "it must be set");
}

function assembled(values: PropertyValues, sources: ConfigSources, problems: Problems): NodeConfig | null {
  const nodeId = values.number("node.id");
  if (nodeId !== values.number("broker.id")) problems.error("broker.id", `it must be the same as node.id, ${nodeId}`);
  const roles = values.list("process.roles");
  const controllerListenerNames = values.list("controller.listener.names").map((name) => name.toUpperCase());
  const mapName = "listener.security.protocol.map";
  const given = values.list("listeners");
  const isMapSet = values.properties.has(mapName);
  const protocols = protocolMap(values.text(mapName), isMapSet, given, controllerListenerNames, problems);
  if (problems.has(mapName)) return null;
  const listeners = parseListeners("listeners", given, protocols, true, problems);
  const quorumVoters = voters(values, problems);
  const advertisedListeners = advertised(
    values,
    listeners,
    protocols,
    { controllerListenerNames, voter: quorumVoters.find((voter) => voter.id === nodeId) ?? null },
    sources.hostName ?? "localhost",
    problems,
  );
  for (const name of controllerListenerNames) {
    if (!protocols.has(name))
      problems.error("controller.listener.names", `${mapName} has no security protocol for ${name}`);
  }
  const interBrokerListenerName = interBrokerName(values, protocols, problems);
  const http = httpListener(values, problems);
  if (problems.errors.length > 0) return null;
  const directory = (path: string) => absolute(path, sources.workingDirectory);
  const logDirs = values.list(values.properties.has("log.dirs") ? "log.dirs" : "log.dir").map(directory);
  return new FileNodeConfig(values.properties, {
    nodeId,
    isBroker: roles.includes("broker"),
    isController: roles.includes("controller"),
    listeners,
    advertisedListeners,
    controllerListenerNames,
    interBrokerListenerName,
    quorumVoters,
    quorumBootstrapServers: values
      .list("controller.quorum.bootstrap.servers")
      .map((server) => parseHostPort(server) as HostPort),
    logDirs,
    metadataLogDir: directory(values.optionalText("metadata.log.dir") ?? logDirs[0]),
    http,
  });
}

function voters(values: PropertyValues, problems: Problems): VoterConfig[] {
  const name = "controller.quorum.voters";
  const byId = new Map<number, VoterConfig>();
  for (const entry of values.list(name)) {
    const at = entry.indexOf("@");
    const endpoint = parseHostPort(entry.slice(at + 1));
    const id = Number(entry.slice(0, at));
    if (endpoint === null || id < 0) problems.error(name, `each part must be ID@HOST:PORT, which "${entry}" is not`);
    else if (endpoint.host === ANY_ADDRESS)
      problems.error(name, `${ANY_ADDRESS} leads nowhere: name an address of the voter`);
    else byId.set(id, { id, ...endpoint });
  }
  return [...byId.values()];
}

/**
 * What brokers, clients and controllers are told: `advertised.listeners`, else `listeners`. A controller's that is not named there is
 * its listener, or where that has no address of its own, what the voters say of this node.
 */
function advertised(
  values: PropertyValues,
  listeners: readonly ListenerConfig[],
  protocols: ProtocolMap,
  controller: { readonly controllerListenerNames: readonly string[]; readonly voter: VoterConfig | null },
  hostName: string,
  problems: Problems,
): ListenerConfig[] {
  const name = "advertised.listeners";
  const isSet = values.properties.has(name);
  const named = isSet ? parseListeners(name, values.list(name), protocols, false, problems) : listeners;
  const { controllerListenerNames, voter } = controller;
  const isOwn = (listener: ListenerConfig) => controllerListenerNames.includes(listener.name);
  const told = named.filter((listener) => !isOwn(listener));
  for (const listener of listeners.filter(isOwn)) {
    const explicit = isSet ? named.find((each) => each.name === listener.name) : undefined;
    const isOpen = listener.host === "" || listener.host === ANY_ADDRESS;
    if (explicit !== undefined) told.push(explicit);
    else if (isOpen && voter !== null && listener.name === controllerListenerNames[0]) {
      told.push({ ...listener, host: voter.host, port: voter.port });
    } else told.push({ ...listener, host: isOpen ? hostName : listener.host });
  }
  return told.map((listener) => (listener.host === "" ? { ...listener, host: hostName } : listener));
}

function interBrokerName(values: PropertyValues, protocols: ProtocolMap, problems: Problems): string {
  const name = "inter.broker.listener.name";
  const protocol = values.text("security.inter.broker.protocol");
  const listener = values.optionalText(name)?.toUpperCase();
  if (listener === undefined) return protocol;
  if (values.properties.has("security.inter.broker.protocol")) {
    problems.error(name, "only one of it and security.inter.broker.protocol may be set");
  }
  const spoken = protocols.get(listener);
  if (spoken === undefined)
    problems.error(name, `listener.security.protocol.map has no security protocol for ${listener}`);
  else if (spoken !== 0) problems.error(name, `${protocolName(spoken)} is not supported yet: only PLAINTEXT is`);
  return listener;
}

function httpListener(values: PropertyValues, problems: Problems): HostPort | null {
  const name = "http.listeners";
  const text = values.optionalText(name) ?? "";
  if (text === "") return null;
  const parsed = text.startsWith("https:") ? null : parseHostPort(text);
  if (parsed === null) problems.error(name, "it must be HOST:PORT or http://HOST:PORT");
  return parsed;
}

/** Paths of both systems; "." and ".." are left to the system, since links may be among them. */
function absolute(path: string, workingDirectory: string): string {
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
  if (isAbsolute) return path;
  const relative = path.startsWith("./") ? path.slice(2) : path;
  return `${workingDirectory.replace(/\/$/, "")}/${relative}`;
}
