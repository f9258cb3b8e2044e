import type { Disk, DiskFile } from "../ports/index.js";

/** A file that is opened when used and may be closed while idle. */
export class PooledFile {
  path: string;
  file: DiskFile | null;
  newer: PooledFile | null;
  older: PooledFile | null;
  private readonly pool: FilePool;

  constructor(pool: FilePool, path: string) {
    this.path = path;
    this.file = null;
    this.newer = null;
    this.older = null;
    this.pool = pool;
  }

  /** The open file; it may be closed behind the caller's back in a later turn, but what is under way completes. Throws DiskError. */
  open(create: boolean): DiskFile {
    return this.pool.use(this, create);
  }

  close(): void {
    this.pool.close(this);
  }
}

/** Bounds the files that are open: beyond `limit` the one unused for longest is closed. */
export class FilePool {
  readonly disk: Disk;
  private readonly limit: number;
  private count: number;
  private newest: PooledFile | null;
  private oldest: PooledFile | null;

  constructor(disk: Disk, limit: number) {
    this.disk = disk;
    this.limit = limit;
    this.count = 0;
    this.newest = null;
    this.oldest = null;
  }

  get openCount(): number {
    return this.count;
  }

  use(pooled: PooledFile, create: boolean): DiskFile {
    let file = pooled.file;
    if (file !== null) {
      if (this.newest !== pooled) {
        this.unlink(pooled);
        this.link(pooled);
      }
      return file;
    }
    file = this.disk.open(pooled.path, create);
    pooled.file = file;
    this.link(pooled);
    this.count++;
    if (this.count > this.limit && this.oldest !== null && this.oldest !== pooled) this.close(this.oldest);
    return file;
  }

  close(pooled: PooledFile): void {
    if (pooled.file === null) return;
    this.unlink(pooled);
    this.count--;
    pooled.file.close();
    pooled.file = null;
  }

  private link(pooled: PooledFile): void {
    pooled.older = this.newest;
    pooled.newer = null;
    if (this.newest !== null) this.newest.newer = pooled;
    this.newest = pooled;
    if (this.oldest === null) this.oldest = pooled;
  }

  private unlink(pooled: PooledFile): void {
    if (pooled.newer !== null) pooled.newer.older = pooled.older;
    else this.newest = pooled.older;
    if (pooled.older !== null) pooled.older.newer = pooled.newer;
    else this.oldest = pooled.newer;
    pooled.newer = null;
    pooled.older = null;
  }
}
