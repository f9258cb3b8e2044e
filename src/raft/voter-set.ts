import { type Uuid, ZERO_UUID } from "../base/uuid.js";
import type { HostPort } from "../config/node-config.js";
import type { VotersRecord } from "../protocol/raft/voters.js";

export interface RaftEndpoint extends HostPort {
  /** Of the listener, upper case. */
  readonly name: string;
}

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** A replica of the metadata log: a node with one of its directories. `directoryId` is ZERO_UUID where nobody told it. */
export interface ReplicaKey {
  readonly id: number;
  readonly directoryId: Uuid;
}

export interface Voter extends ReplicaKey {
  /** The first that matters is that of the quorum's listener. */
  readonly endpoints: readonly RaftEndpoint[];
  readonly kraftVersions: VersionRange;
}

/** What this release can do. */
export const KRAFT_VERSIONS: VersionRange = { min: 0, max: 1 };

export function sameReplica(a: ReplicaKey, b: ReplicaKey): boolean {
  return a.id === b.id && a.directoryId === b.directoryId;
}

/** Immutable; voters by rising id. */
export class VoterSet {
  readonly voters: readonly Voter[];
  readonly ids: readonly number[];

  constructor(voters: readonly Voter[]) {
    this.voters = [...voters].sort((a, b) => a.id - b.id);
    this.ids = this.voters.map((voter) => voter.id);
  }

  static fromRecord(record: VotersRecord): VoterSet {
    return new VoterSet(
      record.voters.map((voter) => ({
        id: voter.voterId,
        directoryId: voter.voterDirectoryId,
        endpoints: voter.endpoints.map(({ name, host, port }) => ({ name, host, port })),
        kraftVersions: {
          min: voter.kRaftVersionFeature.minSupportedVersion,
          max: voter.kRaftVersionFeature.maxSupportedVersion,
        },
      })),
    );
  }

  toRecord(): VotersRecord {
    return {
      version: 0,
      voters: this.voters.map((voter) => ({
        voterId: voter.id,
        voterDirectoryId: voter.directoryId,
        endpoints: voter.endpoints.map(({ name, host, port }) => ({ name, host, port })),
        kRaftVersionFeature: {
          minSupportedVersion: voter.kraftVersions.min,
          maxSupportedVersion: voter.kraftVersions.max,
        },
      })),
    };
  }

  get size(): number {
    return this.voters.length;
  }

  get majority(): number {
    return Math.floor(this.voters.length / 2) + 1;
  }

  find(id: number): Voter | undefined {
    return this.voters.find((voter) => voter.id === id);
  }

  /** A voter whose directory the set does not know is matched by its id. */
  isVoter(key: ReplicaKey): boolean {
    const voter = this.find(key.id);
    return voter !== undefined && (voter.directoryId === ZERO_UUID || voter.directoryId === key.directoryId);
  }

  /** Place of the voter by id; −1 when it is none. */
  indexOf(id: number): number {
    return this.ids.indexOf(id);
  }

  endpointsOf(id: number): readonly RaftEndpoint[] {
    return this.find(id)?.endpoints ?? [];
  }

  with(voter: Voter): VoterSet {
    return new VoterSet([...this.voters.filter((other) => other.id !== voter.id), voter]);
  }

  without(id: number): VoterSet {
    return new VoterSet(this.voters.filter((voter) => voter.id !== id));
  }
}

/** Whether the set says something else of the voter than `voter` does. */
export function needsUpdate(set: VoterSet, voter: Voter): boolean {
  const known = set.find(voter.id);
  if (known === undefined || known.directoryId !== voter.directoryId) return false;
  if (known.kraftVersions.min !== voter.kraftVersions.min || known.kraftVersions.max !== voter.kraftVersions.max) {
    return true;
  }
  if (known.endpoints.length !== voter.endpoints.length) return true;
  return voter.endpoints.some((endpoint) => {
    const other = known.endpoints.find((one) => one.name === endpoint.name);
    return other === undefined || other.host !== endpoint.host || other.port !== endpoint.port;
  });
}
