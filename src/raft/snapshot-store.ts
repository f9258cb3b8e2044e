import { type Disk, type DiskCompletion, DiskError, type Ports } from "../ports/index.js";

/** `offset` is exclusive. */
export interface SnapshotId {
  readonly offset: number;
  readonly epoch: number;
}

export interface StoredSnapshot extends SnapshotId {
  readonly path: string;
  readonly bytes: number;
}

const SUFFIX = ".checkpoint";
const PARTIAL_SUFFIX = ".checkpoint.part";
const DELETED_SUFFIX = ".checkpoint.deleted";
const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;
const LEFTOVER = /^\d{20}-\d{10}(-.*)?\.checkpoint\.(part|deleted)$/;

export function sameSnapshot(a: SnapshotId, b: SnapshotId): boolean {
  return a.offset === b.offset && a.epoch === b.epoch;
}

/** Of the format of a dynamic quorum: the first voters. It lies in the directory only, and is never replicated. */
export function isBootstrapSnapshot(id: SnapshotId): boolean {
  return id.offset === 0 && id.epoch === 0;
}

function snapshotName(id: SnapshotId): string {
  return `${String(id.offset).padStart(20, "0")}-${String(id.epoch).padStart(10, "0")}`;
}

/** The snapshots in the directory of the metadata log: `<offset, 20 digits>-<epoch, 10 digits>.checkpoint` (Kafka: Snapshots). */
export class SnapshotStore {
  private readonly ports: Ports;
  private readonly disk: Disk;
  readonly directory: string;
  /** By rising offset and epoch. */
  private snapshots: StoredSnapshot[];

  constructor(ports: Ports, directory: string) {
    this.ports = ports;
    this.disk = ports.disk;
    this.directory = directory;
    this.snapshots = [];
  }

  /** Reads the directory, and removes what an earlier run left half done. Throws DiskError. */
  load(): void {
    this.snapshots = [];
    for (const { name, isDirectory } of this.disk.list(this.directory)) {
      if (isDirectory) continue;
      const path = `${this.directory}/${name}`;
      if (LEFTOVER.test(name)) {
        this.disk.remove(path);
        continue;
      }
      const match = NAME.exec(name);
      if (match === null) continue;
      const offset = Number(match[1]);
      const epoch = Number(match[2]);
      if (!Number.isSafeInteger(offset) || epoch > 2147483647) continue;
      const file = this.disk.open(path, false);
      const bytes = file.size();
      file.close();
      this.snapshots.push({ offset, epoch, path, bytes });
    }
    this.sort();
  }

  get all(): readonly StoredSnapshot[] {
    return this.snapshots;
  }

  get latest(): StoredSnapshot | null {
    return this.snapshots.at(-1) ?? null;
  }

  get earliest(): StoredSnapshot | null {
    return this.snapshots[0] ?? null;
  }

  find(id: SnapshotId): StoredSnapshot | null {
    return this.snapshots.find((one) => sameSnapshot(one, id)) ?? null;
  }

  partialPath(id: SnapshotId): string {
    return `${this.directory}/${snapshotName(id)}${PARTIAL_SUFFIX}`;
  }

  /** A synced partial file gets its name; `completion` once that is durable. Throws DiskError. */
  publish(id: SnapshotId, bytes: number, completion: DiskCompletion): void {
    const path = `${this.directory}/${snapshotName(id)}${SUFFIX}`;
    this.disk.rename(this.partialPath(id), path);
    this.disk.syncDirectory(this.directory, {
      onDiskDone: (error) => {
        if (error === null && this.find(id) === null) {
          this.snapshots.push({ ...id, path, bytes });
          this.sort();
        }
        completion.onDiskDone(error);
      },
    });
  }

  /** Forgets a snapshot at once; its file is renamed, and removed in the background. */
  remove(snapshot: StoredSnapshot): void {
    this.snapshots = this.snapshots.filter((one) => one !== snapshot);
    const base = snapshot.path.slice(0, -SUFFIX.length);
    try {
      this.disk.rename(snapshot.path, base + DELETED_SUFFIX);
      this.disk.remove(base + DELETED_SUFFIX);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      // It is found again at the next start, where it does no harm.
      this.ports.logger.warn("An old metadata snapshot could not be deleted.", {
        path: snapshot.path,
        error: error.message,
      });
    }
  }

  private sort(): void {
    this.snapshots.sort((a, b) => a.offset - b.offset || a.epoch - b.epoch);
  }
}
