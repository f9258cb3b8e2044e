import { type DiskCompletion, DiskError, type DiskFile } from "../ports/index.js";
import type { Apis, ResponseOf } from "../protocol/apis.js";
import type { QuorumMember } from "./quorum.js";
import type { RaftNode } from "./raft-node.js";
import type { SnapshotId } from "./snapshot-store.js";

type SnapshotPart = ResponseOf<typeof Apis.FetchSnapshot>["topics"][number]["partitions"][number];

/** Beyond it the whole could not be read at once any more. */
const SNAPSHOT_BYTES_MAX = 1024 * 1024 * 1024;

/** A snapshot that a follower fetches piece by piece into a partial file. */
export class SnapshotDownload implements DiskCompletion {
  readonly id: SnapshotId;
  /** The state in which it was begun; with another one it is void. */
  readonly round: QuorumMember;
  /** Bytes that were received. */
  position: number;
  private readonly node: RaftNode;
  private readonly file: DiskFile;
  private readonly onEnd: (download: SnapshotDownload) => void;
  private step: "idle" | "write" | "sync" | "publish" | "stopped" | "closed";
  private size: number;

  private constructor(
    node: RaftNode,
    round: QuorumMember,
    id: SnapshotId,
    file: DiskFile,
    onEnd: (download: SnapshotDownload) => void,
  ) {
    this.node = node;
    this.round = round;
    this.id = id;
    this.file = file;
    this.onEnd = onEnd;
    this.position = 0;
    this.step = "idle";
    this.size = -1;
  }

  /** Null when the disk failed, of which the node was told. */
  static start(
    node: RaftNode,
    round: QuorumMember,
    id: SnapshotId,
    onEnd: (download: SnapshotDownload) => void,
  ): SnapshotDownload | null {
    const { disk } = node.ports;
    const path = node.snapshots.partialPath(id);
    try {
      disk.remove(path);
      return new SnapshotDownload(node, round, id, disk.open(path, true), onEnd);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      node.fail(error);
      return null;
    }
  }

  /** A piece is being written: nothing is fetched meanwhile. */
  get isBusy(): boolean {
    return this.step !== "idle";
  }

  /** Takes the next piece; false when it is not the next piece of this snapshot. */
  append(part: SnapshotPart): boolean {
    const { snapshotId, position, size, unalignedRecords: bytes } = part;
    if (this.step !== "idle") return false;
    if (snapshotId.endOffset !== this.id.offset || snapshotId.epoch !== this.id.epoch) return false;
    if (position !== this.position || bytes.length === 0) return false;
    if (size > SNAPSHOT_BYTES_MAX || position + bytes.length > size) return false;
    if (this.size >= 0 && this.size !== size) return false;
    this.size = size;
    this.position += bytes.length;
    this.step = "write";
    this.file.write(position, [bytes], this);
    return true;
  }

  stop(): void {
    if (this.step === "idle") this.file.close();
    this.step = this.step === "publish" ? "closed" : "stopped";
  }

  onDiskDone(error: DiskError | null): void {
    if (this.step === "closed") return;
    if (this.step === "stopped") {
      this.file.close();
      return;
    }
    if (error !== null) {
      this.onEnd(this);
      this.node.fail(error);
      return;
    }
    switch (this.step) {
      case "write":
        if (this.position < this.size) {
          this.step = "idle";
          this.node.pollSoon();
          return;
        }
        this.step = "sync";
        this.file.sync(this);
        break;
      case "sync":
        this.file.close();
        this.step = "publish";
        try {
          this.node.snapshots.publish(this.id, this.size, this);
        } catch (failed) {
          if (!(failed instanceof DiskError)) throw failed;
          this.node.fail(failed);
        }
        break;
      default:
        this.onEnd(this);
        this.node.adoptSnapshot(this.id);
    }
  }
}
