import { DiskError, type Ports } from "../ports/index.js";
import { offsetName, offsetOfName, SNAPSHOT_SUFFIX, WINDOWS_SUFFIX } from "./file-names.js";
import {
  applyProducerWindows,
  decodeProducerSnapshot,
  encodeProducerSnapshot,
  encodeProducerWindows,
} from "./producer-snapshot.js";
import type { ProducerState } from "./producer-state.js";

/**
 * The `.snapshot` files of a log: one at the base of each segment, and one newer that is replaced every few seconds. Beside each lies a file
 * with all that it leaves out of the producers' last batches.
 */
export class ProducerSnapshots {
  private readonly ports: Ports;
  private readonly directory: string;
  private readonly expirationMs: number;
  /** Exclusive end offsets of the snapshots that exist, rising. */
  private offsets: number[];

  constructor(ports: Ports, directory: string, expirationMs: number) {
    this.ports = ports;
    this.directory = directory;
    this.expirationMs = expirationMs;
    this.offsets = [];
  }

  /** Takes over the files of a directory's listing. */
  attach(names: readonly string[]): void {
    this.offsets = [];
    for (const name of names) {
      const offset = offsetOfName(name, SNAPSHOT_SUFFIX);
      if (offset >= 0) this.offsets.push(offset);
    }
    for (const name of names) {
      const offset = offsetOfName(name, WINDOWS_SUFFIX);
      if (offset >= 0 && !this.offsets.includes(offset)) this.ports.disk.remove(`${this.directory}/${name}`);
    }
    this.offsets.sort((a, b) => a - b);
  }

  get latestOffset(): number {
    return this.offsets.length === 0 ? -1 : this.offsets[this.offsets.length - 1];
  }

  /** The paths of the snapshot at exactly this offset and of what lies beside it; empty when there is none. */
  pathsOf(offset: number): string[] {
    return this.offsets.includes(offset) ? [this.windowsPath(offset), this.path(offset)] : [];
  }

  private path(offset: number): string {
    return `${this.directory}/${offsetName(offset)}${SNAPSHOT_SUFFIX}`;
  }

  private windowsPath(offset: number): string {
    return `${this.directory}/${offsetName(offset)}${WINDOWS_SUFFIX}`;
  }

  /** Writes the state as the snapshot at its end; not synced. Throws DiskError. */
  take(state: ProducerState): void {
    const offset = state.endOffset;
    const bytes = encodeProducerSnapshot(this.ports.digest, state);
    writeWhole(this.ports, this.windowsPath(offset), encodeProducerWindows(this.ports.digest, state, bytes));
    writeWhole(this.ports, this.path(offset), bytes);
    if (this.offsets.includes(offset)) return;
    this.offsets.push(offset);
    this.offsets.sort((a, b) => a - b);
  }

  /** Removes those that neither stand at a segment's base nor are the latest. */
  removeStrays(segmentBases: readonly number[]): void {
    const latest = this.latestOffset;
    this.removeWhere((offset) => offset !== latest && !segmentBases.includes(offset));
  }

  removeAbove(offset: number): void {
    this.removeWhere((at) => at > offset);
  }

  removeAtOrBelow(offset: number): void {
    this.removeWhere((at) => at <= offset);
  }

  remove(offset: number): void {
    this.removeWhere((at) => at === offset);
  }

  private removeWhere(goes: (offset: number) => boolean): void {
    const kept: number[] = [];
    for (const offset of this.offsets) {
      if (goes(offset)) {
        this.ports.disk.remove(this.path(offset));
        this.ports.disk.remove(this.windowsPath(offset));
      } else kept.push(offset);
    }
    this.offsets = kept;
  }

  /**
   * Sets `state` to the newest sound snapshot at or below `offset`, or to nothing known at `logStartOffset`; `state.endOffset`
   * tells which. A damaged snapshot is removed, and so is one without the last five batches of its producers, of which a retry would not be
   * known; only Apache Kafka writes them without.
   */
  load(state: ProducerState, offset: number, logStartOffset: number): void {
    const nowMs = this.ports.clock.wallMs();
    for (let i = this.offsets.length - 1; i >= 0; i--) {
      const at = this.offsets[i];
      if (at > offset) continue;
      if (at < logStartOffset) break;
      const snapshot = this.ports.disk.readFile(this.path(at));
      const entries = decodeProducerSnapshot(this.ports.digest, snapshot);
      if (entries === null) {
        this.ports.logger.warn("A producer snapshot is damaged; it is removed.", { path: this.path(at) });
        this.remove(at);
        continue;
      }
      const windows = this.readWindows(at);
      if (windows !== null && !applyProducerWindows(this.ports.digest, windows, at, snapshot, entries)) {
        this.ports.logger.warn("What lies beside a producer snapshot is damaged; both are removed.", {
          path: this.path(at),
        });
        this.remove(at);
        continue;
      }
      state.restore(entries, at, nowMs, this.expirationMs);
      return;
    }
    state.clear(logStartOffset);
  }

  private readWindows(offset: number): Uint8Array | null {
    try {
      return this.ports.disk.readFile(this.windowsPath(offset));
    } catch (error) {
      if (error instanceof DiskError && error.code === "ENOENT") return null;
      throw error;
    }
  }
}

/** Replaces a small file's content without a sync. */
function writeWhole(ports: Ports, path: string, bytes: Uint8Array): void {
  const file = ports.disk.open(path, true);
  try {
    file.writeSync(bytes, 0);
    if (file.size() > bytes.length) file.truncate(bytes.length);
  } finally {
    file.close();
  }
}
