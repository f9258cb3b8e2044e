import type { Uuid } from "../base/uuid.js";
import { DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED } from "../base/uuid.js";
import type { BrokerRegistration, ControllerRegistration, Endpoint, VersionRange } from "./image.js";
import type { BrokerRegistrationChangeRecord, RegisterBrokerRecord, RegisterControllerRecord } from "./records.js";

/** `BrokerRegistrationChangeRecord.fenced`. */
export const FENCE = 1;
export const UNFENCE = -1;
/** `BrokerRegistrationChangeRecord.inControlledShutdown`. */
export const IN_CONTROLLED_SHUTDOWN = 1;

export function brokerOf(record: RegisterBrokerRecord): BrokerRegistration {
  return {
    id: record.brokerId,
    epoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    listeners: listenersOf(record.endPoints),
    features: featuresOf(record.features),
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    isMigratingZkBroker: record.isMigratingZkBroker,
    directories: record.logDirs.slice().sort(),
    cordonedDirectories: record.cordonedLogDirs === null ? null : record.cordonedLogDirs.slice().sort(),
  };
}

export function changedBroker(before: BrokerRegistration, record: BrokerRegistrationChangeRecord): BrokerRegistration {
  const directories = record.logDirs !== null && record.logDirs.length > 0 ? record.logDirs.slice().sort() : null;
  return {
    ...before,
    fenced: record.fenced === 0 ? before.fenced : record.fenced === FENCE,
    inControlledShutdown: record.inControlledShutdown === IN_CONTROLLED_SHUTDOWN || before.inControlledShutdown,
    directories: directories ?? before.directories,
    cordonedDirectories:
      record.cordonedLogDirs === null ? before.cordonedDirectories : record.cordonedLogDirs.slice().sort(),
  };
}

export function controllerOf(record: RegisterControllerRecord): ControllerRegistration {
  return {
    id: record.controllerId,
    incarnationId: record.incarnationId,
    zkMigrationReady: record.zkMigrationReady,
    listeners: listenersOf(record.endPoints),
    features: featuresOf(record.features),
  };
}

/** Whether a replica in this directory can lead (Kafka: DirectoryId.isOnline). */
export function hasOnlineDirectory(broker: BrokerRegistration, directory: Uuid): boolean {
  if (directory === DIRECTORY_UNASSIGNED || directory === DIRECTORY_MIGRATING) return true;
  if (directory === DIRECTORY_LOST) return false;
  // A broker that registered before directories were known to the log has none: it stops when all of them fail.
  return broker.directories.length === 0 || broker.directories.includes(directory);
}

export function hasUncordonedDirectory(broker: BrokerRegistration): boolean {
  const cordoned = broker.cordonedDirectories;
  if (broker.directories.length === 0 || cordoned === null) return true;
  return broker.directories.some((id) => !cordoned.includes(id));
}

/** Where a new replica on this broker goes: its one directory, or its own choice where it has several. */
export function defaultDirectory(broker: BrokerRegistration | undefined): Uuid {
  if (broker === undefined) return DIRECTORY_UNASSIGNED;
  if (broker.directories.length === 0) return DIRECTORY_MIGRATING;
  return broker.directories.length === 1 ? broker.directories[0] : DIRECTORY_UNASSIGNED;
}

function listenersOf(
  endpoints: readonly { name: string; host: string; port: number; securityProtocol: number }[],
): ReadonlyMap<string, Endpoint> {
  const listeners = new Map<string, Endpoint>();
  for (const { name, host, port, securityProtocol } of endpoints) listeners.set(name, { host, port, securityProtocol });
  return listeners;
}

function featuresOf(
  features: readonly { name: string; minSupportedVersion: number; maxSupportedVersion: number }[],
): ReadonlyMap<string, VersionRange> {
  const ranges = new Map<string, VersionRange>();
  for (const f of features) ranges.set(f.name, { min: f.minSupportedVersion, max: f.maxSupportedVersion });
  return ranges;
}
