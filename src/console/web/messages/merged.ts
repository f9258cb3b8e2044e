import { useEffect, useRef, useState } from "react";
import { MERGED_MAX, type MergedQuestion, type MergedSlice, type Position, type SearchRange } from "../../shapes";
import { command } from "../ui/api";
import type { ScanSource, ScanStep } from "./scan";
import { EMPTY_TAIL, KEPT, type Tail } from "./tail";

/** What the address calls all partitions of a topic. */
export const ALL = "all";

/** Records that one question of a search or of the live tail brings. */
const STEP = 500;
const EVERY_MS = 100;
const IDLE_MS = 250;
/** With so many partitions that a question about all of them is worth a pause. */
const IDLE_MANY_MS = 1000;
const AGAIN_MS = 1000;
/** Of all partitions together, offsets that are not read yet: beyond it the tail leaps to the newest. */
const BEHIND_MAX = 2000;

type From = Pick<MergedQuestion, "from" | "time" | "positions">;

/** `newest`, `oldest`, `time:MS`, `before:` or `after:` with positions as `partition.offset_…`; anything else is the newest. */
export function mergedFrom(text: string): From {
  const [name, rest = ""] = text.split(":", 2);
  if (name === "oldest") return { from: "oldest" };
  if (name === "time" && Number.isFinite(Number(rest))) return { from: "time", time: Number(rest) };
  if (name === "before" || name === "after") return { from: name, positions: positionsIn(rest) };
  return { from: "newest" };
}

/** For the address: all that it takes to come back to a page of records. */
export function fromText(name: "before" | "after", positions: readonly Position[]): string {
  return `${name}:${positions.map(([partition, offset]) => `${partition}.${offset}`).join("_")}`;
}

function positionsIn(text: string): Position[] {
  return [...text.matchAll(/(\d+)\.(\d+)/g)].map(([, partition, offset]) => [Number(partition), Number(offset)]);
}

export function askMerged(question: MergedQuestion): Promise<MergedSlice> {
  return command<MergedSlice>("/api/messages/merged", question);
}

/** Follows all partitions of a topic, each from its own position; what it leaps over is counted, as is what was deleted before it was read. */
export function useMergedTail(on: boolean, topic: string): Tail {
  const [state, setState] = useState<Tail>(EMPTY_TAIL);
  const known = useRef<Map<number, number> | null>(null);
  useEffect(() => {
    if (!on) return;
    let isOver = false;
    let mustLeap = false;
    known.current = null;
    setState(EMPTY_TAIL);
    const round = async (): Promise<number> => {
      const positions = known.current;
      const isNewest = positions === null || mustLeap;
      const where = isNewest ? ({ from: "newest" } as const) : ({ from: "after", positions: [...positions] } as const);
      const slice = await askMerged({ topic, ...where, follow: true, limit: STEP });
      if (isOver) return 0;
      const records = slice.records.filter(({ partition, offset }) => offset >= (positions?.get(partition) ?? 0));
      const lost = slice.gone + (positions !== null && isNewest ? leaptOver(slice, positions) : 0);
      known.current = new Map([...(positions ?? []), ...slice.high]);
      mustLeap = slice.ahead > BEHIND_MAX;
      const error = slice.problems.length === 0 ? null : new Error(slice.problems.join(" "));
      setState((old) => {
        if (records.length === 0 && lost === 0)
          return messageIn(old.error) === messageIn(error) ? old : { ...old, error };
        const all = [...records.reverse(), ...old.records];
        return {
          records: all.slice(0, KEPT),
          seen: old.seen + records.length + lost,
          dropped: old.dropped + Math.max(0, all.length - KEPT) + lost,
          error,
        };
      });
      if (records.length > 0 || mustLeap) return EVERY_MS;
      return slice.partitions > MERGED_MAX ? IDLE_MANY_MS : IDLE_MS;
    };
    const follow = async (): Promise<void> => {
      while (!isOver) {
        let rest: number;
        try {
          rest = await round();
        } catch (error) {
          // The positions stay: what comes meanwhile is read when the server answers again.
          setState((old) => ({ ...old, error }));
          rest = AGAIN_MS;
        }
        await new Promise((done) => setTimeout(done, rest));
      }
    };
    void follow();
    return () => {
      isOver = true;
    };
  }, [on, topic]);
  return state;
}

function messageIn(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

/** Offsets between where each partition was and where the newest records begin. */
function leaptOver(slice: MergedSlice, positions: ReadonlyMap<number, number>): number {
  const low = new Map(slice.low);
  let sum = 0;
  for (const [partition, end] of slice.high)
    sum += Math.max(0, (low.get(partition) ?? end) - (positions.get(partition) ?? 0));
  return sum;
}

/** A search through partitions, so many at once as can be merged. */
export function mergedScan(topic: string, from: From): ScanSource {
  return {
    async *steps() {
      const { ranges, problems } = await command<SearchRange>("/api/messages/range", { topic, ...from, limit: 1 });
      const total = ranges.reduce((sum, [, first, end]) => sum + end - first, 0);
      const where = `of ${ranges.length} partition${ranges.length === 1 ? "" : "s"}`;
      const isSorted = ranges.length <= MERGED_MAX;
      let before = 0;
      yield { records: [], done: 0, total, where, problems, isSorted };
      for (let first = 0; first < ranges.length; first += MERGED_MAX) {
        const group = ranges.slice(first, first + MERGED_MAX);
        for await (const step of scanGroup(topic, group)) {
          yield {
            ...step,
            done: before + step.done,
            total,
            where,
            isSorted,
            problems: [...problems, ...step.problems],
          };
        }
        before += group.reduce((sum, [, start, end]) => sum + end - start, 0);
      }
    },
  };
}

async function* scanGroup(
  topic: string,
  group: SearchRange["ranges"],
): AsyncGenerator<Pick<ScanStep, "records" | "done" | "problems">> {
  const ends = new Map(group.map(([partition, , end]) => [partition, end]));
  const left = new Map(group.map(([partition, first]) => [partition, first]));
  const starts = new Map(left);
  const problems: string[] = [];
  let done = 0;
  while (left.size > 0) {
    const slice = await askMerged({ topic, from: "after", positions: [...left], limit: STEP, whole: true });
    for (const each of slice.problems) if (!problems.includes(each)) problems.push(each);
    let isMoved = false;
    for (const [partition, offset] of slice.high) {
      const at = left.get(partition);
      const end = ends.get(partition) ?? 0;
      if (at === undefined) continue;
      if (offset > at) isMoved = true;
      done += Math.max(0, Math.min(offset, end) - at);
      if (offset >= end) left.delete(partition);
      else left.set(partition, Math.max(at, offset));
    }
    // What cannot be read is said, and not waited for.
    for (const partition of slice.unread) left.delete(partition);
    const records = slice.records.filter(
      ({ partition, offset }) => offset < (ends.get(partition) ?? 0) && offset >= (starts.get(partition) ?? 0),
    );
    yield { records, done, problems };
    if (!isMoved && slice.unread.length === 0) return;
  }
}
