import type { SeededRandom } from "../../base/random.js";
import {
  type DirectoryEntry,
  type Disk,
  type DiskCompletion,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskReadCompletion,
} from "../../ports/index.js";
import { EVENT_DISK, SimEvent } from "../kernel/event-queue.js";
import type { Machine } from "../kernel/machine.js";
import type { ProcessResource, SimProcess } from "../kernel/process.js";
import { type Simulation, START_WALL_MS } from "../kernel/simulation.js";
import { Directory, type DiskNode } from "./directory.js";
import { Inode, type SyncRange } from "./inode.js";

/** How a disk behaves at present; faults change it. */
export interface DiskBehaviour {
  /** Typical times of one operation, microseconds. */
  readUs: number;
  writeUs: number;
  syncUs: number;
  /** Bytes that fit; writes that extend a file beyond it fail with ENOSPC. */
  capacityBytes: number;
  /** Of so many writes, reads or syncs one fails with EIO; 0 none. */
  failOneOf: number;
  /** Only syncs fail so: what the page cache took cannot be written back. */
  failOnlySyncs?: boolean;
  /** Until then (virtual microseconds) no operation completes. */
  frozenUntilUs: number;
}

/** A machine's disk: it outlives processes, and a loss of power takes from it what was not synced. */
export class SimDisk {
  readonly machine: Machine;
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly behaviour: DiskBehaviour;
  root: Directory;
  usedBytes: number;
  readonly locks: Map<string, SimProcess>;
  readonly inFlight: Set<FileOperation>;
  /** Counts renames, so that who watches a small file knows when to look. */
  renames: number;
  /** Counts of what it did to the core, for the batch's counters. */
  failuresGiven: number;

  constructor(simulation: Simulation, machine: Machine, behaviour: DiskBehaviour) {
    this.machine = machine;
    this.simulation = simulation;
    this.random = simulation.random.fork();
    this.behaviour = behaviour;
    this.root = new Directory();
    this.usedBytes = 0;
    this.locks = new Map();
    this.inFlight = new Set();
    this.renames = 0;
    this.failuresGiven = 0;
  }

  /** The port for one process. */
  portFor(process: SimProcess): Disk {
    return new SimDiskPort(this, process);
  }

  nowMs(): number {
    return Math.floor(START_WALL_MS + this.machine.wallOffsetMs + this.simulation.nowUs / 1000);
  }

  find(path: string): DiskNode | null {
    let node: DiskNode = this.root;
    let at = 1;
    while (at < path.length) {
      let end = path.indexOf("/", at);
      if (end < 0) end = path.length;
      if (!node.isDirectory) return null;
      const next: DiskNode | undefined = node.live.get(path.slice(at, end));
      if (next === undefined) return null;
      node = next;
      at = end + 1;
    }
    return node;
  }

  /** The directory that holds `path`; throws ENOENT. */
  parentOf(path: string): Directory {
    const parent = this.find(path.slice(0, Math.max(1, path.lastIndexOf("/"))));
    if (parent === null || !parent.isDirectory) throw new DiskError("ENOENT", path, `no such directory: ${path}`);
    return parent;
  }

  requireFile(path: string): Inode {
    const node = this.find(path);
    if (node === null) throw new DiskError("ENOENT", path, `no such file: ${path}`);
    if (node.isDirectory) throw new DiskError("EISDIR", path, `is a directory: ${path}`);
    return node;
  }

  /** The files below `path`, with their paths, in the order of their names. */
  *filesBelow(path: string): IterableIterator<[string, Inode]> {
    const node = this.find(path);
    if (node === null || !node.isDirectory) return;
    for (const name of [...node.live.keys()].sort()) {
      const child = node.live.get(name) as DiskNode;
      const childPath = path === "/" ? `/${name}` : `${path}/${name}`;
      if (child.isDirectory) yield* this.filesBelow(childPath);
      else yield [childPath, child];
    }
  }

  checkSpace(inode: Inode, end: number, path: string): void {
    const more = end - inode.size;
    if (more > 0 && this.usedBytes + more > this.behaviour.capacityBytes) {
      this.failuresGiven++;
      throw new DiskError("ENOSPC", path, `no space left on device: ${path}`);
    }
    if (more > 0) this.usedBytes += more;
  }

  /** Whether the next operation fails. */
  drawsFailure(isSync = false): boolean {
    const oneOf = this.behaviour.failOneOf;
    if (oneOf === 0 || (this.behaviour.failOnlySyncs === true && !isSync) || this.random.below(oneOf) !== 0)
      return false;
    this.failuresGiven++;
    return true;
  }

  delayUs(typicalUs: number): number {
    let delay = Math.floor(typicalUs * (0.5 + this.random.fraction()));
    if (this.random.below(64) === 0) delay *= 8;
    const frozen = this.behaviour.frozenUntilUs - this.simulation.nowUs;
    return Math.max(1, frozen > 0 ? delay + frozen : delay);
  }

  /** What the process had under way stops at some point of it; written bytes stay. */
  onProcessDied(process: SimProcess): void {
    for (const operation of [...this.inFlight]) {
      if (operation.process !== process) continue;
      operation.abandon(this.random);
      this.inFlight.delete(operation);
    }
    for (const [path, owner] of this.locks) if (owner === process) this.locks.delete(path);
  }

  /** After the process died. */
  losePower(): void {
    this.machine.boot++;
    this.root.losePower(this.random);
    this.recount();
  }

  /** Everything is gone: a new, empty disk. */
  wipe(): void {
    this.root = new Directory();
    this.usedBytes = 0;
  }

  recount(): void {
    let used = 0;
    for (const [, inode] of this.filesBelow("/")) used += inode.size;
    this.usedBytes = used;
  }
}

/** An operation on a file that reports in a later turn. */
abstract class FileOperation extends SimEvent {
  readonly kind = EVENT_DISK;
  protected readonly disk: SimDisk;

  constructor(disk: SimDisk, process: SimProcess) {
    super(process);
    this.disk = disk;
  }

  run(): void {
    this.disk.inFlight.delete(this);
    this.complete();
  }

  protected abstract complete(): void;
  /** The process died before it completed. */
  abstract abandon(random: SeededRandom): void;
}

class WriteOperation extends FileOperation {
  private readonly path: string;
  private readonly inode: Inode;
  private readonly position: number;
  private readonly chunks: readonly Uint8Array[];
  private readonly completion: DiskCompletion;

  constructor(
    disk: SimDisk,
    process: SimProcess,
    path: string,
    inode: Inode,
    position: number,
    chunks: readonly Uint8Array[],
    completion: DiskCompletion,
  ) {
    super(disk, process);
    this.path = path;
    this.inode = inode;
    this.position = position;
    this.chunks = chunks;
    this.completion = completion;
  }

  override detail(): number {
    return this.position;
  }

  protected complete(): void {
    let error: DiskError | null = null;
    if (this.disk.drawsFailure()) {
      this.apply(this.disk.random.below(this.length() + 1));
      error = new DiskError("EIO", this.path, `write failed: ${this.path}`);
    } else {
      try {
        this.disk.checkSpace(this.inode, this.position + this.length(), this.path);
        this.apply(this.length());
      } catch (thrown) {
        if (!(thrown instanceof DiskError)) throw thrown;
        const room = Math.max(0, this.disk.behaviour.capacityBytes - this.disk.usedBytes);
        this.apply(Math.min(room, this.length()));
        error = thrown;
      }
    }
    this.completion.onDiskDone(error);
  }

  abandon(random: SeededRandom): void {
    const fate = random.below(4);
    if (fate === 0) return;
    this.apply(fate === 1 ? this.length() : random.below(this.length() + 1));
  }

  private length(): number {
    let length = 0;
    for (const chunk of this.chunks) length += chunk.length;
    return length;
  }

  private apply(bytes: number): void {
    const nowMs = this.disk.nowMs();
    let position = this.position;
    for (const chunk of this.chunks) {
      if (bytes <= 0) return;
      const piece = chunk.length <= bytes ? chunk : chunk.subarray(0, bytes);
      this.inode.write(piece, position, nowMs);
      position += piece.length;
      bytes -= piece.length;
    }
  }
}

class SyncOperation extends FileOperation {
  private readonly path: string;
  private readonly inode: Inode;
  private readonly range: SyncRange;
  private readonly completion: DiskCompletion;

  constructor(disk: SimDisk, process: SimProcess, path: string, inode: Inode, completion: DiskCompletion) {
    super(disk, process);
    this.path = path;
    this.inode = inode;
    this.range = inode.beginSync();
    this.completion = completion;
  }

  protected complete(): void {
    if (this.disk.drawsFailure(true)) {
      this.inode.failSync(this.range, this.disk.random);
      this.completion.onDiskDone(new DiskError("EIO", this.path, `fdatasync failed: ${this.path}`));
      return;
    }
    this.inode.endSync(this.range);
    this.completion.onDiskDone(null);
  }

  /** Its range is unsynced, as far as anybody knows; the next sync of the file, by whichever process, covers it. */
  abandon(): void {
    this.inode.abandonSync(this.range);
  }
}

class ReadOperation extends FileOperation {
  private readonly path: string;
  private readonly inode: Inode;
  private readonly position: number;
  private readonly into: Uint8Array;
  private readonly completion: DiskReadCompletion;

  constructor(
    disk: SimDisk,
    process: SimProcess,
    path: string,
    inode: Inode,
    position: number,
    into: Uint8Array,
    completion: DiskReadCompletion,
  ) {
    super(disk, process);
    this.path = path;
    this.inode = inode;
    this.position = position;
    this.into = into;
    this.completion = completion;
  }

  override detail(): number {
    return this.position;
  }

  protected complete(): void {
    if (this.disk.drawsFailure()) {
      this.completion.onDiskRead(new DiskError("EIO", this.path, `read failed: ${this.path}`), 0);
      return;
    }
    this.completion.onDiskRead(null, this.inode.read(this.position, this.into, 0, this.into.length));
  }

  abandon(): void {}
}

/** Anything else that reports later; `steps` run as far as the process lives. */
class StepsOperation extends FileOperation {
  private readonly steps: readonly (() => void)[];
  private readonly completion: DiskCompletion;

  constructor(disk: SimDisk, process: SimProcess, steps: readonly (() => void)[], completion: DiskCompletion) {
    super(disk, process);
    this.steps = steps;
    this.completion = completion;
  }

  protected complete(): void {
    let error: DiskError | null = null;
    try {
      for (const step of this.steps) step();
    } catch (thrown) {
      if (!(thrown instanceof DiskError)) throw thrown;
      error = thrown;
    }
    this.completion.onDiskDone(error);
  }

  abandon(random: SeededRandom): void {
    const count = random.below(this.steps.length + 1);
    try {
      for (let i = 0; i < count; i++) this.steps[i]();
    } catch (thrown) {
      if (!(thrown instanceof DiskError)) throw thrown;
    }
  }
}

class SimDiskPort implements Disk, ProcessResource {
  private readonly disk: SimDisk;
  private readonly process: SimProcess;

  constructor(disk: SimDisk, process: SimProcess) {
    this.disk = disk;
    this.process = process;
    process.resources.add(this);
  }

  onProcessDied(): void {
    this.disk.onProcessDied(this.process);
  }

  list(directory: string): DirectoryEntry[] {
    const node = this.disk.find(directory);
    if (node === null) throw new DiskError("ENOENT", directory, `no such directory: ${directory}`);
    if (!node.isDirectory) throw new DiskError("ENOTDIR", directory, `not a directory: ${directory}`);
    const names = [...node.live.keys()].sort();
    return names.map((name) => ({ name, isDirectory: (node.live.get(name) as DiskNode).isDirectory }));
  }

  exists(path: string): boolean {
    return this.disk.find(path) !== null;
  }

  makeDirectory(path: string): void {
    let node: Directory = this.disk.root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      const next = node.live.get(name);
      if (next === undefined) {
        const made = new Directory();
        node.set(name, made);
        node = made;
      } else if (next.isDirectory) node = next;
      else throw new DiskError("ENOTDIR", path, `not a directory: ${path}`);
    }
  }

  rename(from: string, to: string): void {
    const source = this.disk.parentOf(from);
    const target = this.disk.parentOf(to);
    const fromName = from.slice(from.lastIndexOf("/") + 1);
    const toName = to.slice(to.lastIndexOf("/") + 1);
    const node = source.live.get(fromName);
    if (node === undefined) throw new DiskError("ENOENT", from, `no such file: ${from}`);
    const replaced = target.live.get(toName);
    if (replaced !== undefined && replaced !== node) {
      if (replaced.isDirectory) throw new DiskError("ENOTEMPTY", to, `directory exists: ${to}`);
      this.disk.usedBytes -= replaced.size;
    }
    this.disk.renames++;
    if (source === target) source.rename(fromName, toName);
    else {
      target.set(toName, node);
      source.delete(fromName);
    }
  }

  remove(path: string): void {
    const node = this.disk.find(path);
    if (node === null) return;
    if (node.isDirectory) throw new DiskError("EISDIR", path, `is a directory: ${path}`);
    this.disk.parentOf(path).delete(path.slice(path.lastIndexOf("/") + 1));
    this.disk.usedBytes -= node.size;
  }

  removeTree(path: string, completion: DiskCompletion): void {
    const step = () => {
      if (this.disk.find(path) === null) return;
      this.disk.parentOf(path).delete(path.slice(path.lastIndexOf("/") + 1));
      this.disk.recount();
    };
    this.start(new StepsOperation(this.disk, this.process, [step], completion), this.disk.behaviour.writeUs * 4);
  }

  readFile(path: string): Uint8Array {
    const inode = this.disk.requireFile(path);
    const bytes = new Uint8Array(inode.size);
    inode.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    const copy = bytes.slice();
    const steps = this.atomicSteps(path, copy);
    const delay = this.disk.behaviour.writeUs + 2 * this.disk.behaviour.syncUs;
    this.start(new StepsOperation(this.disk, this.process, steps, completion), delay);
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    for (const step of this.atomicSteps(path, bytes)) step();
  }

  private atomicSteps(path: string, bytes: Uint8Array): (() => void)[] {
    const disk = this.disk;
    const temporary = `${path}.tmp`;
    return [
      () => {
        if (disk.drawsFailure()) throw new DiskError("EIO", path, `write failed: ${path}`);
        this.remove(temporary);
        const inode = this.create(temporary);
        disk.checkSpace(inode, bytes.length, path);
        inode.write(bytes, 0, disk.nowMs());
      },
      () => {
        const inode = disk.requireFile(temporary);
        inode.endSync(inode.beginSync());
      },
      () => this.rename(temporary, path),
      () => disk.parentOf(path).sync(),
    ];
  }

  open(path: string, create: boolean): DiskFile {
    const node = this.disk.find(path);
    if (node === null) {
      if (!create) throw new DiskError("ENOENT", path, `no such file: ${path}`);
      return new SimFile(this.disk, this.process, path, this.create(path));
    }
    if (node.isDirectory) throw new DiskError("EISDIR", path, `is a directory: ${path}`);
    return new SimFile(this.disk, this.process, path, node);
  }

  private create(path: string): Inode {
    const inode = new Inode(this.disk.nowMs());
    this.disk.parentOf(path).set(path.slice(path.lastIndexOf("/") + 1), inode);
    return inode;
  }

  syncDirectory(path: string, completion: DiskCompletion): void {
    const step = () => this.syncDirectorySync(path);
    this.start(new StepsOperation(this.disk, this.process, [step], completion), this.disk.behaviour.syncUs);
  }

  syncDirectorySync(path: string): void {
    const node = this.disk.find(path);
    if (node === null || !node.isDirectory) throw new DiskError("ENOENT", path, `no such directory: ${path}`);
    node.sync();
  }

  lock(directory: string): DiskLock {
    const disk = this.disk;
    if (disk.locks.has(directory)) {
      throw new DiskError("ELOCKED", directory, `another process has the lock of ${directory}`);
    }
    disk.locks.set(directory, this.process);
    return {
      release: () => {
        disk.locks.delete(directory);
      },
    };
  }

  space(): null {
    return null;
  }

  bootId(): string {
    return `${this.disk.machine.name}-boot-${this.disk.machine.boot}`;
  }

  private start(operation: FileOperation, typicalUs: number): void {
    startOperation(this.disk, operation, typicalUs);
  }
}

function startOperation(disk: SimDisk, operation: FileOperation, typicalUs: number): void {
  disk.inFlight.add(operation);
  disk.simulation.schedule(operation, disk.delayUs(typicalUs));
}

class SimFile implements DiskFile {
  readonly path: string;
  private readonly disk: SimDisk;
  private readonly process: SimProcess;
  private readonly inode: Inode;
  private closed: boolean;

  constructor(disk: SimDisk, process: SimProcess, path: string, inode: Inode) {
    this.path = path;
    this.disk = disk;
    this.process = process;
    this.inode = inode;
    this.closed = false;
  }

  size(): number {
    return this.inode.size;
  }

  modifiedMs(): number {
    return this.inode.modifiedMs;
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    this.checkOpen();
    return this.inode.read(position, into, at, length);
  }

  writeSync(bytes: Uint8Array, position: number): void {
    this.checkOpen();
    if (this.disk.drawsFailure()) throw new DiskError("EIO", this.path, `write failed: ${this.path}`);
    this.disk.checkSpace(this.inode, position + bytes.length, this.path);
    this.inode.write(bytes, position, this.disk.nowMs());
  }

  truncate(length: number): void {
    this.checkOpen();
    if (length > this.inode.size) this.disk.checkSpace(this.inode, length, this.path);
    else this.disk.usedBytes -= this.inode.size - length;
    this.inode.truncate(length, this.disk.nowMs());
  }

  syncSync(): void {
    this.checkOpen();
    const range = this.inode.beginSync();
    if (this.disk.drawsFailure(true)) {
      this.inode.failSync(range, this.disk.random);
      throw new DiskError("EIO", this.path, `fdatasync failed: ${this.path}`);
    }
    this.inode.endSync(range);
  }

  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.checkOpen();
    const operation = new ReadOperation(this.disk, this.process, this.path, this.inode, position, into, completion);
    startOperation(this.disk, operation, this.disk.behaviour.readUs);
  }

  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.checkOpen();
    const operation = new WriteOperation(this.disk, this.process, this.path, this.inode, position, chunks, completion);
    startOperation(this.disk, operation, this.disk.behaviour.writeUs);
  }

  sync(completion: DiskCompletion): void {
    this.checkOpen();
    const operation = new SyncOperation(this.disk, this.process, this.path, this.inode, completion);
    startOperation(this.disk, operation, this.disk.behaviour.syncUs);
  }

  close(): void {
    this.closed = true;
  }

  private checkOpen(): void {
    if (this.closed) throw new Error(`simulated disk: ${this.path} was used after close()`);
  }
}
