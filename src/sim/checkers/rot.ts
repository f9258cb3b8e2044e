import { readInt32, readInt64 } from "../../base/bytes.js";
import type { SeededRandom } from "../../base/random.js";
import type { SimNode } from "../sim-node.js";
import type { PartitionChecker } from "./partition-checker.js";

/** A byte of a file as it is now that it went bad. */
export interface RottenByte {
  readonly path: string;
  readonly position: number;
  readonly value: number;
}

const HEADER_BYTES = 61;

/**
 * Flips one bit, on the medium and in the page cache, of a record that is committed and that the node has noted as durable: what it fsynced
 * a moment ago it cannot tell from a torn tail. Null where there is no such record. Metadata logs are spared: of three of them one must never go bad beyond what its own checks can tell.
 */
export function rotOneByte(
  node: SimNode,
  partitions: Iterable<PartitionChecker>,
  random: SeededRandom,
): RottenByte | null {
  const candidates: PartitionChecker[] = [];
  const points = recoveryPoints(node);
  for (const checker of partitions) {
    const shadow = checker.shadows.get(node.id);
    if (shadow !== undefined && !checker.tainted && shadow.start < durableEnd(checker, node, points)) {
      candidates.push(checker);
    }
  }
  if (candidates.length === 0) return null;
  const checker = random.pick(candidates);
  const shadow = checker.shadow(node.id);
  const wanted = random.between(shadow.start, durableEnd(checker, node, points) - 1);
  for (const [path, inode] of node.disk.filesBelow(`/data/${checker.name}`)) {
    if (!path.endsWith(".log")) continue;
    const bytes = new Uint8Array(inode.size);
    inode.read(0, bytes, 0, bytes.length);
    for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
      const size = 12 + readInt32(bytes, at + 8);
      if (size < HEADER_BYTES || at + size > bytes.length) break;
      const last = readInt64(bytes, at) + readInt32(bytes, at + 23);
      if (last >= wanted) {
        const position = random.between(at + HEADER_BYTES, at + size - 1);
        const value = bytes[position] ^ (1 << random.below(8));
        inode.rot(position, value);
        return { path, position, value };
      }
      at += size;
    }
  }
  return null;
}

function durableEnd(checker: PartitionChecker, node: SimNode, points: ReadonlyMap<string, number>): number {
  return Math.min(points.get(checker.name) ?? 0, checker.shadow(node.id).flushed, checker.trueHighWatermark);
}

/** Of the node's checkpoint file, by partition. */
function recoveryPoints(node: SimNode): Map<string, number> {
  const points = new Map<string, number>();
  const inode = node.disk.find("/data/recovery-point-offset-checkpoint");
  if (inode === null || inode.isDirectory) return points;
  const bytes = new Uint8Array(inode.size);
  inode.read(0, bytes, 0, bytes.length);
  for (const line of String.fromCharCode(...bytes).split("\n")) {
    const [topic, partition, offset] = line.split(" ");
    if (offset !== undefined) points.set(`${topic}-${partition}`, Number(offset));
  }
  return points;
}

/** Until the file is gone, or the byte was written again. */
export function isStillRotten(node: SimNode, byte: RottenByte): boolean {
  const inode = node.disk.find(byte.path);
  if (inode === null || inode.isDirectory || inode.size <= byte.position) return false;
  const now = new Uint8Array(1);
  inode.read(byte.position, now, 0, 1);
  return now[0] === byte.value;
}
