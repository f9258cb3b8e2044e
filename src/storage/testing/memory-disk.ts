import {
  type DirectoryEntry,
  type Disk,
  type DiskCompletion,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskReadCompletion,
} from "../../ports/index.js";

/** The bytes of one file of a MemoryDisk. */
class MemoryNode {
  bytes: Uint8Array;
  length: number;
  modifiedMs: number;

  constructor() {
    this.bytes = new Uint8Array(64);
    this.length = 0;
    this.modifiedMs = 0;
  }

  resize(length: number): void {
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    if (length < this.length) this.bytes.fill(0, length, this.length);
    this.length = length;
  }
}

/**
 * A disk in memory for tests. Asynchronous operations take effect and report when `runOne` or `runAll` is called, or by
 * themselves where `schedule` was given (it is handed each operation once, in order). A crash of the process is a new
 * MemoryDisk over the same `files` (`afterCrash`); what was not run is lost then.
 */
export class MemoryDisk implements Disk {
  readonly files: Map<string, MemoryNode>;
  readonly folders: Set<string>;
  readonly locks: Set<string>;
  /** Operations that wait, in order. */
  readonly waiting: { name: string; path: string; run(): void }[];
  schedule: ((run: () => void) => void) | null;
  /** Called before each operation; a DiskError that it returns is that operation's outcome. */
  fail: ((name: string, path: string) => DiskError | null) | null;
  nowMs: number;
  boot: string;
  /** Counts by operation name, for tests that bound them. */
  readonly counts: Map<string, number>;
  openFiles: number;

  constructor(files: Map<string, MemoryNode> = new Map(), folders: Set<string> = new Set(["/"])) {
    this.files = files;
    this.folders = folders;
    this.locks = new Set();
    this.waiting = [];
    this.schedule = null;
    this.fail = null;
    this.nowMs = 0;
    this.boot = "boot-1";
    this.counts = new Map();
    this.openFiles = 0;
  }

  /** The disk as a new process finds it. */
  afterCrash(): MemoryDisk {
    const disk = new MemoryDisk(this.files, this.folders);
    disk.boot = this.boot;
    disk.nowMs = this.nowMs;
    return disk;
  }

  /** Runs the operation that has waited longest; false when none waits. */
  runOne(): boolean {
    const operation = this.waiting.shift();
    if (operation === undefined) return false;
    operation.run();
    return true;
  }

  /** Runs until nothing waits. */
  runAll(): void {
    while (this.runOne()) {}
  }

  start(name: string, path: string, run: () => void): void {
    if (this.schedule !== null) this.schedule(run);
    else this.waiting.push({ name, path, run });
  }

  check(name: string, path: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    const error = this.fail?.(name, path) ?? null;
    if (error !== null) throw error;
  }

  node(path: string): MemoryNode {
    const node = this.files.get(path);
    if (node === undefined) throw new DiskError("ENOENT", path, `no such file: ${path}`);
    return node;
  }

  private requireParent(path: string): void {
    const parent = path.slice(0, Math.max(1, path.lastIndexOf("/")));
    if (!this.folders.has(parent)) throw new DiskError("ENOENT", path, `no such directory: ${parent}`);
  }

  list(directory: string): DirectoryEntry[] {
    this.check("list", directory);
    if (!this.folders.has(directory)) throw new DiskError("ENOENT", directory, `no such directory: ${directory}`);
    const prefix = directory === "/" ? "/" : `${directory}/`;
    const entries: DirectoryEntry[] = [];
    for (const path of this.files.keys()) {
      if (path.startsWith(prefix) && !path.includes("/", prefix.length)) {
        entries.push({ name: path.slice(prefix.length), isDirectory: false });
      }
    }
    for (const path of this.folders) {
      if (path.length > prefix.length && path.startsWith(prefix) && !path.includes("/", prefix.length)) {
        entries.push({ name: path.slice(prefix.length), isDirectory: true });
      }
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(path: string): boolean {
    return this.files.has(path) || this.folders.has(path);
  }

  makeDirectory(path: string): void {
    this.check("makeDirectory", path);
    for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) this.folders.add(path.slice(0, at));
    this.folders.add(path);
  }

  rename(from: string, to: string): void {
    this.check("rename", from);
    const file = this.files.get(from);
    if (file !== undefined) {
      this.files.delete(from);
      this.files.set(to, file);
      return;
    }
    if (!this.folders.has(from)) throw new DiskError("ENOENT", from, `no such file: ${from}`);
    for (const folder of [...this.folders]) {
      if (folder === from || folder.startsWith(`${from}/`)) {
        this.folders.delete(folder);
        this.folders.add(to + folder.slice(from.length));
      }
    }
    for (const [path, node] of [...this.files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), node);
    }
  }

  remove(path: string): void {
    this.check("remove", path);
    this.files.delete(path);
  }

  removeTree(path: string, completion: DiskCompletion): void {
    this.start("removeTree", path, () => {
      const error = this.attempt("removeTree", path, () => {
        for (const file of [...this.files.keys()]) if (file.startsWith(`${path}/`)) this.files.delete(file);
        for (const folder of [...this.folders]) {
          if (folder === path || folder.startsWith(`${path}/`)) this.folders.delete(folder);
        }
      });
      completion.onDiskDone(error);
    });
  }

  readFile(path: string): Uint8Array {
    this.check("readFile", path);
    const node = this.node(path);
    return node.bytes.slice(0, node.length);
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    this.start("writeFileAtomically", path, () => {
      completion.onDiskDone(this.attempt("writeFileAtomically", path, () => this.replace(path, bytes)));
    });
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    this.check("writeFileAtomicallySync", path);
    this.replace(path, bytes);
  }

  private replace(path: string, bytes: Uint8Array): void {
    this.requireParent(path);
    const node = new MemoryNode();
    node.bytes = bytes.slice();
    node.length = bytes.length;
    node.modifiedMs = this.nowMs;
    this.files.set(path, node);
  }

  open(path: string, create: boolean): DiskFile {
    this.check("open", path);
    let node = this.files.get(path);
    if (node === undefined) {
      if (!create) throw new DiskError("ENOENT", path, `no such file: ${path}`);
      this.requireParent(path);
      node = new MemoryNode();
      node.modifiedMs = this.nowMs;
      this.files.set(path, node);
    }
    this.openFiles++;
    return new MemoryFile(this, path, node);
  }

  syncDirectory(path: string, completion: DiskCompletion): void {
    this.start("syncDirectory", path, () => completion.onDiskDone(this.attempt("syncDirectory", path, () => {})));
  }

  syncDirectorySync(path: string): void {
    const error = this.attempt("syncDirectory", path, () => {});
    if (error !== null) throw error;
  }

  lock(directory: string): DiskLock {
    if (this.locks.has(directory)) throw new DiskError("ELOCKED", directory, `locked: ${directory}`);
    this.locks.add(directory);
    return { release: () => this.locks.delete(directory) };
  }

  space(): null {
    return null;
  }

  bootId(): string {
    return this.boot;
  }

  attempt(name: string, path: string, run: () => void): DiskError | null {
    try {
      this.check(name, path);
      run();
      return null;
    } catch (error) {
      if (error instanceof DiskError) return error;
      throw error;
    }
  }
}

class MemoryFile implements DiskFile {
  readonly path: string;
  private readonly disk: MemoryDisk;
  private readonly node: MemoryNode;
  private isOpen: boolean;

  constructor(disk: MemoryDisk, path: string, node: MemoryNode) {
    this.path = path;
    this.disk = disk;
    this.node = node;
    this.isOpen = true;
  }

  size(): number {
    return this.node.length;
  }

  modifiedMs(): number {
    return this.node.modifiedMs;
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    this.disk.check("readSync", this.path);
    return this.copy(into, at, length, position);
  }

  private copy(into: Uint8Array, at: number, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.node.length - position));
    into.set(this.node.bytes.subarray(position, position + count), at);
    return count;
  }

  writeSync(bytes: Uint8Array, position: number): void {
    this.disk.check("writeSync", this.path);
    this.put(bytes, position);
  }

  private put(bytes: Uint8Array, position: number): void {
    if (position + bytes.length > this.node.length) this.node.resize(position + bytes.length);
    this.node.bytes.set(bytes, position);
    this.node.modifiedMs = this.disk.nowMs;
  }

  truncate(length: number): void {
    this.disk.check("truncate", this.path);
    this.node.resize(length);
  }

  syncSync(): void {
    this.disk.check("syncSync", this.path);
  }

  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.disk.start("read", this.path, () => {
      let count = 0;
      const error = this.disk.attempt("read", this.path, () => {
        count = this.copy(into, 0, into.length, position);
      });
      completion.onDiskRead(error, count);
    });
  }

  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.disk.start("write", this.path, () => {
      const error = this.disk.attempt("write", this.path, () => {
        let at = position;
        for (const chunk of chunks) {
          this.put(chunk, at);
          at += chunk.length;
        }
      });
      completion.onDiskDone(error);
    });
  }

  sync(completion: DiskCompletion): void {
    this.disk.start("sync", this.path, () => completion.onDiskDone(this.disk.attempt("sync", this.path, () => {})));
  }

  close(): void {
    if (this.isOpen) this.disk.openFiles--;
    this.isOpen = false;
  }
}
