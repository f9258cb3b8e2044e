/**
 * Files as the core sees them. Paths are absolute and use "/". Operations on names, sizes and small files are immediate
 * and throw DiskError; reads, writes and syncs of data are asynchronous and report to an object of the caller, always in a
 * later turn, never within the call.
 *
 * Durability, which the simulated disk enforces: written bytes survive a crash of the process, but a loss of power only
 * after `sync` of the file; a new, renamed or removed name survives a loss of power only after `syncDirectory`.
 */
export interface Disk {
  /** The entries of a directory, sorted by name. */
  list(directory: string): DirectoryEntry[];
  exists(path: string): boolean;
  /** Creates the directory and its parents; an existing one is no error. */
  makeDirectory(path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file; a missing one is no error. */
  remove(path: string): void;
  /** Removes a directory with all that it holds, in slices; a missing one is no error. */
  removeTree(path: string, completion: DiskCompletion): void;
  /** The whole of a small file. */
  readFile(path: string): Uint8Array;
  /** Writes `path + ".tmp"`, syncs it, renames it to `path` and syncs the directory: afterwards the file is durable. */
  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void;
  /** The same before it returns: for start-up and shutdown only. */
  writeFileAtomicallySync(path: string, bytes: Uint8Array): void;
  /** Opens for reading and writing; with `create` a missing file is made, without it that is a DiskError `ENOENT`. */
  open(path: string, create: boolean): DiskFile;
  syncDirectory(path: string, completion: DiskCompletion): void;
  /** The same before it returns: for start-up only. */
  syncDirectorySync(path: string): void;
  /** Takes the exclusive lock of a directory (a file `.lock` in it); DiskError `ELOCKED` when another process has it. */
  lock(directory: string): DiskLock;
  /** Of the file system that holds the directory; null: it is not told. */
  space(directory: string): DiskSpace | null;
  /** Identifies the running boot of the operating system: the same text means that the page cache was not lost. */
  bootId(): string;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface DiskSpace {
  readonly totalBytes: number;
  /** What this process may still write. */
  readonly usableBytes: number;
}

export interface DiskLock {
  release(): void;
}

export interface DiskFile {
  readonly path: string;
  /** Length in bytes. */
  size(): number;
  /** Modification time, milliseconds since 1970. */
  modifiedMs(): number;
  /** Reads into `into[at, at+length)` from `position`; returns the bytes read, fewer only at the end of the file. Start-up and recovery only. */
  readSync(into: Uint8Array, at: number, length: number, position: number): number;
  /** Writes all bytes before it returns: for indexes and small files, never for record data. */
  writeSync(bytes: Uint8Array, position: number): void;
  /** Cuts, or extends with zeros. */
  truncate(length: number): void;
  /** Syncs before it returns: start-up and shutdown only. */
  syncSync(): void;
  /** Reads up to `into.length` bytes from `position`. */
  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void;
  /** Writes all chunks one after the other from `position`; a short write is an error and what was written is unknown. The chunks must not change until it completes. */
  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void;
  /** fdatasync. After an error the pages may be marked clean though the data is gone: never retry. */
  sync(completion: DiskCompletion): void;
  /** Closes; waiting operations still complete. */
  close(): void;
}

export interface DiskCompletion {
  onDiskDone(error: DiskError | null): void;
}

export interface DiskReadCompletion {
  /** `bytesRead` is less than asked only at the end of the file. */
  onDiskRead(error: DiskError | null, bytesRead: number): void;
}

/** An operating error of the disk. `code` is the operating system's (`ENOSPC`, `EIO`, `ENOENT`, `EACCES`, `EROFS`) or `ELOCKED`. */
export class DiskError extends Error {
  readonly code: string;
  readonly path: string;
  constructor(code: string, path: string, message: string) {
    super(message);
    this.name = "DiskError";
    this.code = code;
    this.path = path;
  }
}
