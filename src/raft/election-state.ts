import { isUuid, type Uuid, ZERO_UUID } from "../base/uuid.js";
import { asciiBytes, asciiText } from "../storage/checkpoint-file.js";
import type { ReplicaKey } from "./voter-set.js";

/** What must be durable before anybody is told anything that depends on it (Kafka: ElectionState). */
export interface ElectionState {
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly voted: ReplicaKey | null;
}

export const FIRST_ELECTION: ElectionState = { epoch: 0, leaderId: null, voted: null };

export function sameElection(a: ElectionState, b: ElectionState): boolean {
  return a.leaderId === b.leaderId && sameVote(a, b);
}

/** Whether they have the same epoch and vote, which is what binds. */
export function sameVote(a: ElectionState, b: ElectionState): boolean {
  return a.epoch === b.epoch && a.voted?.id === b.voted?.id && a.voted?.directoryId === b.voted?.directoryId;
}

/** The file `quorum-state`, one line of JSON: version 0 under kraft.version 0, else version 1 (KIP-853). */
export function encodeQuorumState(
  election: ElectionState,
  kraftVersion: number,
  clusterId: string,
  voterIds: readonly number[],
): Uint8Array {
  const { epoch, leaderId, voted } = election;
  const fields =
    kraftVersion === 0
      ? {
          clusterId,
          leaderId: leaderId ?? -1,
          leaderEpoch: epoch,
          votedId: voted?.id ?? -1,
          appliedOffset: 0,
          currentVoters: voterIds.map((voterId) => ({ voterId })),
          data_version: 0,
        }
      : {
          leaderId: leaderId ?? -1,
          leaderEpoch: epoch,
          votedId: voted?.id ?? -1,
          votedDirectoryId: voted?.directoryId ?? ZERO_UUID,
          data_version: 1,
        };
  return asciiBytes(JSON.stringify(fields));
}

/** Null when it is no such file. */
export function decodeQuorumState(bytes: Uint8Array): ElectionState | null {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(asciiText(bytes)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof fields !== "object" || fields === null) return null;
  const { leaderId, leaderEpoch, votedId, votedDirectoryId, data_version: version } = fields;
  if (version !== 0 && version !== 1) return null;
  if (!isInt(leaderId) || !isInt(leaderEpoch) || !isInt(votedId) || leaderEpoch < 0) return null;
  const directoryId: Uuid =
    typeof votedDirectoryId === "string" && isUuid(votedDirectoryId) ? votedDirectoryId : ZERO_UUID;
  return {
    epoch: leaderEpoch,
    leaderId: leaderId < 0 ? null : leaderId,
    voted: votedId < 0 ? null : { id: votedId, directoryId },
  };
}

function isInt(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}
