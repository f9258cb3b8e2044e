import { useEffect, useRef, useState } from "react";
import type { Message, Slice } from "../../shapes";
import { ask } from "../ui/api";

export const KEPT = 500;
/** Records that one question brings. */
const STEP = 500;
/** The page asks at most so often, ms: what comes faster than that is leapt over, and counted. */
const EVERY_MS = 100;
const IDLE_MS = 250;
const AGAIN_MS = 1000;
const BEHIND_MAX = 2000;

export interface Tail {
  readonly records: readonly Message[];
  readonly seen: number;
  readonly dropped: number;
  readonly error: unknown;
}

export const EMPTY_TAIL: Tail = { records: [], seen: 0, dropped: 0, error: null };

/** Follows the end of a partition; what comes faster than the page keeps is counted, not hidden. */
export function useTail(on: boolean, topic: string, partition: string): Tail {
  const [state, setState] = useState<Tail>(EMPTY_TAIL);
  const next = useRef<number | null>(null);
  useEffect(() => {
    if (!on) return;
    let isOver = false;
    next.current = null;
    setState(EMPTY_TAIL);
    const round = async (): Promise<number> => {
      const from = next.current === null ? "newest" : String(next.current);
      const slice = await ask<Slice>(messagesPath(topic, partition, from, STEP));
      if (isOver) return 0;
      const behind = slice.highWatermark - slice.next;
      const leap = behind > BEHIND_MAX ? behind - STEP : 0;
      next.current = slice.next + leap;
      const { records } = slice;
      if (records.length === 0 && leap === 0) return IDLE_MS;
      setState((old) => {
        const newest = old.records[0]?.offset ?? -1;
        const all = [...records.filter(({ offset }) => offset > newest).reverse(), ...old.records];
        return {
          records: all.slice(0, KEPT),
          seen: old.seen + records.length + leap,
          dropped: old.dropped + Math.max(0, all.length - KEPT) + leap,
          error: null,
        };
      });
      return EVERY_MS;
    };
    const follow = async (): Promise<void> => {
      while (!isOver) {
        let rest: number;
        try {
          rest = await round();
        } catch (error) {
          setState((old) => ({ ...old, error }));
          // Records that were deleted meanwhile cannot be read on: it goes on from the end.
          next.current = null;
          rest = AGAIN_MS;
        }
        await new Promise((done) => setTimeout(done, rest));
      }
    };
    void follow();
    return () => {
      isOver = true;
    };
  }, [on, topic, partition]);
  return state;
}

/** `whole`: with fields up to a megabyte, for filters to look into; otherwise with their beginnings. */
export function messagesPath(topic: string, partition: string, from: string, limit: number, whole = false): string {
  const place = `topic=${encodeURIComponent(topic)}&partition=${partition}&from=${from}`;
  return `/api/messages?${place}&limit=${limit}${whole ? "&whole=1" : ""}`;
}
