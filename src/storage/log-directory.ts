import { isUuid, randomUuid, type Uuid } from "../base/uuid.js";
import { type Disk, type DiskCompletion, DiskError, type DiskLock, type Ports } from "../ports/index.js";
import {
  asciiBytes,
  encodeCheckpoint,
  type OffsetCheckpoint,
  parseOffsets,
  readOffsetCheckpoint,
} from "./checkpoint-file.js";
import { isUsableDirectoryId } from "./file-names.js";
import {
  encodeMetaProperties,
  encodeVersionStamp,
  META_PROPERTIES,
  type MetaProperties,
  readMetaProperties,
  readText,
  readVersionStamp,
  STORAGE_FORMAT,
  VERSION_STAMP,
} from "./meta-properties.js";
import { StorageError } from "./storage-error.js";

const RECOVERY_POINTS = "recovery-point-offset-checkpoint";
const START_OFFSETS = "log-start-offset-checkpoint";
const CLEANED_OFFSETS = "cleaner-offset-checkpoint";
const HIGH_WATERMARKS = "replication-offset-checkpoint";
/** Our own: what was written, as opposed to synced, and during which boot of the operating system. */
const WRITTEN_POINTS = "holdfast.written-offset-checkpoint";
const CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
const BROKER_EPOCH = "holdfast.broker-epoch";
/** There while every sync has succeeded: its absence survives the process, as what the operating system made of its pages does. */
const SYNCS_HOLD = "holdfast.syncs-hold";

/** Makes a directory this cluster's and node's. Throws DiskError. */
export function formatDirectory(disk: Disk, path: string, meta: MetaProperties, release: string): void {
  disk.makeDirectory(path);
  disk.writeFileAtomicallySync(`${path}/${VERSION_STAMP}`, encodeVersionStamp(release));
  disk.writeFileAtomicallySync(`${path}/${META_PROPERTIES}`, encodeMetaProperties(meta));
}

/** One of the broker's log directories: whose it is, its lock, and its checkpoint files. */
export class LogDirectory {
  readonly path: string;
  id: Uuid;
  clusterId: string;
  nodeId: number;
  /** Null while it is online. */
  error: DiskError | null;
  syncFailed: boolean;
  /** Of the files, as they were at the start. */
  recoveryPoints: OffsetCheckpoint;
  startOffsets: OffsetCheckpoint;
  highWatermarks: OffsetCheckpoint;
  cleanedOffsets: OffsetCheckpoint;
  /** Empty when the operating system was started since. */
  writtenPoints: OffsetCheckpoint;
  isClean: boolean;
  /**
   * A sync failed in the last run, or may have: pages that the operating system calls clean since may not be on the disk. What lies above
   * the recovery points is to be checked, and written once more.
   */
  mustRewrite: boolean;
  /** Directories in which a name was made that is not durable yet. */
  newNames: string[];
  /** Of the last stop, if nothing that was written can have been lost since; −1 otherwise. */
  previousBrokerEpoch: number;
  /** Whether all that the last run left was synced, whatever happened since. */
  private isSynced: boolean;
  readonly recoveryPointFile: CheckpointWriter;
  readonly startOffsetFile: CheckpointWriter;
  readonly highWatermarkFile: CheckpointWriter;
  readonly cleanedOffsetFile: CheckpointWriter;
  readonly writtenPointFile: CheckpointWriter;
  private readonly ports: Ports;
  private lock: DiskLock | null;

  constructor(ports: Ports, path: string, onError: (directory: LogDirectory, error: DiskError) => void) {
    this.ports = ports;
    this.path = path;
    this.id = "";
    this.clusterId = "";
    this.nodeId = -1;
    this.error = null;
    this.syncFailed = false;
    this.recoveryPoints = new Map();
    this.startOffsets = new Map();
    this.highWatermarks = new Map();
    this.cleanedOffsets = new Map();
    this.writtenPoints = new Map();
    this.isClean = false;
    this.mustRewrite = false;
    this.newNames = [];
    this.previousBrokerEpoch = -1;
    this.isSynced = false;
    const failed = (error: DiskError): void => onError(this, error);
    this.recoveryPointFile = new CheckpointWriter(ports.disk, `${path}/${RECOVERY_POINTS}`, failed);
    this.startOffsetFile = new CheckpointWriter(ports.disk, `${path}/${START_OFFSETS}`, failed);
    this.highWatermarkFile = new CheckpointWriter(ports.disk, `${path}/${HIGH_WATERMARKS}`, failed);
    this.cleanedOffsetFile = new CheckpointWriter(ports.disk, `${path}/${CLEANED_OFFSETS}`, failed);
    this.writtenPointFile = new CheckpointWriter(ports.disk, `${path}/${WRITTEN_POINTS}`, failed);
    this.lock = null;
  }

  get online(): boolean {
    return this.error === null;
  }

  /** Locks the directory and reads whose it is. Throws StorageError. */
  open(clusterId: string | null, nodeId: number, release: string): void {
    const { disk } = this.ports;
    try {
      // A directory that nobody is to format is not made either.
      if (clusterId === null && !disk.exists(this.path)) throw notFormatted(this.path);
      this.newNames = missingDirectories(disk, this.path);
      disk.makeDirectory(this.path);
      this.lock = disk.lock(this.path);
      this.identify(clusterId, nodeId, release);
      this.readCheckpoints();
    } catch (error) {
      this.release();
      if (!(error instanceof DiskError)) throw error;
      if (error.code === "ELOCKED") {
        throw new StorageError(
          "IN_USE",
          this.path,
          `The data directory ${this.path} is in use by another process. Stop that process, or give this node another directory.`,
        );
      }
      throw new StorageError(
        "UNUSABLE",
        this.path,
        `The data directory ${this.path} cannot be used: ${error.message} (${error.code}). Check that it exists, that this user may write to it, and that the disk is not full.`,
      );
    }
  }

  private identify(clusterId: string | null, nodeId: number, release: string): void {
    const { disk, random } = this.ports;
    const stamp = readVersionStamp(disk, this.path);
    if (stamp !== null && !(stamp.format <= STORAGE_FORMAT)) {
      throw new StorageError(
        "LATER_RELEASE",
        this.path,
        `The data directory ${this.path} was written by release ${stamp.release} (storage format ${stamp.format}); this release reads up to format ${STORAGE_FORMAT}. Start it with that release or a later one, or give this node another directory.`,
      );
    }
    const meta = readMetaProperties(disk, this.path);
    if (meta === null) {
      if (clusterId === null) throw notFormatted(this.path);
      this.clusterId = clusterId;
      this.nodeId = nodeId;
      this.id = randomUuid(random);
      formatDirectory(disk, this.path, { clusterId, nodeId, directoryId: this.id }, release);
      return;
    }
    if (meta.version !== "1" || meta.clusterId === null || meta.nodeId === null) {
      throw new StorageError(
        "DAMAGED",
        this.path,
        `${this.path}/${META_PROPERTIES} is not readable: it must have version=1, cluster.id and node.id. Restore the file, or give this node an empty directory; it will be filled from the other replicas.`,
      );
    }
    if (clusterId !== null && meta.clusterId !== clusterId) {
      throw new StorageError(
        "FOREIGN_CLUSTER",
        this.path,
        `The data directory ${this.path} belongs to cluster ${meta.clusterId}, not to ${clusterId}. Give this node a directory of its own, or start it in the cluster that the directory is from.`,
      );
    }
    if (meta.nodeId !== nodeId) {
      throw new StorageError(
        "FOREIGN_NODE",
        this.path,
        `The data directory ${this.path} belongs to node ${meta.nodeId}, not to node ${nodeId}. Set node.id=${meta.nodeId}, or give this node a directory of its own.`,
      );
    }
    this.clusterId = meta.clusterId;
    this.nodeId = meta.nodeId;
    if (meta.directoryId !== null && !(isUuid(meta.directoryId) && isUsableDirectoryId(meta.directoryId))) {
      throw new StorageError(
        "DAMAGED",
        this.path,
        `${this.path}/${META_PROPERTIES} has an invalid directory.id (${meta.directoryId}). Restore the file, or give this node an empty directory.`,
      );
    }
    this.id = meta.directoryId ?? randomUuid(random);
    if (meta.directoryId === null || stamp === null) {
      formatDirectory(
        disk,
        this.path,
        { clusterId: this.clusterId, nodeId: this.nodeId, directoryId: this.id },
        release,
      );
    }
  }

  private readCheckpoints(): void {
    const { disk } = this.ports;
    this.recoveryPoints = this.readOffsets(RECOVERY_POINTS);
    this.startOffsets = this.readOffsets(START_OFFSETS);
    this.highWatermarks = this.readOffsets(HIGH_WATERMARKS);
    this.cleanedOffsets = this.readOffsets(CLEANED_OFFSETS);
    const written = readText(disk, `${this.path}/${WRITTEN_POINTS}`)?.split("\n") ?? [];
    if (written[0] === disk.bootId()) {
      this.writtenPoints = parseOffsets(written.slice(1).filter((line) => line !== "")) ?? new Map();
    }
    const marker = readText(disk, `${this.path}/${CLEAN_SHUTDOWN}`);
    this.isClean = marker !== null;
    this.mustRewrite = !this.isClean && !disk.exists(`${this.path}/${SYNCS_HOLD}`);
    const lines = readText(disk, `${this.path}/${BROKER_EPOCH}`)?.split("\n") ?? [];
    this.isSynced = this.isClean || lines[2] === "fsync";
    if (marker !== null) {
      const epoch = /"brokerEpoch"\s*:\s*(-?\d+)/.exec(marker);
      this.previousBrokerEpoch = epoch === null ? -1 : Number(epoch[1]);
    } else {
      const isSafe = (lines[1] === disk.bootId() && !this.mustRewrite) || this.isSynced;
      this.previousBrokerEpoch = isSafe && /^\d+$/.test(lines[0]) ? Number(lines[0]) : -1;
    }
  }

  private readOffsets(name: string): OffsetCheckpoint {
    const offsets = readOffsetCheckpoint(this.ports.disk, `${this.path}/${name}`);
    if (offsets === null) {
      this.ports.logger.warn("A checkpoint file is damaged; it is taken as empty.", { path: `${this.path}/${name}` });
    }
    return offsets ?? new Map();
  }

  /**
   * Before anything is written: should this run end before it is registered, the next one may still say which epoch the last one had, where
   * nothing of this one can have been lost either.
   */
  keepBrokerEpoch(alwaysSyncs: boolean): void {
    if (this.previousBrokerEpoch < 0) return;
    const { disk } = this.ports;
    const path = `${this.path}/${BROKER_EPOCH}`;
    const text = epochText(this.previousBrokerEpoch, disk.bootId(), alwaysSyncs && this.isSynced);
    if (readText(disk, path) !== text) disk.writeFileAtomicallySync(path, asciiBytes(text));
  }

  /** The clean marker tells of one start only. */
  removeCleanMarker(): void {
    this.ports.disk.remove(`${this.path}/${CLEAN_SHUTDOWN}`);
  }

  writeCleanMarker(brokerEpoch: number): void {
    this.ports.disk.writeFileAtomicallySync(
      `${this.path}/${CLEAN_SHUTDOWN}`,
      asciiBytes(`{"version":0,"brokerEpoch":${brokerEpoch}}`),
    );
  }

  /**
   * At registration: should this run end without a clean stop, but nothing written be lost (the same boot, or everything always
   * synced), the next start may still say which epoch it had.
   */
  writeBrokerEpoch(brokerEpoch: number, alwaysSyncs: boolean, completion: DiskCompletion): void {
    const text = epochText(brokerEpoch, this.ports.disk.bootId(), alwaysSyncs);
    this.ports.disk.writeFileAtomically(`${this.path}/${BROKER_EPOCH}`, asciiBytes(text), completion);
  }

  /** Everything was rewritten that a failed sync may have left undone. Need not be durable: a loss of power takes the pages as well. */
  noteSyncsHold(): void {
    this.ports.disk.open(`${this.path}/${SYNCS_HOLD}`, true).close();
    this.mustRewrite = false;
  }

  noteSyncFailure(): void {
    this.ports.disk.remove(`${this.path}/${SYNCS_HOLD}`);
  }

  writeWrittenPoints(lines: readonly string[], done: (() => void) | null): void {
    this.writtenPointFile.write(asciiBytes(`${[this.ports.disk.bootId(), ...lines].join("\n")}\n`), done);
  }

  release(): void {
    this.lock?.release();
    this.lock = null;
  }
}

function epochText(brokerEpoch: number, bootId: string, alwaysSyncs: boolean): string {
  return `${brokerEpoch}\n${bootId}\n${alwaysSyncs ? "fsync" : "write"}\n`;
}

/** The directories that will hold a new name once `path` is made. */
function missingDirectories(disk: Disk, path: string): string[] {
  const parents: string[] = [];
  let at = path;
  while (at.length > 1 && !disk.exists(at)) {
    at = at.slice(0, Math.max(1, at.lastIndexOf("/")));
    parents.push(at);
  }
  return parents;
}

/** Rewrites a checkpoint file, one write at a time; what changes meanwhile is written next. */
export class CheckpointWriter implements DiskCompletion {
  private readonly disk: Disk;
  private readonly path: string;
  private readonly onError: (error: DiskError) => void;
  private last: Uint8Array;
  private next: Uint8Array | null;
  private isWriting: boolean;
  /** Called once what was given last is durable. */
  private waiting: (() => void)[];
  private underWay: (() => void)[];

  constructor(disk: Disk, path: string, onError: (error: DiskError) => void) {
    this.disk = disk;
    this.path = path;
    this.onError = onError;
    this.last = NOTHING;
    this.next = null;
    this.isWriting = false;
    this.waiting = [];
    this.underWay = [];
  }

  writeLines(lines: readonly string[], done: (() => void) | null = null): void {
    this.write(encodeCheckpoint(lines), done);
  }

  /** `done` is called when these bytes, or later ones, are durable: at once if they are; never if that fails. */
  write(bytes: Uint8Array, done: (() => void) | null = null): void {
    if (this.isWriting) {
      this.next = bytes;
      if (done !== null) this.waiting.push(done);
      return;
    }
    if (isSame(bytes, this.last)) {
      done?.();
      return;
    }
    if (done !== null) this.waiting.push(done);
    this.begin(bytes);
  }

  private begin(bytes: Uint8Array): void {
    this.last = bytes;
    this.isWriting = true;
    this.underWay = this.waiting;
    this.waiting = [];
    this.disk.writeFileAtomically(this.path, bytes, this);
  }

  /** For the shutdown; throws DiskError. */
  writeLinesNow(lines: readonly string[]): void {
    this.next = null;
    this.disk.writeFileAtomicallySync(this.path, encodeCheckpoint(lines));
  }

  get isIdle(): boolean {
    return !this.isWriting;
  }

  onDiskDone(error: DiskError | null): void {
    this.isWriting = false;
    if (error !== null) {
      this.onError(error);
      return;
    }
    const done = this.underWay;
    this.underWay = [];
    const next = this.next;
    this.next = null;
    if (next !== null) this.begin(next);
    for (const one of done) one();
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const NOTHING = new Uint8Array(0);

function notFormatted(path: string): StorageError {
  const text = `The data directory ${path} is not formatted. Run "holdfast format" with this node's configuration first.`;
  return new StorageError("NOT_FORMATTED", path, text);
}
