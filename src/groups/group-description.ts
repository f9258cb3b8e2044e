import { EMPTY_BYTES } from "../base/bytes.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly groupState: string;
  readonly groupType: string;
}

export interface DescribedGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly DescribedMember[];
}

export interface DescribedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Uint8Array;
  readonly memberAssignment: Uint8Array;
}

/** From this version of DescribeGroups on a group that is not there is an error (KIP-1043). */
const GROUP_NOT_FOUND_VERSION = 6;

/** Filters are Kafka's names, in any case; empty: everything. */
export function matches(group: ClassicGroup, states: readonly string[], types: readonly string[]): boolean {
  const isWantedState = states.length === 0 || states.some((state) => isSame(state, group.state));
  return isWantedState && (types.length === 0 || types.some((type) => isSame(type, group.type)));
}

export function listed(group: ClassicGroup): ListedGroup {
  return {
    groupId: group.groupId,
    protocolType: group.protocolType ?? "",
    groupState: group.state,
    groupType: group.type,
  };
}

/** What members told the leader is shown of a stable group only: before, the protocol is not chosen. */
export function described(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === "Stable";
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? "",
    protocolData: isStable ? (group.protocolName ?? "") : "",
    members: Array.from(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: (isStable ? member.metadata(group.protocolName) : null) ?? EMPTY_BYTES,
      memberAssignment: member.assignment,
    })),
  };
}

export function notDescribed(groupId: string, errorCode: number): DescribedGroup {
  return {
    errorCode,
    errorMessage: null,
    groupId,
    groupState: "",
    protocolType: "",
    protocolData: "",
    members: [],
  };
}

export function notFound(groupId: string, version: number): DescribedGroup {
  const isError = version >= GROUP_NOT_FOUND_VERSION;
  return {
    ...notDescribed(groupId, isError ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE),
    errorMessage: isError ? `Group ${groupId} not found.` : null,
    groupState: "Dead",
  };
}

function isSame(filter: string, name: string): boolean {
  return filter.trim().toLowerCase() === name.toLowerCase();
}
