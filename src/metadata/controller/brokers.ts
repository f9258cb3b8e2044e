import { ErrorCode } from "../../protocol/errors.js";
import type { BrokerHeartbeatRequest } from "../../protocol/messages/63-broker-heartbeat.js";
import type { UnregisterBrokerRequest } from "../../protocol/messages/64-unregister-broker.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { hasCordonedDirectories } from "../feature-levels.js";
import type { BrokerRegistration } from "../image.js";
import type { BrokerRegistrationChangeRecord } from "../records.js";
import { FENCE, IN_CONTROLLED_SHUTDOWN, UNFENCE } from "../registration.js";
import { offlineDirectories } from "./directories.js";
import { updateLeadersAndIsrs } from "./elections.js";
import type { HandlerDecision, HandlerScope } from "./handlers.js";
import type { Decision } from "./options.js";

/** STALE_BROKER_EPOCH unless the broker is registered in that epoch. */
export function brokerEpochError(scope: HandlerScope, brokerId: number, epoch: number): ErrorCode | null {
  return scope.state.brokers.get(brokerId)?.epoch === epoch ? null : ErrorCode.STALE_BROKER_EPOCH;
}

/**
 * What a heartbeat makes of a broker (Kafka: BrokerHeartbeatManager.calculateNextBrokerState)
 *
 * | now                  | wants                    | next                                                          |
 * |----------------------|--------------------------|---------------------------------------------------------------|
 * | fenced               | to shut down             | shutdown now                                                  |
 * | fenced               | to serve                 | unfenced, once it applied its own registration                |
 * | fenced               | to stay fenced           | fenced                                                        |
 * | unfenced             | to be fenced             | fenced, or shutdown now if it wants that too                  |
 * | unfenced             | to shut down             | controlled shutdown while it leads, else shutdown now         |
 * | unfenced             | to serve                 | unfenced                                                      |
 * | controlled shutdown  | anything                 | shutdown now, once it leads nothing and all others know that  |
 */
type BrokerControl = "fenced" | "unfenced" | "controlled-shutdown" | "shutdown-now";

function nextControl(scope: HandlerScope, broker: BrokerRegistration, request: BrokerHeartbeatRequest): BrokerControl {
  const { state, sessions } = scope;
  const leads = state.leads.has(broker.id);
  if (sessions.isShuttingDown(broker.id)) {
    if (leads) return "controlled-shutdown";
    const isKnown = sessions.shutdownOffset(broker.id) <= sessions.lowestActiveOffset(state);
    return isKnown ? "shutdown-now" : "controlled-shutdown";
  }
  if (broker.fenced) {
    if (request.wantShutDown) return "shutdown-now";
    const registeredAt = state.registrationOffsets.get(broker.id) as number;
    return !request.wantFence && request.currentMetadataOffset >= registeredAt ? "unfenced" : "fenced";
  }
  if (request.wantFence) return request.wantShutDown ? "shutdown-now" : "fenced";
  if (request.wantShutDown) return leads ? "controlled-shutdown" : "shutdown-now";
  return "unfenced";
}

export function brokerHeartbeat(
  scope: HandlerScope,
  _version: number,
  request: BrokerHeartbeatRequest,
): HandlerDecision {
  const { state, sessions } = scope;
  const { brokerId, brokerEpoch } = request;
  const broker = state.brokers.get(brokerId);
  if (broker === undefined || broker.epoch !== brokerEpoch) {
    return { records: [], response: { errorCode: ErrorCode.STALE_BROKER_EPOCH } };
  }
  sessions.heard(brokerId, brokerEpoch);
  const before: BrokerControl = sessions.isShuttingDown(brokerId)
    ? "controlled-shutdown"
    : broker.fenced
      ? "fenced"
      : "unfenced";
  const records: MetadataRecord[] = [];
  // A directory that is gone comes first, alone: whether the broker may lead depends on it. The next heartbeat goes on.
  offlineDirectories(scope, broker, request.offlineLogDirs, records);
  const next = records.length > 0 ? before : nextControl(scope, broker, request);
  if (next !== before) {
    if (next === "unfenced") unfenceBroker(scope, broker, records);
    else if (next === "controlled-shutdown") startControlledShutdown(scope, broker, records);
    else if (!broker.fenced)
      pushAll(records, fenceBrokers(scope, [brokerId], next === "fenced" ? "it asked for it" : "it shuts down"));
  }
  sessions.setMetadataOffset(brokerId, request.currentMetadataOffset);
  // It will go: its next incarnation need not wait for the end of the session.
  if (next === "shutdown-now") sessions.end(brokerId);
  if (hasCordonedDirectories(state.metadataVersion) && request.cordonedLogDirs !== null) {
    const cordoned = request.cordonedLogDirs.slice().sort();
    const known = broker.cordonedDirectories;
    if (known === null || known.length !== cordoned.length || cordoned.some((id) => !known.includes(id))) {
      records.push(registrationChange(broker, 3, { cordonedLogDirs: cordoned }));
    }
  }
  return {
    records,
    response: {
      errorCode: ErrorCode.NONE,
      isCaughtUp: request.currentMetadataOffset >= (state.registrationOffsets.get(brokerId) as number),
      isFenced: next === "fenced" || next === "shutdown-now",
      shouldShutDown: next === "shutdown-now",
    },
    onAppended: (offset) => {
      if (next === "controlled-shutdown") sessions.enterShutdown(brokerId, offset);
    },
  };
}

/** The records that fence registered brokers: they lead nothing and are in no ISR from then on. */
export function fenceBrokers(scope: HandlerScope, brokerIds: readonly number[], cause: string): MetadataRecord[] {
  const { state } = scope;
  const records: MetadataRecord[] = [];
  updateLeadersAndIsrs(scope, { remove: brokerIds }, state.inIsr.ofAny(brokerIds), records);
  for (const id of brokerIds) {
    const broker = state.brokers.get(id) as BrokerRegistration;
    records.push(registrationChange(broker, 0, { fenced: FENCE }));
    scope.ports.logger.warn("fencing a broker", { broker: id, epoch: broker.epoch, cause });
    if (scope.options.events.active) {
      scope.options.events.emit({ kind: "fenced", peer: id, epoch: broker.epoch, cause });
    }
  }
  return records;
}

/** A spread would put each record on the stack. */
function pushAll(records: MetadataRecord[], more: readonly MetadataRecord[]): void {
  for (const record of more) records.push(record);
}

function unfenceBroker(scope: HandlerScope, broker: BrokerRegistration, records: MetadataRecord[]): void {
  records.push(registrationChange(broker, 0, { fenced: UNFENCE }));
  updateLeadersAndIsrs(scope, { add: broker.id }, scope.state.leaderless.toArray(), records);
}

function startControlledShutdown(scope: HandlerScope, broker: BrokerRegistration, records: MetadataRecord[]): void {
  if (!broker.inControlledShutdown) {
    records.push(registrationChange(broker, 1, { inControlledShutdown: IN_CONTROLLED_SHUTDOWN }));
  }
  updateLeadersAndIsrs(scope, { remove: [broker.id] }, scope.state.inIsr.of(broker.id), records);
}

export function unregisterBroker(scope: HandlerScope, _version: number, request: UnregisterBrokerRequest): Decision {
  const { state } = scope;
  const { brokerId } = request;
  const broker = state.brokers.get(brokerId);
  if (broker === undefined) {
    const errorMessage = `Broker ID ${brokerId} is not currently registered`;
    return { records: [], response: { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED, errorMessage } };
  }
  const records: MetadataRecord[] = [];
  // Whoever registers under this id again may come with an empty disk: it must not stay eligible.
  updateLeadersAndIsrs(scope, { uncleanShutdown: brokerId }, state.inIsr.of(brokerId), records);
  updateLeadersAndIsrs(scope, { uncleanShutdown: brokerId }, state.inElr.of(brokerId), records);
  records.push({ kind: "UnregisterBrokerRecord", version: 0, value: { brokerId, brokerEpoch: broker.epoch } });
  return { records, response: { errorCode: ErrorCode.NONE, errorMessage: null } };
}

export function registrationChange(
  broker: BrokerRegistration,
  version: number,
  change: Partial<BrokerRegistrationChangeRecord>,
): MetadataRecord {
  return {
    kind: "BrokerRegistrationChangeRecord",
    version,
    value: {
      brokerId: broker.id,
      brokerEpoch: broker.epoch,
      fenced: 0,
      inControlledShutdown: 0,
      logDirs: [],
      cordonedLogDirs: null,
      ...change,
    },
  };
}
