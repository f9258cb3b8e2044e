import { type Disk, DiskError } from "../ports/index.js";
import type { EpochEntry } from "./leader-epochs.js";

/** `<topic> <partition> <offset>` of each partition, by `topic-partition`. */
export type OffsetCheckpoint = Map<string, number>;

/** Bytes of a text in ASCII, which is all that these files hold. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Text of ASCII bytes; others come out as they are in Latin-1. */
export function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(at + 8192, bytes.length)));
  }
  return text;
}

/** `0\n<count>\n<line>\n…`, as Kafka's CheckpointFile. */
export function encodeCheckpoint(lines: readonly string[]): Uint8Array {
  return asciiBytes(lines.length === 0 ? "0\n0\n" : `0\n${lines.length}\n${lines.join("\n")}\n`);
}

/** The lines of a checkpoint file, null when it is malformed. */
export function decodeCheckpoint(bytes: Uint8Array): string[] | null {
  const lines = asciiText(bytes).split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  if (lines.length < 2 || lines[0].trim() !== "0") return null;
  const count = Number(lines[1]);
  if (!Number.isInteger(count) || count !== lines.length - 2) return null;
  return lines.slice(2);
}

/** The offsets of a checkpoint file: empty when the file is missing; null when it is malformed. Throws DiskError otherwise. */
export function readOffsetCheckpoint(disk: Disk, path: string): OffsetCheckpoint | null {
  const lines = readCheckpoint(disk, path);
  return lines === null ? null : parseOffsets(lines);
}

export function parseOffsets(lines: readonly string[]): OffsetCheckpoint | null {
  const offsets: OffsetCheckpoint = new Map();
  for (const line of lines) {
    const parts = line.trim().split(/\s+/);
    const offset = Number(parts[2]);
    if (parts.length !== 3 || !Number.isSafeInteger(offset) || !/^\d+$/.test(parts[1])) return null;
    offsets.set(`${parts[0]}-${parts[1]}`, offset);
  }
  return offsets;
}

export function readEpochCheckpoint(disk: Disk, path: string): EpochEntry[] | null {
  const lines = readCheckpoint(disk, path);
  if (lines === null) return null;
  const entries: EpochEntry[] = [];
  for (const line of lines) {
    const parts = line.trim().split(/\s+/);
    const epoch = Number(parts[0]);
    const startOffset = Number(parts[1]);
    if (parts.length !== 2 || !Number.isInteger(epoch) || !Number.isSafeInteger(startOffset)) return null;
    entries.push({ epoch, startOffset });
  }
  return entries;
}

export function encodeEpochs(entries: readonly EpochEntry[]): Uint8Array {
  return encodeCheckpoint(entries.map((entry) => `${entry.epoch} ${entry.startOffset}`));
}

function readCheckpoint(disk: Disk, path: string): string[] | null {
  try {
    return decodeCheckpoint(disk.readFile(path));
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return [];
    throw error;
  }
}
