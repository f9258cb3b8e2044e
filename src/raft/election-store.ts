import type { Disk, DiskError } from "../ports/index.js";
import { StorageError } from "../storage/storage-error.js";
import { decodeQuorumState, type ElectionState, FIRST_ELECTION, sameElection, sameVote } from "./election-state.js";

/** Something that waits until an election state is durable. */
interface Held {
  readonly version: number;
  readonly release: () => void;
}

export interface ElectionStoreOwner {
  /** The bytes of the file for this state. */
  encodeElection(election: ElectionState): Uint8Array;
  onElectionStored(): void;
  onElectionStoreFailed(error: DiskError): void;
}

/**
 * The file `quorum-state`: what this replica voted and whom it follows. Whatever depends on a state is held back until that is on the disk
 * (Kafka waits for the disk instead). One write is under way at a time; the next one writes the latest state.
 *
 * Epoch and vote bind: nothing may be told before they are durable. Who leads is only kept to find the leader sooner: who forgets it may
 * vote in that epoch again, but for nobody who could be elected, since a majority has voted for the leader and keeps to it.
 */
export class ElectionStore {
  private readonly disk: Disk;
  private readonly path: string;
  private readonly owner: ElectionStoreOwner;
  private current: ElectionState;
  private version: number;
  /** The latest version that changed what binds. */
  private bindingVersion: number;
  private durableVersion: number;
  private isWriting: boolean;
  private isStopped: boolean;
  private held: Held[];

  constructor(disk: Disk, directory: string, owner: ElectionStoreOwner) {
    this.disk = disk;
    this.path = `${directory}/quorum-state`;
    this.owner = owner;
    this.current = FIRST_ELECTION;
    this.version = 0;
    this.bindingVersion = 0;
    this.durableVersion = 0;
    this.isWriting = false;
    this.isStopped = false;
    this.held = [];
  }

  /** The latest state, on the disk or on its way there. */
  get election(): ElectionState {
    return this.current;
  }

  /** Whether what binds in the latest state is on the disk. */
  get isDurable(): boolean {
    return this.durableVersion >= this.bindingVersion;
  }

  /** Whether all of the latest state is on the disk. */
  get isSettled(): boolean {
    return this.durableVersion === this.version;
  }

  /** Throws StorageError where the file cannot be read, and DiskError. */
  load(): ElectionState {
    if (!this.disk.exists(this.path)) return this.current;
    const election = decodeQuorumState(this.disk.readFile(this.path));
    if (election === null) {
      throw new StorageError(
        "DAMAGED",
        this.path,
        `The file ${this.path}, which holds the votes of this node, cannot be read. With other controllers running, remove its directory and start again: it is copied from them.`,
      );
    }
    this.current = election;
    return election;
  }

  /** Takes note of the state that applies from now on, and writes it where it is new. */
  note(election: ElectionState): void {
    if (sameElection(election, this.current)) return;
    const isBinding = !sameVote(election, this.current);
    this.current = election;
    this.version++;
    if (isBinding) this.bindingVersion = this.version;
    this.write();
  }

  /** Calls `release` once what binds in the latest state is on the disk: now, if it is. */
  after(release: () => void): void {
    if (this.isDurable) release();
    else this.held.push({ version: this.bindingVersion, release });
  }

  stop(): void {
    this.isStopped = true;
    this.held = [];
  }

  private write(): void {
    if (this.isWriting || this.isStopped) return;
    this.isWriting = true;
    const { version } = this;
    const bytes = this.owner.encodeElection(this.current);
    this.disk.writeFileAtomically(this.path, bytes, { onDiskDone: (error) => this.onWritten(version, error) });
  }

  private onWritten(version: number, error: DiskError | null): void {
    this.isWriting = false;
    if (this.isStopped) return;
    if (error !== null) {
      this.owner.onElectionStoreFailed(error);
      return;
    }
    this.durableVersion = version;
    if (version !== this.version) this.write();
    const held = this.held;
    this.held = [];
    for (const each of held) {
      if (each.version <= version) each.release();
      else this.held.push(each);
    }
    this.owner.onElectionStored();
  }
}
