import { brokerDefinitions } from "./catalogue.js";
import { defaultText } from "./defaults.js";
import type { ConfigDefinition } from "./definition.js";
import type { HostPort, ListenerConfig, NodeConfig, VoterConfig } from "./node-config.js";
import { type ConfigValue, DefinedValues, parseValue } from "./values.js";

export interface NodeParts {
  readonly nodeId: number;
  readonly isBroker: boolean;
  readonly isController: boolean;
  readonly listeners: readonly ListenerConfig[];
  readonly advertisedListeners: readonly ListenerConfig[];
  readonly controllerListenerNames: readonly string[];
  readonly interBrokerListenerName: string;
  readonly quorumVoters: readonly VoterConfig[];
  readonly quorumBootstrapServers: readonly HostPort[];
  readonly logDirs: readonly string[];
  readonly metadataLogDir: string;
  readonly http: HostPort | null;
}

/** Values of properties that are all allowed; of what they leave out, the defaults. */
export class PropertyValues extends DefinedValues {
  readonly properties: ReadonlyMap<string, string>;
  private readonly values: Map<string, ConfigValue> = new Map();

  constructor(properties: ReadonlyMap<string, string>) {
    super(brokerDefinitions);
    this.properties = properties;
  }

  protected override value(definition: ConfigDefinition): ConfigValue {
    const known = this.values.get(definition.name);
    if (known !== undefined) return known;
    const text = this.properties.get(definition.name) ?? defaultText(definition, this);
    const value = text === null ? null : parseValue(definition, text).value;
    this.values.set(definition.name, value);
    return value;
  }
}

export class FileNodeConfig extends PropertyValues implements NodeConfig {
  readonly nodeId: number;
  readonly isBroker: boolean;
  readonly isController: boolean;
  readonly listeners: readonly ListenerConfig[];
  readonly advertisedListeners: readonly ListenerConfig[];
  readonly controllerListenerNames: readonly string[];
  readonly interBrokerListenerName: string;
  readonly quorumVoters: readonly VoterConfig[];
  readonly quorumBootstrapServers: readonly HostPort[];
  readonly logDirs: readonly string[];
  readonly metadataLogDir: string;
  readonly rack: string | null;
  readonly http: HostPort | null;
  readonly ackAfter: "write" | "fsync";

  constructor(properties: ReadonlyMap<string, string>, parts: NodeParts) {
    super(properties);
    this.nodeId = parts.nodeId;
    this.isBroker = parts.isBroker;
    this.isController = parts.isController;
    this.listeners = parts.listeners;
    this.advertisedListeners = parts.advertisedListeners;
    this.controllerListenerNames = parts.controllerListenerNames;
    this.interBrokerListenerName = parts.interBrokerListenerName;
    this.quorumVoters = parts.quorumVoters;
    this.quorumBootstrapServers = parts.quorumBootstrapServers;
    this.logDirs = parts.logDirs;
    this.metadataLogDir = parts.metadataLogDir;
    this.rack = this.optionalText("broker.rack");
    this.http = parts.http;
    this.ackAfter = this.text("holdfast.ack.after") as "write" | "fsync";
  }
}
