import * as fs from "node:fs";
import { assert } from "../base/assert.js";
import { type DiskCompletion, DiskError, type DiskFile, type DiskReadCompletion } from "../ports/index.js";
import { diskError, onDisk } from "./disk-error.js";
import type { PromptWrites } from "./prompt-writes.js";

/** One open file. It stays open until the operations under way are done. */
export class NodeFile implements DiskFile {
  readonly path: string;
  readonly fd: number;
  private readonly promptWrites: PromptWrites | null;
  private pending: number;
  private isClosed: boolean;

  constructor(path: string, fd: number, promptWrites: PromptWrites | null) {
    this.path = path;
    this.fd = fd;
    this.promptWrites = promptWrites;
    this.pending = 0;
    this.isClosed = false;
  }

  size(): number {
    return this.stat().size;
  }

  modifiedMs(): number {
    return Math.floor(this.stat().mtimeMs);
  }

  private stat(): fs.Stats {
    this.expectOpen();
    return onDisk(this.path, () => fs.fstatSync(this.fd));
  }

  readSync(into: Uint8Array, at: number, length: number, position: number): number {
    this.expectOpen();
    return onDisk(this.path, () => {
      let count = 0;
      while (count < length) {
        const read = fs.readSync(this.fd, into, at + count, length - count, position + count);
        if (read === 0) break;
        count += read;
      }
      return count;
    });
  }

  writeSync(bytes: Uint8Array, position: number): void {
    this.expectOpen();
    onDisk(this.path, () => {
      for (let at = 0; at < bytes.length; ) {
        at += fs.writeSync(this.fd, bytes, at, bytes.length - at, position + at);
      }
    });
  }

  truncate(length: number): void {
    this.expectOpen();
    onDisk(this.path, () => fs.ftruncateSync(this.fd, length));
  }

  syncSync(): void {
    this.expectOpen();
    onDisk(this.path, () => fs.fdatasyncSync(this.fd));
  }

  read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.begin();
    if (readOperations.length === 0) readOperations.push(new ReadOperation());
    (readOperations.pop() as ReadOperation).start(this, position, into, completion);
  }

  write(position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.begin();
    if (this.promptWrites?.write(this, position, chunks, completion)) return;
    if (writeOperations.length === 0) writeOperations.push(new WriteOperation());
    (writeOperations.pop() as WriteOperation).start(this, position, chunks, completion);
  }

  sync(completion: DiskCompletion): void {
    this.begin();
    fs.fdatasync(this.fd, (error) => {
      this.done();
      completion.onDiskDone(error === null ? null : diskError(error, this.path));
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.pending === 0) this.release();
  }

  private begin(): void {
    this.expectOpen();
    this.pending++;
  }

  /** Of an operation, before it reports. */
  done(): void {
    this.pending--;
    if (this.isClosed && this.pending === 0) this.release();
  }

  private expectOpen(): void {
    assert(!this.isClosed, "a file is not used after it was closed");
  }

  private release(): void {
    // What was written and not synced is nobody's promise, so a complaint of close(2) tells nothing.
    fs.close(this.fd, () => {});
  }
}

/** Operations are used again: no closure and no object for each. */
const readOperations: ReadOperation[] = [];
const writeOperations: WriteOperation[] = [];
const NO_FILE = null as unknown as NodeFile;
const NO_BYTES = new Uint8Array(0);
const NO_CHUNKS: readonly Uint8Array[] = [];
const NO_READER: DiskReadCompletion = { onDiskRead() {} };
const NO_WRITER: DiskCompletion = { onDiskDone() {} };

class ReadOperation {
  private file: NodeFile;
  private position: number;
  private into: Uint8Array;
  private count: number;
  private completion: DiskReadCompletion;
  private readonly onRead: (error: NodeJS.ErrnoException | null, count: number) => void;

  constructor() {
    this.file = NO_FILE;
    this.position = 0;
    this.into = NO_BYTES;
    this.count = 0;
    this.completion = NO_READER;
    this.onRead = (error, count) => this.read(error, count);
  }

  start(file: NodeFile, position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    this.file = file;
    this.position = position;
    this.into = into;
    this.count = 0;
    this.completion = completion;
    this.next();
  }

  private next(): void {
    const { file, into, count } = this;
    fs.read(file.fd, into, count, into.length - count, this.position + count, this.onRead);
  }

  private read(error: NodeJS.ErrnoException | null, count: number): void {
    if (error === null) this.count += count;
    if (error === null && count > 0 && this.count < this.into.length) {
      this.next();
      return;
    }
    const { file, completion } = this;
    const total = this.count;
    this.file = NO_FILE;
    this.into = NO_BYTES;
    this.completion = NO_READER;
    readOperations.push(this);
    file.done();
    completion.onDiskRead(error === null ? null : diskError(error, file.path), total);
  }
}

class WriteOperation {
  private file: NodeFile;
  private position: number;
  private chunks: readonly Uint8Array[];
  private completion: DiskCompletion;
  private readonly onWritten: (error: NodeJS.ErrnoException | null, count: number) => void;

  constructor() {
    this.file = NO_FILE;
    this.position = 0;
    this.chunks = NO_CHUNKS;
    this.completion = NO_WRITER;
    this.onWritten = (error, count) => this.written(error, count);
  }

  start(file: NodeFile, position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): void {
    this.file = file;
    this.position = position;
    this.chunks = chunks;
    this.completion = completion;
    this.next();
  }

  private next(): void {
    const { file, chunks, position } = this;
    if (chunks.length === 1) fs.write(file.fd, chunks[0], 0, chunks[0].length, position, this.onWritten);
    else fs.writev(file.fd, chunks, position, this.onWritten);
  }

  private written(error: NodeJS.ErrnoException | null, count: number): void {
    if (error === null) {
      const rest = after(this.chunks, count);
      if (rest.length > 0 && count > 0) {
        // The system took a part. Going on tells whether there is an error, such as a full disk, and which.
        this.chunks = rest;
        this.position += count;
        this.next();
        return;
      }
      if (rest.length === 0) {
        this.finish(null);
        return;
      }
      this.finish(new DiskError("EIO", this.file.path, `nothing was written: ${this.file.path}`));
      return;
    }
    this.finish(diskError(error, this.file.path));
  }

  private finish(error: DiskError | null): void {
    const { file, completion } = this;
    this.file = NO_FILE;
    this.chunks = NO_CHUNKS;
    this.completion = NO_WRITER;
    writeOperations.push(this);
    file.done();
    completion.onDiskDone(error);
  }
}

/** What is left of the chunks after `count` bytes; empty when that is nothing. */
function after(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (let i = 0; i < chunks.length; i++) {
    const { length } = chunks[i];
    if (left < length) return [chunks[i].subarray(left), ...chunks.slice(i + 1)];
    left -= length;
  }
  return NO_CHUNKS;
}
