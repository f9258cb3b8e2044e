/** SecurityProtocol ids: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL. */
export type SecurityProtocol = 0 | 1 | 2 | 3;

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface ListenerConfig extends HostPort {
  /** Upper case, as in `listeners`. */
  readonly name: string;
  readonly securityProtocol: SecurityProtocol;
}

export interface VoterConfig extends HostPort {
  readonly id: number;
}

/**
 * Values by Kafka's names, validated and typed by their definitions. Asking for a name that no definition has, or for the wrong type, is
 * a programmer's error.
 */
export interface ConfigValues {
  /** Of int, long, short and double definitions. Kafka's Long.MAX_VALUE is Number.MAX_SAFE_INTEGER. */
  number(name: string): number;
  /** As `number`, null where it has no value. */
  optionalNumber(name: string): number | null;
  boolean(name: string): boolean;
  text(name: string): string;
  optionalText(name: string): string | null;
  list(name: string): readonly string[];
}

/** What one node is told by its properties, at start and for good. What changes while it runs: see `EffectiveConfig`. */
export interface NodeConfig extends ConfigValues {
  readonly nodeId: number;
  readonly isBroker: boolean;
  readonly isController: boolean;
  /** All of them, those of the controller too. */
  readonly listeners: readonly ListenerConfig[];
  /** What others are told to connect to: of the listeners that are not the controller's, then of the controller's. Each has a host. */
  readonly advertisedListeners: readonly ListenerConfig[];
  /** Upper case; the first is the one that brokers and controllers use. */
  readonly controllerListenerNames: readonly string[];
  readonly interBrokerListenerName: string;
  /** `controller.quorum.voters`: a static quorum; empty with a dynamic one. */
  readonly quorumVoters: readonly VoterConfig[];
  /** `controller.quorum.bootstrap.servers`. */
  readonly quorumBootstrapServers: readonly HostPort[];
  /** Absolute. */
  readonly logDirs: readonly string[];
  /** One of `logDirs` unless set apart; absolute. */
  readonly metadataLogDir: string;
  readonly rack: string | null;
  /** `http.listeners`; null: none. */
  readonly http: HostPort | null;
  /** `holdfast.ack.after`. */
  readonly ackAfter: "write" | "fsync";
  /** The properties as they were given, names and texts. */
  readonly properties: ReadonlyMap<string, string>;
}
