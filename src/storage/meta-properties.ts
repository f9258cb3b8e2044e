import type { Uuid } from "../base/uuid.js";
import { type Disk, DiskError } from "../ports/index.js";
import { asciiBytes, asciiText } from "./checkpoint-file.js";

export const META_PROPERTIES = "meta.properties";
export const VERSION_STAMP = "holdfast.version";
/** Of what this release writes beside Kafka's own files; a later number is not understood. */
export const STORAGE_FORMAT = 1;

/** `meta.properties` of a log directory. */
export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: Uuid;
}

export function encodeMetaProperties(meta: MetaProperties): Uint8Array {
  return asciiBytes(
    `#\nnode.id=${meta.nodeId}\nversion=1\ndirectory.id=${meta.directoryId}\ncluster.id=${meta.clusterId}\n`,
  );
}

/** Null when the file is missing; `directoryId` null where an older release left it out. Throws DiskError. */
export function readMetaProperties(
  disk: Disk,
  directory: string,
): { clusterId: string | null; nodeId: number | null; directoryId: Uuid | null; version: string | null } | null {
  const text = readText(disk, `${directory}/${META_PROPERTIES}`);
  if (text === null) return null;
  const values = parseProperties(text);
  const node = values.get("node.id") ?? values.get("broker.id");
  return {
    clusterId: values.get("cluster.id") ?? null,
    nodeId: node === undefined || !/^\d+$/.test(node) ? null : Number(node),
    directoryId: values.get("directory.id") ?? null,
    version: values.get("version") ?? null,
  };
}

/** `holdfast.version`: `format=<n>`, `release=<text>`. */
export function encodeVersionStamp(release: string): Uint8Array {
  return asciiBytes(`format=${STORAGE_FORMAT}\nrelease=${release}\n`);
}

/** Null when there is none: the directory is new, or Apache Kafka's. */
export function readVersionStamp(disk: Disk, directory: string): { format: number; release: string } | null {
  const text = readText(disk, `${directory}/${VERSION_STAMP}`);
  if (text === null) return null;
  const values = parseProperties(text);
  return { format: Number(values.get("format") ?? "NaN"), release: values.get("release") ?? "unknown" };
}

export function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith("!")) continue;
    const equals = trimmed.search(/[=:]/);
    if (equals < 0) continue;
    values.set(trimmed.slice(0, equals).trim(), trimmed.slice(equals + 1).trim());
  }
  return values;
}

/** A small text file, null when it is missing. Throws DiskError. */
export function readText(disk: Disk, path: string): string | null {
  try {
    return asciiText(disk.readFile(path));
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return null;
    throw error;
  }
}

/** `partition.metadata`. */
export function encodePartitionMetadata(topicId: Uuid): Uint8Array {
  return asciiBytes(`version: 0\ntopic_id: ${topicId}`);
}

/** The topic id, null when the file is missing or says none. Throws DiskError. */
export function readPartitionMetadata(disk: Disk, path: string): Uuid | null {
  const text = readText(disk, path);
  if (text === null) return null;
  const values = parseProperties(text);
  return values.get("version") === "0" ? (values.get("topic_id") ?? null) : null;
}
