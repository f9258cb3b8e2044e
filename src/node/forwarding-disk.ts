import type {
  DirectoryEntry,
  Disk,
  DiskCompletion,
  DiskFile,
  DiskLock,
  DiskReadCompletion,
  DiskSpace,
} from "../ports/index.js";

/** A disk that passes everything on to another. What extends it says when its completions are told, and what else it changes. */
export abstract class ForwardingDisk implements Disk {
  protected readonly inner: Disk;

  constructor(inner: Disk) {
    this.inner = inner;
  }

  /** What is told of an operation in place of the caller's own completion. */
  abstract told(completion: DiskCompletion): DiskCompletion;

  abstract open(path: string, create: boolean): DiskFile;

  list(directory: string): DirectoryEntry[] {
    return this.inner.list(directory);
  }

  exists(path: string): boolean {
    return this.inner.exists(path);
  }

  makeDirectory(path: string): void {
    this.inner.makeDirectory(path);
  }

  rename(from: string, to: string): void {
    this.inner.rename(from, to);
  }

  remove(path: string): void {
    this.inner.remove(path);
  }

  removeTree(path: string, completion: DiskCompletion): void {
    this.inner.removeTree(path, this.told(completion));
  }

  readFile(path: string): Uint8Array {
    return this.inner.readFile(path);
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    this.inner.writeFileAtomically(path, bytes, this.told(completion));
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    this.inner.writeFileAtomicallySync(path, bytes);
  }

  syncDirectory(path: string, completion: DiskCompletion): void {
    this.inner.syncDirectory(path, this.told(completion));
  }

  syncDirectorySync(path: string): void {
    this.inner.syncDirectorySync(path);
  }

  lock(directory: string): DiskLock {
    return this.inner.lock(directory);
  }

  space(directory: string): DiskSpace | null {
    return this.inner.space(directory);
  }

  bootId(): string {
    return this.inner.bootId();
  }
}

/** A file of such a disk. */
export class ForwardingFile implements DiskFile {
  readonly path: string;
  protected readonly inner: DiskFile;
  private readonly disk: ForwardingDisk;

  constructor(inner: DiskFile, disk: ForwardingDisk) {
    this.path = inner.path;
    this.inner = inner;
    this.disk = disk;
  }

  size(): number {
    return this.inner.size();
  }

  modifiedMs(): number {
    return this.inner.modifiedMs();
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    return this.inner.readSync(into, at, length, position);
  }

  writeSync(bytes: Uint8Array, position: number): void {
    this.inner.writeSync(bytes, position);
  }

  truncate(length: number): void {
    this.inner.truncate(length);
  }

  syncSync(): void {
    this.inner.syncSync();
  }

  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.inner.read(position, into, completion);
  }

  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.inner.write(position, chunks, this.disk.told(completion));
  }

  sync(completion: DiskCompletion): void {
    this.inner.sync(this.disk.told(completion));
  }

  close(): void {
    this.inner.close();
  }
}
