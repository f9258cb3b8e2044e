import * as fs from "node:fs";
import type { DirectoryEntry, Disk, DiskCompletion, DiskFile, DiskLock, DiskSpace } from "../ports/index.js";
import { AtomicWrite } from "./atomic-write.js";
import { bootId } from "./boot-id.js";
import { lockDirectory } from "./directory-lock.js";
import { diskError, onDisk } from "./disk-error.js";
import { NodeFile } from "./disk-file.js";
import type { NodeLoop } from "./loop.js";
import { makeDirectories } from "./make-directories.js";
import { PromptWrites } from "./prompt-writes.js";
import { TreeRemover } from "./tree-remover.js";

/** A directory cannot be opened, let alone synced, on Windows; its file system keeps names by a journal of its own. */
const SYNCS_DIRECTORIES = process.platform !== "win32";

/** The machine's files. */
export class NodeDisk implements Disk {
  private readonly atomicWrites: Map<string, AtomicWrite>;
  private readonly promptWrites: PromptWrites | null;

  /** With the loop small writes are done within the turn; without it all go through the thread pool. */
  constructor(loop: NodeLoop | null = null) {
    this.atomicWrites = new Map();
    this.promptWrites = loop === null ? null : new PromptWrites(loop);
  }

  list(directory: string): DirectoryEntry[] {
    const entries = onDisk(directory, () => fs.readdirSync(directory, { withFileTypes: true }));
    return entries
      .map((entry) => ({ name: entry.name, isDirectory: isDirectory(directory, entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(path: string): boolean {
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  makeDirectory(path: string): void {
    onDisk(path, () => makeDirectories(path));
  }

  rename(from: string, to: string): void {
    onDisk(from, () => fs.renameSync(from, to));
  }

  remove(path: string): void {
    try {
      fs.unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw diskError(error, path);
    }
  }

  removeTree(path: string, completion: DiskCompletion): void {
    new TreeRemover(path, completion).start();
  }

  readFile(path: string): Uint8Array {
    const bytes = onDisk(path, () => fs.readFileSync(path));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  writeFileAtomically(path: string, bytes: Uint8Array, completion: DiskCompletion): void {
    const write = new AtomicWrite(path, bytes.slice(), completion, this.atomicWrites);
    const before = this.atomicWrites.get(path);
    this.atomicWrites.set(path, write);
    // Both use the same temporary name: one after the other.
    if (before === undefined) write.start();
    else before.next = write;
  }

  writeFileAtomicallySync(path: string, bytes: Uint8Array): void {
    // Nobody writes the same file in both ways at once: this one is for start-up and shutdown.
    const temporary = `${path}.tmp`;
    onDisk(path, () => {
      const fd = fs.openSync(temporary, "w");
      try {
        for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at, at);
        fs.fdatasyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      fs.renameSync(temporary, path);
      if (SYNCS_DIRECTORIES) syncDirectorySync(parentOf(path));
    });
  }

  open(path: string, create: boolean): DiskFile {
    const flags = fs.constants.O_RDWR | (create ? fs.constants.O_CREAT : 0);
    return new NodeFile(
      path,
      onDisk(path, () => fs.openSync(path, flags, 0o644)),
      this.promptWrites,
    );
  }

  syncDirectory(path: string, completion: DiskCompletion): void {
    if (SYNCS_DIRECTORIES) syncDirectoryOf(path, completion);
    else setImmediate(() => completion.onDiskDone(null));
  }

  syncDirectorySync(path: string): void {
    if (SYNCS_DIRECTORIES) onDisk(path, () => syncDirectorySync(path));
  }

  lock(directory: string): DiskLock {
    return lockDirectory(directory);
  }

  space(directory: string): DiskSpace | null {
    const { bsize, blocks, bavail } = onDisk(directory, () => fs.statfsSync(directory));
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize };
  }

  bootId(): string {
    return bootId();
  }
}

/** A link counts as what it leads to: log directories may be links. */
function isDirectory(directory: string, entry: fs.Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return fs.statSync(`${directory}/${entry.name}`, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function syncDirectorySync(path: string): void {
  const fd = fs.openSync(path, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Opens, syncs and closes the directory, in the thread pool. */
export function syncDirectoryOf(path: string, completion: DiskCompletion): void {
  if (!SYNCS_DIRECTORIES) {
    completion.onDiskDone(null);
    return;
  }
  fs.open(path, "r", (openError, fd) => {
    if (openError !== null) {
      completion.onDiskDone(diskError(openError, path));
      return;
    }
    fs.fsync(fd, (syncError) => {
      fs.close(fd, (closeError) => {
        const error = syncError ?? closeError ?? null;
        completion.onDiskDone(error === null ? null : diskError(error, path));
      });
    });
  });
}
