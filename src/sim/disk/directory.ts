import type { SeededRandom } from "../../base/random.js";
import type { Inode } from "./inode.js";

export type DiskNode = Inode | Directory;

/** A change of a directory's names that the medium does not have yet; null means that the name goes. */
interface NameChange {
  readonly name: string;
  readonly node: DiskNode | null;
  /** A rename within the directory: gone and come together. */
  readonly alsoName: string | null;
}

/** The names of a directory, as the running system sees them and as the medium has them. */
export class Directory {
  readonly isDirectory = true;
  live: Map<string, DiskNode>;
  private medium: Map<string, DiskNode>;
  private pending: NameChange[];

  constructor() {
    this.live = new Map();
    this.medium = new Map();
    this.pending = [];
  }

  set(name: string, node: DiskNode): void {
    this.live.set(name, node);
    this.pending.push({ name, node, alsoName: null });
  }

  delete(name: string): void {
    this.live.delete(name);
    this.pending.push({ name, node: null, alsoName: null });
  }

  rename(from: string, to: string): void {
    const node = this.live.get(from) as DiskNode;
    this.live.delete(from);
    this.live.set(to, node);
    this.pending.push({ name: to, node, alsoName: from });
  }

  sync(): void {
    for (const change of this.pending) this.apply(change);
    this.pending = [];
  }

  /** A prefix of the pending changes reached the medium. */
  losePower(random: SeededRandom): void {
    const kept = random.below(3) === 0 ? this.pending.length : random.below(this.pending.length + 1);
    for (let i = 0; i < kept; i++) this.apply(this.pending[i]);
    this.pending = [];
    this.live = new Map(this.medium);
    for (const node of this.live.values()) {
      if (node.isDirectory) node.losePower(random);
      else node.losePower(random);
    }
  }

  private apply(change: NameChange): void {
    if (change.alsoName !== null) this.medium.delete(change.alsoName);
    if (change.node === null) this.medium.delete(change.name);
    else this.medium.set(change.name, change.node);
  }
}
