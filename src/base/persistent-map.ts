/**
 * An immutable hash map (a hash array mapped trie, 32 ways a level): `set` and `delete` give a new map in O(log n) that
 * shares all else with the old one. The order of iteration follows the keys' hashes: after the same history it is the same on
 * every machine.
 */
export class PersistentMap<K extends string | number, V> implements ReadonlyMap<K, V> {
  readonly size: number;
  private readonly root: Node<K, V> | null;

  private constructor(root: Node<K, V> | null, size: number) {
    this.root = root;
    this.size = size;
  }

  static empty<K extends string | number, V>(): PersistentMap<K, V> {
    return EMPTY as unknown as PersistentMap<K, V>;
  }

  static of<K extends string | number, V>(entries: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    let map = PersistentMap.empty<K, V>();
    for (const [key, value] of entries) map = map.set(key, value);
    return map;
  }

  get(key: K): V | undefined {
    let node = this.root;
    let hash = hashOf(key);
    while (node !== null) {
      if (node.children === null) {
        const at = node.keys.indexOf(key);
        return at < 0 ? undefined : node.values[at];
      }
      const bit = 1 << (hash & 31);
      if ((node.bitmap & bit) === 0) return undefined;
      node = node.children[popCount(node.bitmap & (bit - 1))];
      hash >>>= 5;
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** `value` must not be undefined. The map itself when the key has that very value already. */
  set(key: K, value: V): PersistentMap<K, V> {
    const before = this.get(key);
    if (before === value) return this;
    const root = insert(this.root, key, value, hashOf(key), 0);
    return new PersistentMap(root, before === undefined ? this.size + 1 : this.size);
  }

  delete(key: K): PersistentMap<K, V> {
    if (!this.has(key)) return this;
    if (this.size === 1) return PersistentMap.empty();
    return new PersistentMap(remove(this.root as Node<K, V>, key, hashOf(key)), this.size - 1);
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void, self?: unknown): void {
    for (const [key, value] of this) visit.call(self, value, key, this);
  }

  *entries(): MapIterator<[K, V]> {
    const path: Node<K, V>[] = this.root === null ? [] : [this.root];
    while (path.length > 0) {
      const node = path.pop() as Node<K, V>;
      if (node.children === null) {
        for (let i = 0; i < node.keys.length; i++) yield [node.keys[i], node.values[i]];
      } else {
        for (let i = node.children.length - 1; i >= 0; i--) path.push(node.children[i]);
      }
    }
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "PersistentMap";
  }
}

/** A branch (children, one for each bit of the bitmap) or a leaf (up to `LEAF` keys, more only at the depth where hashes end). */
interface Node<K, V> {
  readonly bitmap: number;
  readonly children: readonly Node<K, V>[] | null;
  readonly keys: readonly K[];
  readonly values: readonly V[];
}

const LEAF = 8;
const DEPTH_MAX = 6;
const NONE: readonly never[] = [];

function insert<K extends string | number, V>(
  node: Node<K, V> | null,
  key: K,
  value: V,
  hash: number,
  depth: number,
): Node<K, V> {
  if (node === null) return { bitmap: 0, children: null, keys: [key], values: [value] };
  if (node.children === null) {
    const at = node.keys.indexOf(key);
    if (at >= 0) return { bitmap: 0, children: null, keys: node.keys, values: node.values.with(at, value) };
    if (node.keys.length < LEAF || depth > DEPTH_MAX) {
      return { bitmap: 0, children: null, keys: [...node.keys, key], values: [...node.values, value] };
    }
    let branch: Node<K, V> = { bitmap: 0, children: NONE, keys: NONE, values: NONE };
    for (let i = 0; i < node.keys.length; i++) {
      branch = insert(branch, node.keys[i], node.values[i], hashOf(node.keys[i]) >>> (5 * depth), depth);
    }
    return insert(branch, key, value, hash, depth);
  }
  const bit = 1 << (hash & 31);
  const at = popCount(node.bitmap & (bit - 1));
  const has = (node.bitmap & bit) !== 0;
  const child = insert(has ? node.children[at] : null, key, value, hash >>> 5, depth + 1);
  const children = has ? node.children.with(at, child) : node.children.toSpliced(at, 0, child);
  return { bitmap: node.bitmap | bit, children, keys: NONE, values: NONE };
}

/** `key` is in it. Null when nothing is left. */
function remove<K extends string | number, V>(node: Node<K, V>, key: K, hash: number): Node<K, V> | null {
  if (node.children === null) {
    if (node.keys.length === 1) return null;
    const at = node.keys.indexOf(key);
    return {
      bitmap: 0,
      children: null,
      keys: node.keys.toSpliced(at, 1),
      values: node.values.toSpliced(at, 1),
    };
  }
  const bit = 1 << (hash & 31);
  const at = popCount(node.bitmap & (bit - 1));
  const child = remove(node.children[at], key, hash >>> 5);
  if (child !== null) {
    return { bitmap: node.bitmap, children: node.children.with(at, child), keys: NONE, values: NONE };
  }
  if (node.children.length === 1) return null;
  return { bitmap: node.bitmap & ~bit, children: node.children.toSpliced(at, 1), keys: NONE, values: NONE };
}

/** FNV-1a over the text's code units, or a mixed integer; 32 bits, unsigned. */
function hashOf(key: string | number): number {
  let hash = 0x811c9dc5;
  if (typeof key === "number") {
    hash = Math.imul(key ^ (key >>> 16), 0x45d9f3b);
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function popCount(bits: number): number {
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const EMPTY = Reflect.construct(PersistentMap, [null, 0]) as PersistentMap<never, never>;
