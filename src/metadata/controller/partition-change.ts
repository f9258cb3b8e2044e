import type { Uuid } from "../../base/uuid.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { hasDirectories, hasLeaderEpochBumpOnShrink, partitionRecordVersion } from "../feature-levels.js";
import { type LeaderRecoveryState, NO_LEADER, type PartitionImage, RECOVERING } from "../image.js";
import { directoryOf, NO_LEADER_CHANGE, NO_RECOVERY_CHANGE } from "../partition.js";
import type { PartitionChangeRecord } from "../records.js";
import { defaultDirectory } from "../registration.js";
import type { ControllerState } from "./state.js";

export type Election = "preferred" | "online" | "unclean";

export interface PartitionTargets {
  /** Which leader may be elected: the first replica if it can; any of ISR, ELR or the last known leader; or any at all. */
  readonly election?: Election;
  readonly isr?: readonly number[];
  readonly replicas?: readonly number[];
  readonly removing?: readonly number[];
  readonly adding?: readonly number[];
  readonly leaderRecoveryState?: LeaderRecoveryState;
  /** Brokers that may have lost what they had written: they must not become eligible. */
  readonly uncleanShutdown?: readonly number[];
  /** The directory that a broker chose for its replica. */
  readonly directory?: { readonly brokerId: number; readonly id: Uuid };
}

interface Working {
  isr: readonly number[];
  replicas: readonly number[];
  removing: readonly number[];
  adding: readonly number[];
  elr: readonly number[];
}

/**
 * The record that brings a partition to its targets and elects a leader where one is needed; null when nothing changes
 * (Kafka: PartitionChangeBuilder; KIP-966 for the ELR). Order of election: the leader stays if it can, then ISR, ELR, the
 * last known leader, and with an unclean election any live replica.
 */
export function changePartition(
  state: ControllerState,
  topicId: Uuid,
  partition: PartitionImage,
  minIsr: number,
  canLead: (brokerId: number) => boolean,
  targets: PartitionTargets,
): MetadataRecord | null {
  const elrEnabled = state.elrEnabled;
  const record = emptyChange(topicId, partition.index);
  const target: Working = {
    isr: targets.isr ?? partition.isr,
    replicas: targets.replicas ?? partition.replicas,
    removing: targets.removing ?? partition.removingReplicas,
    adding: targets.adding ?? partition.addingReplicas,
    elr: partition.elr,
  };
  completeReassignment(target);
  if (elrEnabled) target.elr = eligibleReplicas(partition, target, minIsr, targets.uncleanShutdown ?? []);
  elect(record, partition, target, targets.election ?? "online", elrEnabled, canLead);
  // A replica that goes must see a new leader epoch, or it would go on fetching.
  if (record.leader === NO_LEADER_CHANGE && !containsAll(target.replicas, partition.replicas)) {
    record.leader = partition.leader;
  }
  if (record.isr !== null || !elrEnabled) target.elr = [];
  if (!sameItems(target.elr, partition.elr)) record.eligibleLeaderReplicas = target.elr.slice();
  if (record.isr === null && (target.isr.length > 0 || elrEnabled) && !sameItems(target.isr, partition.isr)) {
    record.isr = target.isr.slice();
  }
  if (
    hasLeaderEpochBumpOnShrink(state.metadataVersion) &&
    record.leader === NO_LEADER_CHANGE &&
    record.isr !== null &&
    !containsAll(record.isr, partition.isr)
  ) {
    record.leader = partition.leader;
  }
  if (elrEnabled) noteLastKnownLeader(record, partition);
  setAssignment(record, state, partition, target, targets);
  const recovery = targets.leaderRecoveryState ?? partition.leaderRecoveryState;
  if (recovery !== partition.leaderRecoveryState) record.leaderRecoveryState = recovery;
  if (isNoOp(record)) return null;
  return { kind: "PartitionChangeRecord", version: partitionRecordVersion(state.metadataVersion), value: record };
}

/**
 * A reassignment is done once all that is added is in the ISR and something that stays is; one that shrinks the partition
 * also waits for all that stays, so as not to shrink the ISR without need (Kafka: PartitionReassignmentReplicas).
 */
function completeReassignment(target: Working): void {
  if (target.adding.length === 0 && target.removing.length === 0) return;
  const isr = target.isr.filter((id) => !target.removing.includes(id));
  const replicas = target.replicas.filter((id) => !target.removing.includes(id));
  if (isr.length === 0 || replicas.length === 0) return;
  if (target.adding.length < target.removing.length && !containsAll(isr, replicas)) return;
  if (!containsAll(isr, target.adding)) return;
  target.isr = isr;
  target.replicas = replicas;
  target.removing = [];
  target.adding = [];
}

/** Below the minimal ISR, who drops out of it stays eligible: it has all that was committed. */
function eligibleReplicas(
  partition: PartitionImage,
  target: Working,
  minIsr: number,
  unclean: readonly number[],
): readonly number[] {
  if (target.isr.length >= minIsr) return [];
  const eligible: number[] = [];
  for (const ids of [partition.elr, partition.isr]) {
    for (const id of ids) {
      if (!target.isr.includes(id) && !unclean.includes(id) && !eligible.includes(id)) eligible.push(id);
    }
  }
  return eligible.sort((a, b) => a - b);
}

function elect(
  record: PartitionChangeRecord,
  partition: PartitionImage,
  target: Working,
  election: Election,
  elrEnabled: boolean,
  canLead: (brokerId: number) => boolean,
): void {
  const isValid = (id: number) =>
    (target.isr.includes(id) || (target.isr.length === 0 && target.elr.includes(id))) && canLead(id);
  let leader = NO_LEADER;
  let unclean = false;
  if (election === "preferred" && isValid(target.replicas[0])) leader = target.replicas[0];
  else if (isValid(partition.leader)) leader = partition.leader;
  else leader = target.replicas.find(isValid) ?? NO_LEADER;
  if (leader === NO_LEADER) {
    const last = elrEnabled && target.isr.length === 0 && target.elr.length === 0 ? partition.lastKnownElr : [];
    if (last.length === 1 && canLead(last[0])) leader = last[0];
    else if (election === "unclean") leader = target.replicas.find(canLead) ?? NO_LEADER;
    unclean = leader !== NO_LEADER;
  }
  if (leader === partition.leader) return;
  if (target.elr.includes(leader)) {
    target.isr = [leader];
    target.elr = target.elr.filter((id) => id !== leader);
  }
  record.leader = leader;
  if (unclean) {
    record.isr = [leader];
    if (partition.leaderRecoveryState !== RECOVERING) record.leaderRecoveryState = RECOVERING;
  }
}

/** `lastKnownElr` holds the last leader from when the partition loses it until it has one again. */
function noteLastKnownLeader(record: PartitionChangeRecord, partition: PartitionImage): void {
  if (record.leader === NO_LEADER && partition.lastKnownElr.length === 0) {
    record.lastKnownElr = [partition.leader];
  } else if (record.leader >= 0 && partition.lastKnownElr.length > 0) {
    record.lastKnownElr = [];
  }
}

function setAssignment(
  record: PartitionChangeRecord,
  state: ControllerState,
  partition: PartitionImage,
  target: Working,
  targets: PartitionTargets,
): void {
  if (target.replicas.length > 0) {
    if (hasDirectories(state.metadataVersion)) {
      const chosen = targets.directory;
      const isSame = chosen === undefined && target.replicas === partition.replicas;
      const directories = isSame
        ? partition.directories
        : target.replicas.map((id) => {
            if (chosen !== undefined && chosen.brokerId === id) return chosen.id;
            return partition.replicas.includes(id)
              ? directoryOf(partition, id)
              : defaultDirectory(state.brokers.get(id));
          });
      if (!sameItems(directories, partition.directories)) record.directories = directories.slice();
    }
    if (!sameItems(target.replicas, partition.replicas)) record.replicas = target.replicas.slice();
  }
  if (!sameItems(target.removing, partition.removingReplicas)) record.removingReplicas = target.removing.slice();
  if (!sameItems(target.adding, partition.addingReplicas)) record.addingReplicas = target.adding.slice();
}

function emptyChange(topicId: Uuid, partitionId: number): PartitionChangeRecord {
  return {
    partitionId,
    topicId,
    isr: null,
    leader: NO_LEADER_CHANGE,
    replicas: null,
    removingReplicas: null,
    addingReplicas: null,
    leaderRecoveryState: NO_RECOVERY_CHANGE,
    directories: null,
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  };
}

function isNoOp(record: PartitionChangeRecord): boolean {
  return (
    record.isr === null &&
    record.eligibleLeaderReplicas === null &&
    record.lastKnownElr === null &&
    record.leader === NO_LEADER_CHANGE &&
    record.replicas === null &&
    record.removingReplicas === null &&
    record.addingReplicas === null &&
    record.leaderRecoveryState === NO_RECOVERY_CHANGE &&
    record.directories === null
  );
}

export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function containsAll<T>(all: readonly T[], some: readonly T[]): boolean {
  return some.every((item) => all.includes(item));
}
