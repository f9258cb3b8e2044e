import { isUuid, type Uuid, uuidToBytes } from "../base/uuid.js";
import type { Random } from "../ports/index.js";

/** Names of files and directories in a log directory, as Kafka gives them. */
export const LOG_SUFFIX = ".log";
export const INDEX_SUFFIX = ".index";
export const TIME_INDEX_SUFFIX = ".timeindex";
export const TRANSACTION_INDEX_SUFFIX = ".txnindex";
export const SNAPSHOT_SUFFIX = ".snapshot";
/** Our own, beside a `.snapshot`: see `encodeProducerWindows`. */
export const WINDOWS_SUFFIX = ".producers";
export const DELETED_FILE_SUFFIX = ".deleted";
export const CLEANED_FILE_SUFFIX = ".cleaned";
export const SWAP_FILE_SUFFIX = ".swap";
export const TEMPORARY_SUFFIX = ".tmp";
export const LEADER_EPOCH_CHECKPOINT = "leader-epoch-checkpoint";
export const PARTITION_METADATA = "partition.metadata";
/** Our own: `<offset> <end>` of what was found damaged, so that the next start finds it again. */
export const DAMAGE_FILE = "holdfast.damage";
/** Our own: there while a log is being cut, as a process that is killed meanwhile leaves it. */
export const TRUNCATION_FILE = "holdfast.truncation";
export const METADATA_TOPIC = "__cluster_metadata";

/** `00000000000000000042`: an offset with 20 digits. */
export function offsetName(offset: number): string {
  return String(offset).padStart(20, "0");
}

/** The offset that a file's name starts with, −1 when it is not one of ours with this suffix. */
export function offsetOfName(name: string, suffix: string): number {
  if (!name.endsWith(suffix) || name.length !== 20 + suffix.length) return -1;
  const digits = name.slice(0, 20);
  for (let i = 0; i < 20; i++) {
    const code = digits.charCodeAt(i);
    if (code < 48 || code > 57) return -1;
  }
  const offset = Number(digits);
  return Number.isSafeInteger(offset) ? offset : -1;
}

export function partitionDirectoryName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** The partition that a directory's name stands for, null when it is not a partition's directory. */
export function partitionOfDirectoryName(name: string): { topic: string; partition: number } | null {
  const dash = name.lastIndexOf("-");
  if (dash <= 0 || dash === name.length - 1) return null;
  const digits = name.slice(dash + 1);
  if (!/^(0|[1-9][0-9]{0,9})$/.test(digits)) return null;
  const topic = name.slice(0, dash);
  if (!/^[a-zA-Z0-9._-]+$/.test(topic)) return null;
  const partition = Number(digits);
  return partition > 2147483647 ? null : { topic, partition };
}

const MAX_DIRECTORY_NAME = 255;

/** `<topic>-<n>.<32 hex>-delete` or `-stray`: unique, within 255 characters. */
export function setAsideName(topic: string, partition: number, random: Random, ending: "delete" | "stray"): string {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  const suffix = `-${partition}.${hex}-${ending}`;
  return topic.slice(0, MAX_DIRECTORY_NAME - suffix.length) + suffix;
}

export function isDeletedDirectoryName(name: string): boolean {
  return /\.[0-9a-f]{32}-delete$/.test(name);
}

export function isStrayDirectoryName(name: string): boolean {
  return /\.[0-9a-f]{32}-stray$/.test(name);
}

/** Whether a directory id may be used: not one of the first hundred, which are reserved. */
export function isUsableDirectoryId(id: Uuid): boolean {
  if (!isUuid(id)) return false;
  const bytes = new Uint8Array(16);
  uuidToBytes(id, bytes, 0);
  for (let i = 0; i < 15; i++) if (bytes[i] !== 0) return true;
  return bytes[15] >= 100;
}
