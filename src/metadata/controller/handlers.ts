import type { Ports } from "../../ports/index.js";
import { alterPartition } from "./alter-partition.js";
import { createPartitions } from "./assignments.js";
import type { BrokerSessions } from "./broker-sessions.js";
import { brokerHeartbeat, unregisterBroker } from "./brokers.js";
import { alterConfigs, incrementalAlterConfigs } from "./configs.js";
import { assignReplicasToDirectories } from "./directories.js";
import { electLeaders } from "./elections.js";
import { updateFeatures } from "./features.js";
import type { ControllerOptions, Decision } from "./options.js";
import { allocateProducerIds } from "./producer-ids.js";
import { alterPartitionReassignments, listPartitionReassignments } from "./reassignments.js";
import { registerBroker, registerController } from "./registration.js";
import type { ControllerState } from "./state.js";
import { createTopics, deleteTopics } from "./topics.js";

/** What a handler may look at. It changes none of it, except what sessions note of heartbeats. */
export interface HandlerScope {
  readonly ports: Ports;
  readonly options: ControllerOptions;
  readonly state: ControllerState;
  readonly sessions: BrokerSessions;
  /** The offset that the next record will get, or one below it: higher than that of any record so far. */
  nextOffset(): number;
}

export interface HandlerDecision extends Decision {
  /** Called once the records are appended and replayed, with the last offset of the log. */
  readonly onAppended?: (offset: number) => void;
}

type Handler = (scope: HandlerScope, version: number, request: unknown) => HandlerDecision;

/** By API key. Each handler takes the decoded request of its own API: the registry is where the type is lost. */
export const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [19, createTopics as Handler],
  [20, deleteTopics as Handler],
  [33, alterConfigs as Handler],
  [37, createPartitions as Handler],
  [43, electLeaders as Handler],
  [44, incrementalAlterConfigs as Handler],
  [45, alterPartitionReassignments as Handler],
  [46, listPartitionReassignments as Handler],
  [56, alterPartition as Handler],
  [57, updateFeatures as Handler],
  [62, registerBroker as Handler],
  [63, brokerHeartbeat as Handler],
  [64, unregisterBroker as Handler],
  [67, allocateProducerIds as Handler],
  [70, registerController as Handler],
  [73, assignReplicasToDirectories as Handler],
]);
