import { assert } from "../base/assert.js";
import { EMPTY_BYTES } from "../base/bytes.js";
import { type CoordinatorRecord, record, tombstone } from "../coordinator/decision.js";
import type { GroupMetadataValue } from "../protocol/group-records/02-group-metadata.js";
import { GroupRecords } from "../protocol/group-records.js";
import { ClassicGroup } from "./classic-group.js";
import { ClassicMember } from "./classic-member.js";
import type { CommittedOffset } from "./offset-table.js";

const GROUP_METADATA_VERSION = 3;
/** Version 1 is the one that has a time of expiry. */
const OFFSET_VERSION = 4;
const EXPIRING_OFFSET_VERSION = 1;

/** What lasts of a group; `assignments` by member id. */
export function groupRecord(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): CoordinatorRecord {
  const members = Array.from(group.members.values(), (member) => {
    const subscription = member.metadata(group.protocolName);
    assert(subscription !== null, "a generation that is written has a protocol of all its members");
    return {
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription,
      assignment: assignments.get(member.memberId) ?? EMPTY_BYTES,
    };
  });
  return record(GroupRecords.GroupMetadata, { group: group.groupId }, GROUP_METADATA_VERSION, {
    protocolType: group.protocolType ?? "",
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateTimestampMs,
    members,
  });
}

/** Of a group that somebody is about to join: there, without members. */
export function newGroupRecord(group: ClassicGroup): CoordinatorRecord {
  return record(GroupRecords.GroupMetadata, { group: group.groupId }, GROUP_METADATA_VERSION, {
    protocolType: "",
    generation: 0,
    protocol: null,
    leader: null,
    currentStateTimestamp: group.stateTimestampMs,
    members: [],
  });
}

export function groupTombstone(groupId: string): CoordinatorRecord {
  return tombstone(GroupRecords.GroupMetadata, { group: groupId });
}

/** The group as a record has it: stable or empty. */
export function groupOf(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const group = new ClassicGroup(groupId, value.members.length > 0 ? "Stable" : "Empty", value.currentStateTimestamp);
  group.generationId = value.generation;
  group.leaderId = value.leader;
  group.protocolName = value.protocol;
  for (const member of value.members) {
    const { memberId, groupInstanceId, clientId, clientHost, sessionTimeout } = member;
    const rebalanceTimeout = member.rebalanceTimeout === -1 ? sessionTimeout : member.rebalanceTimeout;
    // The record's bytes are views of a batch.
    const protocols = [{ name: value.protocol ?? "", metadata: member.subscription.slice() }];
    group.add(
      new ClassicMember(
        memberId,
        groupInstanceId,
        clientId,
        clientHost,
        value.protocolType,
        rebalanceTimeout,
        sessionTimeout,
        protocols,
        member.assignment.slice(),
      ),
      null,
    );
  }
  group.protocolType = value.protocolType === "" ? null : value.protocolType;
  group.subscribedTopics = group.readSubscriptions();
  return group;
}

export function offsetRecord(
  groupId: string,
  topic: string,
  partition: number,
  committed: CommittedOffset,
): CoordinatorRecord {
  const version = committed.expireTimestampMs >= 0 ? EXPIRING_OFFSET_VERSION : OFFSET_VERSION;
  return record(GroupRecords.OffsetCommit, { group: groupId, topic, partition }, version, {
    offset: committed.offset,
    leaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    commitTimestamp: committed.commitTimestampMs,
    expireTimestamp: committed.expireTimestampMs,
    topicId: committed.topicId,
  });
}

export function offsetTombstone(groupId: string, topic: string, partition: number): CoordinatorRecord {
  return tombstone(GroupRecords.OffsetCommit, { group: groupId, topic, partition });
}
