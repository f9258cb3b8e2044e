import {
  type DirectoryEntry,
  type Disk,
  type DiskCompletion,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskReadCompletion,
} from "../ports/index.js";

const BLOCK_BYTES = 65536;
const SMALL_BYTES = 1024;

/**
 * The bytes of one file, in blocks: a log that grows is never copied. Small files (most are: indexes, checkpoints) have one block that
 * grows by doubling.
 */
class MemoryNode {
  readonly blocks: Uint8Array[];
  length: number;
  modifiedMs: number;

  constructor(modifiedMs: number) {
    this.blocks = [];
    this.length = 0;
    this.modifiedMs = modifiedMs;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.reserve(end);
    for (let from = 0; from < bytes.length; ) {
      const at = position + from;
      const inBlock = at % BLOCK_BYTES;
      const count = Math.min(bytes.length - from, BLOCK_BYTES - inBlock);
      this.blocks[Math.floor(at / BLOCK_BYTES)].set(bytes.subarray(from, from + count), inBlock);
      from += count;
    }
    if (end > this.length) this.length = end;
  }

  read(into: Uint8Array, at: number, length: number, position: number): number {
    const total = Math.max(0, Math.min(length, this.length - position));
    for (let done = 0; done < total; ) {
      const from = position + done;
      const inBlock = from % BLOCK_BYTES;
      const count = Math.min(total - done, BLOCK_BYTES - inBlock);
      into.set(this.blocks[Math.floor(from / BLOCK_BYTES)].subarray(inBlock, inBlock + count), at + done);
      done += count;
    }
    return total;
  }

  /** Cuts, or extends with zeros. */
  resize(length: number): void {
    if (length < this.length) {
      this.blocks.length = Math.ceil(length / BLOCK_BYTES);
      const last = length % BLOCK_BYTES;
      if (last > 0) this.blocks[this.blocks.length - 1].fill(0, last);
    } else {
      this.reserve(length);
    }
    this.length = length;
  }

  private reserve(end: number): void {
    const count = Math.ceil(end / BLOCK_BYTES);
    for (let i = 0; i < count; i++) {
      const wanted = i === count - 1 && count === 1 ? sizeFor(end) : BLOCK_BYTES;
      const block = this.blocks[i];
      if (block !== undefined && block.length >= wanted) continue;
      const grown = new Uint8Array(wanted);
      if (block !== undefined) grown.set(block);
      this.blocks[i] = grown;
    }
  }
}

function sizeFor(bytes: number): number {
  let size = SMALL_BYTES;
  while (size < bytes) size *= 2;
  return Math.min(size, BLOCK_BYTES);
}

/**
 * A disk in memory, for clusters within a process whose data is thrown away. It has what a machine's disk has: it outlives the broker
 * that uses it (a killed one's successor finds what was written), and asynchronous operations report in a later turn. Nothing of it is
 * lost but with the process itself, so a sync has nothing to do.
 */
export class MemoryDisk implements Disk {
  private readonly files: Map<string, MemoryNode>;
  private readonly folders: Set<string>;
  private readonly locks: Set<string>;
  private readonly boot: string;
  private waiting: (() => void)[];

  constructor(boot: string) {
    this.files = new Map();
    this.folders = new Set(["/"]);
    this.locks = new Set();
    this.boot = boot;
    this.waiting = [];
  }

  /** As after a broker that never let go: the next one may have its directories. */
  releaseLocks(): void {
    this.locks.clear();
  }

  /** Empties it: what a lost disk leaves. */
  wipe(): void {
    this.files.clear();
    this.folders.clear();
    this.folders.add("/");
    this.locks.clear();
  }

  list(directory: string): DirectoryEntry[] {
    if (!this.folders.has(directory)) throw missing(directory);
    const prefix = directory === "/" ? "/" : `${directory}/`;
    const entries: DirectoryEntry[] = [];
    const add = (path: string, isDirectory: boolean): void => {
      if (path.length > prefix.length && path.startsWith(prefix) && !path.includes("/", prefix.length)) {
        entries.push({ name: path.slice(prefix.length), isDirectory });
      }
    };
    for (const path of this.files.keys()) add(path, false);
    for (const path of this.folders) add(path, true);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(path: string): boolean {
    return this.files.has(path) || this.folders.has(path);
  }

  makeDirectory(path: string): void {
    for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) this.folders.add(path.slice(0, at));
    this.folders.add(path);
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from);
    if (file !== undefined) {
      this.files.delete(from);
      this.files.set(to, file);
      return;
    }
    if (!this.folders.has(from)) throw missing(from);
    for (const folder of [...this.folders]) {
      if (folder !== from && !folder.startsWith(`${from}/`)) continue;
      this.folders.delete(folder);
      this.folders.add(to + folder.slice(from.length));
    }
    for (const [path, node] of [...this.files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), node);
    }
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  removeTree(path: string, completion: DiskCompletion): void {
    this.later(() => {
      for (const file of [...this.files.keys()]) if (file.startsWith(`${path}/`)) this.files.delete(file);
      for (const folder of [...this.folders]) {
        if (folder === path || folder.startsWith(`${path}/`)) this.folders.delete(folder);
      }
      completion.onDiskDone(null);
    });
  }

  readFile(path: string): Uint8Array {
    const node = this.files.get(path);
    if (node === undefined) throw missing(path);
    const bytes = new Uint8Array(node.length);
    node.read(bytes, 0, node.length, 0);
    return bytes;
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    const copy = bytes.slice();
    this.later(() => completion.onDiskDone(attempt(() => this.writeFileAtomicallySync(path, copy))));
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    this.requireParent(path);
    const node = new MemoryNode(Date.now());
    node.write(bytes, 0);
    this.files.set(path, node);
  }

  open(path: string, create: boolean): DiskFile {
    let node = this.files.get(path);
    if (node === undefined) {
      if (!create) throw missing(path);
      this.requireParent(path);
      node = new MemoryNode(Date.now());
      this.files.set(path, node);
    }
    return new MemoryFile(this, path, node);
  }

  syncDirectory(_path: string, completion: DiskCompletion): void {
    this.later(() => completion.onDiskDone(null));
  }

  syncDirectorySync(): void {}

  lock(directory: string): DiskLock {
    if (this.locks.has(directory)) throw new DiskError("ELOCKED", directory, `${directory} is in use`);
    this.locks.add(directory);
    return { release: () => this.locks.delete(directory) };
  }

  space(): null {
    return null;
  }

  bootId(): string {
    return this.boot;
  }

  /** Of this file: runs in a later turn, in order. */
  later(run: () => void): void {
    this.waiting.push(run);
    if (this.waiting.length > 1) return;
    setImmediate(() => {
      const ready = this.waiting;
      this.waiting = [];
      for (const each of ready) each();
    });
  }

  private requireParent(path: string): void {
    const parent = path.slice(0, Math.max(1, path.lastIndexOf("/")));
    if (!this.folders.has(parent)) throw missing(parent);
  }
}

class MemoryFile implements DiskFile {
  readonly path: string;
  private readonly disk: MemoryDisk;
  private readonly node: MemoryNode;

  constructor(disk: MemoryDisk, path: string, node: MemoryNode) {
    this.path = path;
    this.disk = disk;
    this.node = node;
  }

  size(): number {
    return this.node.length;
  }

  modifiedMs(): number {
    return this.node.modifiedMs;
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    return this.node.read(into, at, length, position);
  }

  writeSync(bytes: Uint8Array, position: number): void {
    this.node.write(bytes, position);
    this.node.modifiedMs = Date.now();
  }

  truncate(length: number): void {
    this.node.resize(length);
  }

  syncSync(): void {}

  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.disk.later(() => completion.onDiskRead(null, this.node.read(into, 0, into.length, position)));
  }

  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.disk.later(() => {
      let at = position;
      for (const chunk of chunks) {
        this.node.write(chunk, at);
        at += chunk.length;
      }
      this.node.modifiedMs = Date.now();
      completion.onDiskDone(null);
    });
  }

  sync(completion: DiskCompletion): void {
    this.disk.later(() => completion.onDiskDone(null));
  }

  close(): void {}
}

function missing(path: string): DiskError {
  return new DiskError("ENOENT", path, `no such file or directory: ${path}`);
}

function attempt(run: () => void): DiskError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}
