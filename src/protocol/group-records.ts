import { coordinatorRecord } from "./coordinator-record.js";
import { LegacyOffsetCommitKey, LegacyOffsetCommitValue } from "./group-records/00-legacy-offset-commit.js";
import { OffsetCommitKey, OffsetCommitValue } from "./group-records/01-offset-commit.js";
import { GroupMetadataKey, GroupMetadataValue } from "./group-records/02-group-metadata.js";
import { ConsumerGroupMetadataKey, ConsumerGroupMetadataValue } from "./group-records/03-consumer-group-metadata.js";
import {
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
} from "./group-records/04-consumer-group-partition-metadata.js";
import {
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
} from "./group-records/05-consumer-group-member-metadata.js";
import {
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from "./group-records/06-consumer-group-target-assignment-metadata.js";
import {
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
} from "./group-records/07-consumer-group-target-assignment-member.js";
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
} from "./group-records/08-consumer-group-current-member-assignment.js";
import {
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
} from "./group-records/10-share-group-member-metadata.js";
import { ShareGroupMetadataKey, ShareGroupMetadataValue } from "./group-records/11-share-group-metadata.js";
import {
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
} from "./group-records/12-share-group-target-assignment-metadata.js";
import {
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
} from "./group-records/13-share-group-target-assignment-member.js";
import {
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
} from "./group-records/14-share-group-current-member-assignment.js";
import {
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
} from "./group-records/15-share-group-state-partition-metadata.js";
import {
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
} from "./group-records/16-consumer-group-regular-expression.js";
import { StreamsGroupMetadataKey, StreamsGroupMetadataValue } from "./group-records/17-streams-group-metadata.js";
import {
  StreamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue,
} from "./group-records/19-streams-group-member-metadata.js";
import {
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
} from "./group-records/20-streams-group-target-assignment-metadata.js";
import {
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
} from "./group-records/21-streams-group-target-assignment-member.js";
import {
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue,
} from "./group-records/22-streams-group-current-member-assignment.js";
import { StreamsGroupTopologyKey, StreamsGroupTopologyValue } from "./group-records/23-streams-group-topology.js";

/** The records of `__consumer_offsets`. */
export const GroupRecords = {
  LegacyOffsetCommit: coordinatorRecord(0, "LegacyOffsetCommit", LegacyOffsetCommitKey, LegacyOffsetCommitValue),
  OffsetCommit: coordinatorRecord(1, "OffsetCommit", OffsetCommitKey, OffsetCommitValue),
  GroupMetadata: coordinatorRecord(2, "GroupMetadata", GroupMetadataKey, GroupMetadataValue),
  ConsumerGroupMetadata: coordinatorRecord(
    3,
    "ConsumerGroupMetadata",
    ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue,
  ),
  ConsumerGroupPartitionMetadata: coordinatorRecord(
    4,
    "ConsumerGroupPartitionMetadata",
    ConsumerGroupPartitionMetadataKey,
    ConsumerGroupPartitionMetadataValue,
  ),
  ConsumerGroupMemberMetadata: coordinatorRecord(
    5,
    "ConsumerGroupMemberMetadata",
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue,
  ),
  ConsumerGroupTargetAssignmentMetadata: coordinatorRecord(
    6,
    "ConsumerGroupTargetAssignmentMetadata",
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
  ),
  ConsumerGroupTargetAssignmentMember: coordinatorRecord(
    7,
    "ConsumerGroupTargetAssignmentMember",
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue,
  ),
  ConsumerGroupCurrentMemberAssignment: coordinatorRecord(
    8,
    "ConsumerGroupCurrentMemberAssignment",
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupCurrentMemberAssignmentValue,
  ),
  ShareGroupMemberMetadata: coordinatorRecord(
    10,
    "ShareGroupMemberMetadata",
    ShareGroupMemberMetadataKey,
    ShareGroupMemberMetadataValue,
  ),
  ShareGroupMetadata: coordinatorRecord(11, "ShareGroupMetadata", ShareGroupMetadataKey, ShareGroupMetadataValue),
  ShareGroupTargetAssignmentMetadata: coordinatorRecord(
    12,
    "ShareGroupTargetAssignmentMetadata",
    ShareGroupTargetAssignmentMetadataKey,
    ShareGroupTargetAssignmentMetadataValue,
  ),
  ShareGroupTargetAssignmentMember: coordinatorRecord(
    13,
    "ShareGroupTargetAssignmentMember",
    ShareGroupTargetAssignmentMemberKey,
    ShareGroupTargetAssignmentMemberValue,
  ),
  ShareGroupCurrentMemberAssignment: coordinatorRecord(
    14,
    "ShareGroupCurrentMemberAssignment",
    ShareGroupCurrentMemberAssignmentKey,
    ShareGroupCurrentMemberAssignmentValue,
  ),
  ShareGroupStatePartitionMetadata: coordinatorRecord(
    15,
    "ShareGroupStatePartitionMetadata",
    ShareGroupStatePartitionMetadataKey,
    ShareGroupStatePartitionMetadataValue,
  ),
  ConsumerGroupRegularExpression: coordinatorRecord(
    16,
    "ConsumerGroupRegularExpression",
    ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue,
  ),
  StreamsGroupMetadata: coordinatorRecord(
    17,
    "StreamsGroupMetadata",
    StreamsGroupMetadataKey,
    StreamsGroupMetadataValue,
  ),
  StreamsGroupMemberMetadata: coordinatorRecord(
    19,
    "StreamsGroupMemberMetadata",
    StreamsGroupMemberMetadataKey,
    StreamsGroupMemberMetadataValue,
  ),
  StreamsGroupTargetAssignmentMetadata: coordinatorRecord(
    20,
    "StreamsGroupTargetAssignmentMetadata",
    StreamsGroupTargetAssignmentMetadataKey,
    StreamsGroupTargetAssignmentMetadataValue,
  ),
  StreamsGroupTargetAssignmentMember: coordinatorRecord(
    21,
    "StreamsGroupTargetAssignmentMember",
    StreamsGroupTargetAssignmentMemberKey,
    StreamsGroupTargetAssignmentMemberValue,
  ),
  StreamsGroupCurrentMemberAssignment: coordinatorRecord(
    22,
    "StreamsGroupCurrentMemberAssignment",
    StreamsGroupCurrentMemberAssignmentKey,
    StreamsGroupCurrentMemberAssignmentValue,
  ),
  StreamsGroupTopology: coordinatorRecord(
    23,
    "StreamsGroupTopology",
    StreamsGroupTopologyKey,
    StreamsGroupTopologyValue,
  ),
} as const;
