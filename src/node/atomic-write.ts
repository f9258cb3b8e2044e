import * as fs from "node:fs";
import type { DiskCompletion, DiskError } from "../ports/index.js";
import { parentOf, syncDirectoryOf } from "./disk.js";
import { diskError } from "./disk-error.js";

/** Writes a small file so that after a crash the old or the new one is there: temporary file, sync, rename, sync of the directory. */
export class AtomicWrite implements DiskCompletion {
  /** What waits for this one, since it writes the same file. */
  next: AtomicWrite | null;
  private readonly path: string;
  private readonly bytes: Uint8Array;
  private readonly completion: DiskCompletion;
  private readonly current: Map<string, AtomicWrite>;
  private fd: number;

  /** `current`: the last one of each path. */
  constructor(path: string, bytes: Uint8Array, completion: DiskCompletion, current: Map<string, AtomicWrite>) {
    this.path = path;
    this.bytes = bytes;
    this.completion = completion;
    this.current = current;
    this.next = null;
    this.fd = -1;
  }

  start(): void {
    fs.open(`${this.path}.tmp`, "w", (error, fd) => {
      if (error !== null) {
        this.finish(error);
        return;
      }
      this.fd = fd;
      this.write(0);
    });
  }

  private write(at: number): void {
    if (at === this.bytes.length) {
      fs.fdatasync(this.fd, (error) => this.close(error));
      return;
    }
    fs.write(this.fd, this.bytes, at, this.bytes.length - at, at, (error, count) => {
      if (error !== null) this.close(error);
      else this.write(at + count);
    });
  }

  private close(failure: NodeJS.ErrnoException | null): void {
    fs.close(this.fd, (error) => {
      if (failure !== null || error !== null) this.finish(failure ?? (error as NodeJS.ErrnoException));
      else this.rename();
    });
  }

  private rename(): void {
    fs.rename(`${this.path}.tmp`, this.path, (error) => {
      if (error !== null) this.finish(error);
      else syncDirectoryOf(parentOf(this.path), this);
    });
  }

  /** The directory is synced. */
  onDiskDone(error: DiskError | null): void {
    this.release();
    this.completion.onDiskDone(error);
  }

  private finish(error: NodeJS.ErrnoException): void {
    this.release();
    this.completion.onDiskDone(diskError(error, this.path));
  }

  private release(): void {
    if (this.current.get(this.path) === this) this.current.delete(this.path);
    this.next?.start();
  }
}
