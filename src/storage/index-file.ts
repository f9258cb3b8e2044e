import { assert } from "../base/assert.js";
import type { Disk, DiskFile } from "../ports/index.js";

/**
 * A file of fixed-size entries beside a segment. Entries are kept in the file's own form, are read when first needed and
 * can be let go again; what was appended or cut reaches the file at `save`, which the log calls every few seconds, at roll
 * and at close. A loss of what was not saved is repaired by recovery.
 */
export class IndexFile {
  path: string;
  readonly entryBytes: number;
  /** Entries, saved or not. */
  count: number;
  protected readonly disk: Disk;
  /** Null: not in memory; all `count` entries are in the file then. */
  protected bytes: Uint8Array | null;
  /** The first so many entries are in the file. */
  private savedCount: number;
  /** Entries that the file holds; more than `savedCount` after a cut. */
  private fileCount: number;
  private fileExists: boolean;

  constructor(disk: Disk, path: string, entryBytes: number) {
    this.disk = disk;
    this.path = path;
    this.entryBytes = entryBytes;
    this.count = 0;
    this.bytes = EMPTY;
    this.savedCount = 0;
    this.fileCount = 0;
    this.fileExists = false;
  }

  /** Takes over an existing file without reading it. Answers false when there is none. */
  attach(): boolean {
    if (!this.disk.exists(this.path)) return false;
    const file = this.disk.open(this.path, false);
    const size = file.size();
    file.close();
    this.fileExists = true;
    this.count = Math.floor(size / this.entryBytes);
    this.savedCount = this.count;
    this.fileCount = Math.ceil(size / this.entryBytes);
    this.bytes = this.count === 0 ? EMPTY : null;
    return true;
  }

  /** The entries as bytes; reads the file if need be. Only the first `count` entries mean something. */
  loaded(): Uint8Array {
    if (this.bytes !== null) return this.bytes;
    const all = this.disk.readFile(this.path);
    assert(all.length >= this.count * this.entryBytes, "an index file shrank while it was in use");
    this.bytes = all;
    return all;
  }

  /** The last entry as bytes, read alone where the others are not in memory; null when there is none. */
  lastEntry(): Uint8Array | null {
    if (this.count === 0) return null;
    const from = (this.count - 1) * this.entryBytes;
    if (this.bytes !== null) return this.bytes.subarray(from, from + this.entryBytes);
    const entry = new Uint8Array(this.entryBytes);
    const file = this.disk.open(this.path, false);
    file.readSync(entry, 0, this.entryBytes, from);
    file.close();
    return entry;
  }

  /** Lets the memory go, if all is in the file. */
  release(): void {
    if (this.savedCount === this.count && this.fileCount === this.count && this.count > 0) this.bytes = null;
  }

  /** Room for one more entry; answers where it starts. The caller fills it in. */
  protected extend(): number {
    let bytes = this.loaded();
    const at = this.count * this.entryBytes;
    if (at + this.entryBytes > bytes.length) {
      const grown = new Uint8Array(Math.max(this.entryBytes * 32, bytes.length * 2));
      grown.set(bytes.subarray(0, at));
      bytes = grown;
      this.bytes = grown;
    }
    this.count++;
    return at;
  }

  /** Keeps the first `count` entries. */
  cut(count: number): void {
    assert(count <= this.count, "an index is cut, not extended");
    this.count = count;
    if (this.savedCount > count) this.savedCount = count;
    if (count === 0) this.bytes = EMPTY;
  }

  get isSaved(): boolean {
    return this.fileExists && this.savedCount === this.count && this.fileCount === this.count;
  }

  get isSavedOrEmpty(): boolean {
    return this.isSaved || (this.count === 0 && !this.fileExists);
  }

  /** Brings the file to what is in memory. Throws DiskError. */
  save(): void {
    if (this.isSaved) return;
    const file = this.disk.open(this.path, true);
    try {
      this.saveTo(file);
    } finally {
      file.close();
    }
  }

  /** As `save`, but where there are no entries there is no file either. */
  saveUnlessEmpty(): void {
    if (this.count > 0) this.save();
    else if (this.fileExists) this.remove();
  }

  private saveTo(file: DiskFile): void {
    this.fileExists = true;
    if (this.fileCount > this.savedCount) {
      file.truncate(this.savedCount * this.entryBytes);
      this.fileCount = this.savedCount;
    }
    if (this.count > this.savedCount) {
      const from = this.savedCount * this.entryBytes;
      file.writeSync(this.loaded().slice(from, this.count * this.entryBytes), from);
      this.savedCount = this.count;
      this.fileCount = this.count;
    }
  }

  /** Forgets all entries and the file. */
  remove(): void {
    this.disk.remove(this.path);
    this.count = 0;
    this.savedCount = 0;
    this.fileCount = 0;
    this.fileExists = false;
    this.bytes = EMPTY;
  }
}

const EMPTY = new Uint8Array(0);
