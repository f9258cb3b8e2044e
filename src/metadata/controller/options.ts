import type { EventFeed } from "../../base/events.js";
import type { ErrorCode } from "../../protocol/errors.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import type { VersionRange } from "../image.js";

/** What the controller needs of the metadata log; `RaftDriver` has it. */
export interface ControllerLog {
  /**
   * Appends the records as one atomic batch. The offset of the last one, or null when this node no longer leads in that
   * epoch. Their offsets are consecutive.
   */
  propose(records: readonly MetadataRecord[], epoch: number): number | null;
  /** Exclusive end of the log, what is not committed yet included. */
  readonly logEndOffset: number;
}

export interface ControllerOptions {
  readonly nodeId: number;
  readonly clusterId: string;
  /** Feature ranges of this release (see features.ts), for UpdateFeatures. */
  readonly supportedFeatures: ReadonlyMap<string, VersionRange>;
  /** Ids of the voters now, for UpdateFeatures: all of them must have registered. */
  voterIds(): readonly number[];
  /** Level of kraft.version, which lives in control records of the quorum. */
  kraftVersion(): number;
  /** Why kraft.version cannot be raised to the level, as a sentence; null: it is raised, before whatever is proposed next. */
  upgradeKraftVersion(level: number, validateOnly: boolean): string | null;
  /** broker.session.timeout.ms */
  readonly sessionTimeoutMs: number;
  /** num.partitions */
  readonly numPartitions: number;
  /** default.replication.factor; asked at each creation, since by default it follows the number of brokers. */
  defaultReplicationFactor(): number;
  /** leader.imbalance.check.interval.seconds in ms; 0: auto.leader.rebalance.enable=false. */
  readonly leaderImbalanceCheckMs: number;
  /** unclean.leader.election.interval.ms */
  readonly uncleanElectionIntervalMs: number;
  /** metadata.max.idle.interval.ms; 0: no NoOp records. */
  readonly maxIdleIntervalMs: number;
  readonly configs: ControllerConfigs;
  readonly events: EventFeed;
}

export interface EffectiveConfig {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  /** DescribeConfigsResponse.ConfigSource id. */
  readonly source: number;
  readonly isSensitive: boolean;
}

/** The rules of configs, which the room `config` knows. Types are `ConfigResource` ids; broker "" is the whole cluster. */
export interface ControllerConfigs {
  /** Why these overrides, all that the resource would have, are not allowed, as a sentence for the client; null when they are. */
  validate(type: number, name: string, overrides: ReadonlyMap<string, string>): string | null;
  /** Whether APPEND and SUBTRACT are allowed. */
  isList(type: number, key: string): boolean;
  /** The default of a key, for APPEND and SUBTRACT without an override. */
  defaultValue(type: number, key: string): string | null;
  /** A topic config where neither the topic nor the cluster overrides it: this node's own file, then the default. */
  staticTopicValue(key: string): string;
  /** The configs of a topic with these overrides, for the reply of CreateTopics. */
  effectiveTopicConfigs(
    overrides: ReadonlyMap<string, string>,
    clusterOverrides: ReadonlyMap<string, string>,
  ): readonly EffectiveConfig[];
}

export interface ControllerRequestContext {
  readonly principal: string;
  readonly clientHost: string;
  readonly listener: string;
  /** How long the caller waits for the commit. */
  readonly timeoutMs: number;
}

/** An operating error for the client; `message` null: the code's own sentence. */
export interface ApiError {
  readonly code: ErrorCode;
  readonly message: string | null;
}

/** What a handler decided: the records to commit, in one atomic batch, and what to answer once they are. */
export interface Decision {
  readonly records: readonly MetadataRecord[];
  readonly response: unknown;
}
