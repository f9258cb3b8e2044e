/** The partition of a key as Kafka's own clients choose it: murmur2 of the key's bytes, made positive, modulo the count. */
export function keyPartition(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions;
}

const SEED = 0x9747_b28c;
const M = 0x5bd1_e995;

function murmur2(data: Uint8Array): number {
  const { length } = data;
  let h = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - at;
  if (rest >= 3) h ^= data[at + 2] << 16;
  if (rest >= 2) h ^= data[at + 1] << 8;
  if (rest >= 1) h = Math.imul(h ^ data[at], M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}
