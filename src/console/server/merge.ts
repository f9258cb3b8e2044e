/** What is merged: of one partition in the order of its offsets, whatever the timestamps are. */
export interface Mergeable {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

/** A part of a partition: offsets from `from` to `to`, exclusive. */
export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What is asked of a partition in one round. */
export interface Wanted {
  readonly partition: number;
  readonly offset: number;
  /** At most so many. */
  readonly records: number;
}

export interface Part<T> {
  readonly records: readonly T[];
  /** Where to read on: behind gaps and whatever else is no record. The `offset` that was asked: nothing came this time. */
  readonly next: number;
}

/** Reads from many partitions at once; those that are left out of the answer cannot be read, and are not asked again. */
export type ReadRound<T> = (wanted: readonly Wanted[]) => Promise<ReadonlyMap<number, Part<T>>>;

export interface Limits<T> {
  readonly records: number;
  /** What is merged ends with the record that reaches it. */
  readonly bytes: number;
  bytesOf(record: T): number;
}

export interface Merged<T> {
  /** The earliest first, whichever way was read. */
  readonly records: T[];
  /** Of each partition, what is between its first and last offset here: nothing in it is left out. */
  readonly windows: Range[];
  /** Partitions that could not be read on. */
  readonly unread: number[];
}

/** Rounds in which no partition gives anything: after so many nothing is going to come. */
const EMPTY_ROUNDS_MAX = 3;
/** A partition is first asked for a little more than its share. */
const SHARE = 2;
const FIRST_MIN = 4;

/** One partition that is being merged. */
interface Lane<T> {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** Read and not merged yet, by offset. */
  waiting: T[];
  /** Forward: all below is read; backward: all from here on is. */
  edge: number;
  /** Backward, within what is asked: all from `edge − asked` to here is read. */
  at: number;
  asked: number;
  isUnread: boolean;
}

/**
 * Records from the beginnings of ranges on, in the order of their timestamps; of equal ones the lower partition's is first. A record never
 * comes before one of its own partition with a lower offset: where timestamps of a partition go back, its order of offsets is kept.
 */
export async function mergeForward<T extends Mergeable>(
  ranges: readonly Range[],
  limits: Limits<T>,
  read: ReadRound<T>,
): Promise<Merged<T>> {
  const lanes = lanesOf<T>(ranges, limits.records, ({ from }) => from);
  const isHungry = (lane: Lane<T>): boolean => lane.waiting.length === 0 && lane.edge < lane.to && !lane.isUnread;
  const ask = ({ partition, edge, asked }: Lane<T>): Wanted => ({ partition, offset: edge, records: asked });
  const take = (lane: Lane<T>, { records, next }: Part<T>): boolean => {
    if (next <= lane.edge) return false;
    lane.waiting = records.filter(({ offset }) => offset >= lane.edge && offset < lane.to);
    lane.edge = Math.min(next, lane.to);
    lane.asked = Math.min(lane.asked * 2, limits.records);
    return true;
  };
  const merged: T[] = [];
  for (let bytes = 0; merged.length < limits.records && bytes < limits.bytes; ) {
    await feed({ lanes, isHungry, ask, take }, read);
    const first = best(lanes, ({ waiting }) => waiting[0], isBefore);
    if (first === null) break;
    const record = first.waiting.shift() as T;
    merged.push(record);
    bytes += limits.bytesOf(record);
  }
  const windows = lanes.map(({ partition, from, waiting, edge }) => ({
    partition,
    from,
    to: waiting[0]?.offset ?? edge,
  }));
  return { records: merged, windows, unread: unreadOf(lanes) };
}

/** The last records before the ends of ranges: by timestamps as `mergeForward`, read from the end. */
export async function mergeBackward<T extends Mergeable>(
  ranges: readonly Range[],
  limits: Limits<T>,
  read: ReadRound<T>,
): Promise<Merged<T>> {
  const lanes = lanesOf<T>(ranges, limits.records, ({ to }) => to);
  const ready = new Map<Lane<T>, T[]>();
  for (const lane of lanes) ready.set(lane, []);
  const readyOf = (lane: Lane<T>): T[] => ready.get(lane) as T[];
  const beginning = (lane: Lane<T>): number => Math.max(lane.from, lane.edge - lane.asked);
  const isHungry = (lane: Lane<T>): boolean => readyOf(lane).length === 0 && lane.edge > lane.from && !lane.isUnread;
  const ask = (lane: Lane<T>): Wanted => {
    const offset = lane.at < 0 ? beginning(lane) : lane.at;
    return { partition: lane.partition, offset, records: limits.records };
  };
  const take = (lane: Lane<T>, { records, next }: Part<T>): boolean => {
    const asked = lane.at < 0 ? beginning(lane) : lane.at;
    if (next <= asked) return false;
    for (const record of records) if (record.offset >= asked && record.offset < lane.edge) lane.waiting.push(record);
    if (next < lane.edge) {
      lane.at = next;
      return true;
    }
    // All of what was asked is here: more than can be merged is not kept.
    const kept = lane.waiting.slice(-limits.records);
    lane.edge = kept.length < lane.waiting.length ? kept[0].offset : beginning(lane);
    ready.set(lane, kept);
    lane.waiting = [];
    lane.at = -1;
    // Where offsets have gaps, twice as far back next time.
    lane.asked *= 2;
    return true;
  };
  const merged: T[] = [];
  for (let bytes = 0; merged.length < limits.records && bytes < limits.bytes; ) {
    await feed({ lanes, isHungry, ask, take }, read);
    const last = best(lanes, (lane) => readyOf(lane).at(-1), isBehind);
    if (last === null) break;
    const record = readyOf(last).pop() as T;
    merged.push(record);
    bytes += limits.bytesOf(record);
  }
  const windows = lanes.map((lane) => {
    const left = readyOf(lane).at(-1);
    return { partition: lane.partition, from: left === undefined ? lane.edge : left.offset + 1, to: lane.to };
  });
  return { records: merged.reverse(), windows, unread: unreadOf(lanes) };
}

interface Feeding<T> {
  readonly lanes: readonly Lane<T>[];
  isHungry(lane: Lane<T>): boolean;
  ask(lane: Lane<T>): Wanted;
  /** false: nothing came. */
  take(lane: Lane<T>, part: Part<T>): boolean;
}

/** Until each partition has a record to compare, or has none left: in rounds, each of which asks for all that are wanting. */
async function feed<T>({ lanes, isHungry, ask, take }: Feeding<T>, read: ReadRound<T>): Promise<void> {
  for (let empty = 0; ; ) {
    const hungry = lanes.filter(isHungry);
    if (hungry.length === 0) return;
    if (empty === EMPTY_ROUNDS_MAX) {
      for (const lane of hungry) lane.isUnread = true;
      return;
    }
    const parts = await read(hungry.map(ask));
    empty++;
    for (const lane of hungry) {
      const part = parts.get(lane.partition);
      if (part === undefined) lane.isUnread = true;
      else if (take(lane, part)) empty = 0;
    }
  }
}

function lanesOf<T>(ranges: readonly Range[], records: number, edge: (range: Range) => number): Lane<T>[] {
  const asked = Math.min(records, Math.max(FIRST_MIN, Math.ceil((records * SHARE) / Math.max(1, ranges.length))));
  return ranges.map((range) => {
    const { partition, from, to } = range;
    return { partition, from, to, waiting: [], edge: edge(range), at: -1, asked, isUnread: false };
  });
}

function best<T>(
  lanes: readonly Lane<T>[],
  candidateOf: (lane: Lane<T>) => T | undefined,
  isBetter: (a: T, b: T) => boolean,
): Lane<T> | null {
  let found: Lane<T> | null = null;
  let candidate: T | null = null;
  for (const lane of lanes) {
    const each = candidateOf(lane);
    if (each === undefined || (candidate !== null && !isBetter(each, candidate))) continue;
    found = lane;
    candidate = each;
  }
  return found;
}

function isBefore(a: Mergeable, b: Mergeable): boolean {
  return a.timestamp === b.timestamp ? a.partition < b.partition : a.timestamp < b.timestamp;
}

function isBehind(a: Mergeable, b: Mergeable): boolean {
  return a.timestamp === b.timestamp ? a.partition > b.partition : a.timestamp > b.timestamp;
}

function unreadOf(lanes: readonly Lane<unknown>[]): number[] {
  return lanes.filter(({ isUnread }) => isUnread).map(({ partition }) => partition);
}
