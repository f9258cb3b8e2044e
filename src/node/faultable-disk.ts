import type {
  DirectoryEntry,
  Disk,
  DiskCompletion,
  DiskError,
  DiskFile,
  DiskLock,
  DiskReadCompletion,
  Timers,
} from "../ports/index.js";

/** A disk whose writes and syncs can be made slow: each is reported so much later. */
export class FaultableDisk implements Disk {
  /** Milliseconds added to each write and sync. */
  msPerWrite: number;
  private readonly inner: Disk;
  private readonly timers: Timers;

  constructor(inner: Disk, timers: Timers) {
    this.msPerWrite = 0;
    this.inner = inner;
    this.timers = timers;
  }

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
    this.inner.removeTree(path, completion);
  }

  readFile(path: string): Uint8Array {
    return this.inner.readFile(path);
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    this.inner.writeFileAtomically(path, bytes, this.slowed(completion));
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    this.inner.writeFileAtomicallySync(path, bytes);
  }

  open(path: string, create: boolean): DiskFile {
    return new FaultableFile(this.inner.open(path, create), this);
  }

  syncDirectory(path: string, completion: DiskCompletion): void {
    this.inner.syncDirectory(path, this.slowed(completion));
  }

  lock(directory: string): DiskLock {
    return this.inner.lock(directory);
  }

  bootId(): string {
    return this.inner.bootId();
  }

  /** Of this file: the completion itself while the disk is as fast as it is. */
  slowed(completion: DiskCompletion): DiskCompletion {
    const { msPerWrite, timers } = this;
    if (msPerWrite === 0) return completion;
    return {
      onDiskDone: (error: DiskError | null) => {
        timers.schedule(msPerWrite, { onTimer: () => completion.onDiskDone(error) });
      },
    };
  }
}

class FaultableFile implements DiskFile {
  readonly path: string;
  private readonly inner: DiskFile;
  private readonly disk: FaultableDisk;

  constructor(inner: DiskFile, disk: FaultableDisk) {
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
    this.inner.write(position, chunks, this.disk.slowed(completion));
  }

  sync(completion: DiskCompletion): void {
    this.inner.sync(this.disk.slowed(completion));
  }

  close(): void {
    this.inner.close();
  }
}
