import type { Uuid } from "../base/uuid.js";
import type { JoinGroupRequest, JoinGroupResponse } from "../protocol/messages/11-join-group.js";
import type { HeartbeatRequest, HeartbeatResponse } from "../protocol/messages/12-heartbeat.js";
import type { LeaveGroupRequest, LeaveGroupResponse } from "../protocol/messages/13-leave-group.js";
import type { SyncGroupRequest, SyncGroupResponse } from "../protocol/messages/14-sync-group.js";
import type { Input } from "../protocol/schema.js";

/** Of whom a request comes. */
export interface GroupClient {
  readonly clientId: string;
  /** Kafka's form: "/" and the address. */
  readonly clientHost: string;
  /** Of the request. */
  readonly version: number;
}

/** Gets the one answer to a request, now or later. */
export type Reply<R> = (response: R) => void;

export type JoinRequest = JoinGroupRequest;
export type JoinResponse = Input<typeof JoinGroupResponse>;
export type SyncRequest = SyncGroupRequest;
export type SyncResponse = Input<typeof SyncGroupResponse>;
export type HeartbeatBody = HeartbeatRequest;
export type HeartbeatAnswer = Input<typeof HeartbeatResponse>;
export type LeaveRequest = LeaveGroupRequest;
export type LeaveResponse = Input<typeof LeaveGroupResponse>;

/** Positions to commit, as the handler has checked them: the topics and partitions exist. */
export interface CommitRequest {
  readonly groupId: string;
  readonly generationIdOrMemberEpoch: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** −1: as the broker is configured. */
  readonly retentionTimeMs: number;
  readonly topics: readonly CommitTopic[];
}

export interface CommitTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly committedLeaderEpoch: number;
    readonly committedMetadata: string | null;
  }[];
}

export interface CommitTopicResult {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[];
}

export interface FetchTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionIndexes: readonly number[];
}

/** Positions to read; `topics` null: all that the group has. */
export interface FetchRequest {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly topics: readonly FetchTopic[] | null;
}

export interface FetchedTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: FetchedOffset[];
}

export interface FetchedOffset {
  readonly partitionIndex: number;
  /** −1: none. */
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface FetchResult {
  readonly groupId: string;
  readonly errorCode: number;
  readonly topics: readonly FetchedTopic[];
}
