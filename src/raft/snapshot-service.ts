import { type DiskError, DiskError as DiskFault, type DiskFile, type DiskReadCompletion } from "../ports/index.js";
import type { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Input } from "../protocol/schema.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { isForeignCluster } from "./election-requests.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";
import { isBootstrapSnapshot, type StoredSnapshot } from "./snapshot-store.js";

type SnapshotRequest = RaftRequest<typeof Apis.FetchSnapshot>;
type SnapshotPartition = SnapshotRequest["body"]["topics"][number]["partitions"][number];
type PartitionAnswer = NonNullable<
  NonNullable<Input<typeof Apis.FetchSnapshot.response>["topics"]>[number]["partitions"]
>[number];

const PIECE_BYTES_MAX = 1024 * 1024;

/** Serves pieces of snapshots (Kafka: handleFetchSnapshotRequest). A request without a partition is refused, not trusted (CVE-2026-83525). */
export function serveFetchSnapshot(node: RaftNode, request: SnapshotRequest): void {
  const { body } = request;
  if (isForeignCluster(node, body.clusterId)) {
    node.reply(request, { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID });
    return;
  }
  if (body.topics.length !== 1 || body.topics[0].partitions.length !== 1) {
    node.reply(request, { errorCode: ErrorCode.INVALID_REQUEST });
    return;
  }
  const [topic] = body.topics;
  const [partition] = topic.partitions;
  if (topic.name !== METADATA_TOPIC || partition.partition !== 0) {
    respond(node, request, { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }, topic.name, partition.partition);
    return;
  }
  const refusal = node.leaderError(partition.currentLeaderEpoch);
  if (refusal !== ErrorCode.NONE) {
    respond(node, request, { errorCode: refusal });
    return;
  }
  const { endOffset, epoch } = partition.snapshotId;
  const id = { offset: endOffset, epoch };
  const snapshot = isBootstrapSnapshot(id) ? null : node.snapshots.find(id);
  if (snapshot === null) {
    respond(node, request, { errorCode: ErrorCode.SNAPSHOT_NOT_FOUND });
    return;
  }
  if (partition.position < 0 || partition.position >= snapshot.bytes) {
    respond(node, request, { errorCode: ErrorCode.POSITION_OUT_OF_RANGE });
    return;
  }
  const { state } = node.quorum;
  if (state.name === "leader") {
    const replica = { id: body.replicaId, directoryId: partition.replicaDirectoryId };
    state.noteContact(replica, node.clock.nowMs());
  }
  PieceRead.start(node, request, snapshot, partition);
}

function respond(
  node: RaftNode,
  request: SnapshotRequest,
  content: PartitionAnswer,
  name = METADATA_TOPIC,
  index = 0,
): void {
  const { leaderId, epoch } = node.quorum.state;
  const currentLeader = { leaderId: leaderId ?? -1, leaderEpoch: epoch };
  node.reply(request, {
    topics: [
      { name, partitions: [{ ...content, index, currentLeader, unalignedRecords: content.unalignedRecords ?? [] }] },
    ],
    nodeEndpoints: request.version >= 1 ? node.nodeEndpoints(request) : [],
  });
}

class PieceRead implements DiskReadCompletion {
  private readonly node: RaftNode;
  private readonly request: SnapshotRequest;
  private readonly snapshot: StoredSnapshot;
  private readonly position: number;
  private readonly file: DiskFile;
  private readonly bytes: Uint8Array;

  private constructor(
    node: RaftNode,
    request: SnapshotRequest,
    snapshot: StoredSnapshot,
    position: number,
    file: DiskFile,
    bytes: Uint8Array,
  ) {
    this.node = node;
    this.request = request;
    this.snapshot = snapshot;
    this.position = position;
    this.file = file;
    this.bytes = bytes;
  }

  static start(
    node: RaftNode,
    request: SnapshotRequest,
    snapshot: StoredSnapshot,
    { position }: SnapshotPartition,
  ): void {
    const wanted = Math.max(1, Math.min(request.body.maxBytes, PIECE_BYTES_MAX));
    const bytes = new Uint8Array(Math.min(wanted, snapshot.bytes - position));
    let file: DiskFile;
    try {
      file = node.ports.disk.open(snapshot.path, false);
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      respond(node, request, { errorCode: ErrorCode.SNAPSHOT_NOT_FOUND });
      return;
    }
    const read = new PieceRead(node, request, snapshot, position, file, bytes);
    file.read(position, bytes, read);
  }

  onDiskRead(error: DiskError | null, bytesRead: number): void {
    const { node, request, snapshot } = this;
    this.file.close();
    if (error !== null || bytesRead === 0) {
      respond(node, request, { errorCode: ErrorCode.SNAPSHOT_NOT_FOUND });
      return;
    }
    respond(node, request, {
      snapshotId: { endOffset: snapshot.offset, epoch: snapshot.epoch },
      size: snapshot.bytes,
      position: this.position,
      unalignedRecords: this.bytes.subarray(0, bytesRead),
    });
  }
}
