/** Levels of metadata.version by the releases of Apache Kafka that brought them: the first level, and how many there are. */
const RELEASES: ReadonlyMap<string, { readonly first: number; readonly count: number; readonly firstIv: number }> =
  new Map([
    ["3.3", { first: 7, count: 1, firstIv: 3 }],
    ["3.4", { first: 8, count: 1, firstIv: 0 }],
    ["3.5", { first: 9, count: 3, firstIv: 0 }],
    ["3.6", { first: 12, count: 3, firstIv: 0 }],
    ["3.7", { first: 15, count: 5, firstIv: 0 }],
    ["3.8", { first: 20, count: 1, firstIv: 0 }],
    ["3.9", { first: 21, count: 1, firstIv: 0 }],
    ["4.0", { first: 22, count: 4, firstIv: 0 }],
    ["4.1", { first: 26, count: 2, firstIv: 0 }],
    ["4.2", { first: 28, count: 2, firstIv: 0 }],
    ["4.3", { first: 30, count: 1, firstIv: 0 }],
  ]);

/** The level that `4.2`, `4.2.1` or `4.2-IV0` names, as Apache Kafka reads it; null for a version that has none. */
export function metadataVersionOf(version: string): number | null {
  const match = /^(\d+\.\d+)(?:-IV(\d+)|(?:\.\d+)*)$/.exec(version);
  const release = match === null ? undefined : RELEASES.get(match[1]);
  if (match === null || release === undefined) return null;
  const { first, count, firstIv } = release;
  if (match[2] === undefined) return first + count - 1;
  const step = Number(match[2]) - firstIv;
  return step >= 0 && step < count ? first + step : null;
}

/** The name of a level, such as `4.2-IV0`; null for one that none of these releases has. */
export function metadataVersionName(level: number): string | null {
  for (const [release, { first, count, firstIv }] of RELEASES)
    if (level >= first && level < first + count) return `${release}-IV${level - first + firstIv}`;
  return null;
}
