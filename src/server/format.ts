import { randomUuid, type Uuid } from "../base/uuid.js";
import { bootstrapRecords } from "../metadata/bootstrap.js";
import { LATEST_METADATA_VERSION } from "../metadata/feature-levels.js";
import { DiskError, type Random } from "../ports/index.js";
import { formatDirectory } from "../storage/log-directory.js";
import { META_PROPERTIES, readMetaProperties } from "../storage/meta-properties.js";
import { StorageError } from "../storage/storage-error.js";
import {
  BOOTSTRAP_FILE,
  encodeBootstrap,
  encodeInitialVoters,
  type FilePorts,
  type InitialVoter,
} from "./bootstrap-file.js";

export interface FormatPorts extends FilePorts {
  readonly random: Random;
}

export interface FormatOptions {
  readonly clusterId: string;
  readonly nodeId: number;
  /** All of the node's directories, that of the metadata log too; absolute. */
  readonly directories: readonly string[];
  readonly metadataDirectory: string;
  readonly release: string;
  /** Milliseconds since 1970, for the files. */
  readonly timestamp: number;
  /** Leave directories alone that are formatted for this cluster and node. */
  readonly ignoreFormatted: boolean;
  readonly metadataVersion?: number;
  /** Levels of features other than their defaults; 0 leaves a feature out. */
  readonly features?: ReadonlyMap<string, number>;
  /** The voters of a dynamic quorum; null: a static one, or a node that joins one. This node's directory id is taken from it where it is among them. */
  readonly initialVoters?: InitialVoters | null;
}

/** `listenerName`: of the controllers' first listener, by which the voters' addresses are meant. */
export interface InitialVoters {
  readonly listenerName: string;
  readonly voters: readonly InitialVoter[];
}

export interface FormattedDirectory {
  readonly path: string;
  readonly directoryId: Uuid;
  /** It was formatted before, and left alone. */
  readonly wasFormatted: boolean;
}

/** Makes the directories this cluster's and this node's, as Apache Kafka's storage tool does. Throws StorageError, whose message says what to do. */
export function formatNode(options: FormatOptions, ports: FormatPorts): FormattedDirectory[] {
  const { disk } = ports;
  const paths = [...new Set([...options.directories, options.metadataDirectory])];
  let at = "";
  try {
    const formatted = new Map<string, Uuid>();
    for (const path of paths) {
      at = path;
      const id = checkDirectory(path, options, ports);
      if (id !== null) formatted.set(path, id);
    }
    const bootstrap = encodeBootstrap(
      bootstrapRecords(options.metadataVersion ?? LATEST_METADATA_VERSION, options.features),
      options.timestamp,
      ports,
    );
    const done: FormattedDirectory[] = [];
    for (const path of paths) {
      at = path;
      const before = formatted.get(path);
      if (before !== undefined) {
        done.push({ path, directoryId: before, wasFormatted: true });
        continue;
      }
      const directoryId = directoryIdFor(path, options, ports);
      disk.makeDirectory(path);
      disk.writeFileAtomicallySync(`${path}/${BOOTSTRAP_FILE}`, bootstrap);
      if (path === options.metadataDirectory) writeInitialVoters(options, directoryId, ports);
      // Last: with it the directory counts as formatted.
      formatDirectory(
        disk,
        path,
        { clusterId: options.clusterId, nodeId: options.nodeId, directoryId },
        options.release,
      );
      done.push({ path, directoryId, wasFormatted: false });
    }
    return done;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new StorageError(
      "UNUSABLE",
      at,
      `The data directory ${at} cannot be formatted: ${error.message} (${error.code}). Check that this user may write to it, and that the disk is not full.`,
    );
  }
}

/** The directory's id when it is formatted already and may be left alone; null when it is to be formatted. */
function checkDirectory(path: string, options: FormatOptions, ports: FormatPorts): Uuid | null {
  const { disk } = ports;
  const meta = disk.exists(path) ? readMetaProperties(disk, path) : null;
  if (meta === null) return null;
  if (!options.ignoreFormatted) {
    throw new StorageError(
      "ALREADY_FORMATTED",
      path,
      `The data directory ${path} is formatted already, for cluster ${meta.clusterId}. Leave it as it is with --ignore-formatted, or name an empty directory.`,
    );
  }
  if (meta.clusterId !== options.clusterId) {
    throw new StorageError(
      "FOREIGN_CLUSTER",
      path,
      `The data directory ${path} belongs to cluster ${meta.clusterId}, not to ${options.clusterId}. Name that cluster's id, or an empty directory.`,
    );
  }
  if (meta.nodeId !== options.nodeId) {
    throw new StorageError(
      "FOREIGN_NODE",
      path,
      `The data directory ${path} belongs to node ${meta.nodeId}, not to node ${options.nodeId}. Set node.id=${meta.nodeId}, or name an empty directory.`,
    );
  }
  if (meta.directoryId === null) {
    throw new StorageError(
      "DAMAGED",
      path,
      `${path}/${META_PROPERTIES} has no directory.id. Start the node once, which adds one, or name an empty directory.`,
    );
  }
  return meta.directoryId;
}

function directoryIdFor(path: string, options: FormatOptions, ports: FormatPorts): Uuid {
  if (path === options.metadataDirectory) {
    const voter = options.initialVoters?.voters.find(({ id }) => id === options.nodeId);
    if (voter !== undefined && voter.directoryId !== "") return voter.directoryId;
  }
  return randomUuid(ports.random);
}

/** `voters` of one that stands alone may leave its directory id empty: it is made here. */
function writeInitialVoters(options: FormatOptions, directoryId: Uuid, ports: FormatPorts): void {
  const initial = options.initialVoters ?? null;
  if (initial === null) return;
  const { disk } = ports;
  const voters = initial.voters.map((voter) => (voter.id === options.nodeId ? { ...voter, directoryId } : voter));
  const directory = `${options.metadataDirectory}/__cluster_metadata-0`;
  disk.makeDirectory(directory);
  disk.writeFileAtomicallySync(
    `${directory}/00000000000000000000-0000000000.checkpoint`,
    encodeInitialVoters(voters, initial.listenerName, options.timestamp, ports),
  );
}
