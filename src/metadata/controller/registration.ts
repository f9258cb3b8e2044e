import { type Uuid, uuidToBytes } from "../../base/uuid.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { BrokerRegistrationRequest } from "../../protocol/messages/62-broker-registration.js";
import type { ControllerRegistrationRequest } from "../../protocol/messages/70-controller-registration.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import {
  hasControllerRegistration,
  hasDirectories,
  KRAFT_VERSION,
  METADATA_VERSION,
  registerBrokerRecordVersion,
} from "../feature-levels.js";
import type { BrokerRegistration } from "../image.js";
import { updateLeadersAndIsrs } from "./elections.js";
import type { HandlerScope } from "./handlers.js";
import type { Decision } from "./options.js";

/** First request version that tells whether the broker was shut down cleanly (KIP-966). */
const FIRST_WITH_PREVIOUS_EPOCH = 3;

/**
 * A broker joins, or amends its registration. A new incarnation starts fenced, with a new epoch, out of every ISR; unless
 * its previous epoch shows that it lost nothing, out of every ELR too.
 */
export function registerBroker(scope: HandlerScope, version: number, request: BrokerRegistrationRequest): Decision {
  const { state } = scope;
  const existing = state.brokers.get(request.brokerId);
  const error = registrationError(scope, request, existing);
  if (error !== null) {
    scope.ports.logger.warn("a broker may not register", { broker: request.brokerId, reason: error.reason });
    return { records: [], response: { errorCode: error.code } };
  }
  const isAmendment = existing !== undefined && existing.incarnationId === request.incarnationId;
  const records: MetadataRecord[] = [];
  if (!isAmendment) {
    const isClean = version >= FIRST_WITH_PREVIOUS_EPOCH && existing?.epoch === request.previousBrokerEpoch;
    removeIncarnation(scope, request.brokerId, isClean, records);
  }
  const epoch = isAmendment ? existing.epoch : scope.nextOffset();
  records.push({
    kind: "RegisterBrokerRecord",
    version: registerBrokerRecordVersion(state.metadataVersion),
    value: {
      brokerId: request.brokerId,
      isMigratingZkBroker: false,
      incarnationId: request.incarnationId,
      brokerEpoch: epoch,
      endPoints: request.listeners.map(({ name, host, port, securityProtocol }) => ({
        name,
        host,
        port,
        securityProtocol,
      })),
      features: request.features.map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
        name,
        minSupportedVersion,
        maxSupportedVersion,
      })),
      rack: request.rack,
      fenced: isAmendment ? existing.fenced : true,
      inControlledShutdown: isAmendment ? existing.inControlledShutdown : false,
      logDirs: hasDirectories(state.metadataVersion) ? request.logDirs.slice() : [],
      cordonedLogDirs: null,
    },
  });
  return { records, response: { errorCode: ErrorCode.NONE, brokerEpoch: epoch } };
}

interface RegistrationError {
  readonly code: ErrorCode;
  readonly reason: string;
}

function registrationError(
  scope: HandlerScope,
  request: BrokerRegistrationRequest,
  existing: BrokerRegistration | undefined,
): RegistrationError | null {
  const { state, options, sessions } = scope;
  if (request.clusterId !== options.clusterId) {
    const reason = `Expected cluster ID ${options.clusterId}, but got cluster ID ${request.clusterId}`;
    return { code: ErrorCode.INCONSISTENT_CLUSTER_ID, reason };
  }
  if (
    existing !== undefined &&
    existing.incarnationId !== request.incarnationId &&
    sessions.hasValidSession(existing.id, existing.epoch) &&
    !sessions.mayReplace(existing.id, sameDirectories(existing.directories, request.logDirs))
  ) {
    const reason = "another broker with that id has a live session";
    return { code: ErrorCode.DUPLICATE_BROKER_REGISTRATION, reason };
  }
  if (request.isMigratingZkBroker) {
    return { code: ErrorCode.BROKER_ID_NOT_REGISTERED, reason: "brokers of a ZooKeeper cluster are not supported" };
  }
  if (hasDirectories(state.metadataVersion)) {
    const reason = directoriesError(scope, request.brokerId, request.logDirs);
    if (reason !== null) return { code: ErrorCode.INVALID_REGISTRATION, reason };
  }
  return featuresError(scope, request);
}

function sameDirectories(a: readonly Uuid[], b: readonly Uuid[]): boolean {
  return a.length > 0 && a.length === b.length && b.every((id) => a.includes(id));
}

function directoriesError(scope: HandlerScope, brokerId: number, directories: readonly Uuid[]): string | null {
  if (directories.length === 0) return "No directories specified in request";
  if (directories.some(isReservedUuid)) return "Reserved directory ID in request";
  if (new Set(directories).size !== directories.length) return "Duplicate directory ID in request";
  for (const id of directories) {
    const owner = scope.state.directoryOwners.get(id);
    if (owner !== undefined && owner !== brokerId) return `Broker ${owner} is already registered with directory ${id}`;
  }
  return null;
}

/** The first 100 ids are kept for meanings of their own. */
function isReservedUuid(id: Uuid): boolean {
  const bytes = new Uint8Array(16);
  uuidToBytes(id, bytes, 0);
  return bytes[15] < 100 && bytes.every((byte, i) => byte === 0 || i === 15);
}

function featuresError(scope: HandlerScope, request: BrokerRegistrationRequest): RegistrationError | null {
  const { state, options } = scope;
  const finalized = new Map(state.features);
  finalized.set(METADATA_VERSION, state.metadataVersion);
  finalized.set(KRAFT_VERSION, options.kraftVersion());
  const declared = new Map(request.features.map((feature) => [feature.name, feature]));
  if (!declared.has(METADATA_VERSION)) {
    return { code: ErrorCode.INVALID_REGISTRATION, reason: `Request features do not contain '${METADATA_VERSION}'` };
  }
  for (const name of new Set([...finalized.keys(), ...declared.keys()])) {
    const level = finalized.get(name) ?? 0;
    const min = declared.get(name)?.minSupportedVersion ?? 0;
    const max = declared.get(name)?.maxSupportedVersion ?? 0;
    if (level >= min && level <= max) continue;
    const reason =
      `Unable to register because the broker does not support finalized version ${level} of ${name}. The broker ` +
      `wants a version between ${min} and ${max}, inclusive.`;
    return { code: ErrorCode.UNSUPPORTED_VERSION, reason };
  }
  return null;
}

/** The old incarnation leads and is in sync no more. */
function removeIncarnation(scope: HandlerScope, brokerId: number, isClean: boolean, records: MetadataRecord[]): void {
  const { state } = scope;
  if (state.elrEnabled && !isClean) {
    updateLeadersAndIsrs(scope, { uncleanShutdown: brokerId }, state.inIsr.of(brokerId), records);
    updateLeadersAndIsrs(scope, { uncleanShutdown: brokerId }, state.inElr.of(brokerId), records);
  } else {
    updateLeadersAndIsrs(scope, { remove: [brokerId] }, state.inIsr.of(brokerId), records);
  }
}

export function registerController(
  scope: HandlerScope,
  _version: number,
  request: ControllerRegistrationRequest,
): Decision {
  if (!hasControllerRegistration(scope.state.metadataVersion)) {
    const errorMessage = "The current MetadataVersion is too old to support controller registrations.";
    return { records: [], response: { errorCode: ErrorCode.UNSUPPORTED_VERSION, errorMessage } };
  }
  const record: MetadataRecord = {
    kind: "RegisterControllerRecord",
    version: 0,
    value: {
      controllerId: request.controllerId,
      incarnationId: request.incarnationId,
      zkMigrationReady: false,
      endPoints: request.listeners.map(({ name, host, port, securityProtocol }) => ({
        name,
        host,
        port,
        securityProtocol,
      })),
      features: request.features.map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
        name,
        minSupportedVersion,
        maxSupportedVersion,
      })),
    },
  };
  return { records: [record], response: { errorCode: ErrorCode.NONE, errorMessage: null } };
}
