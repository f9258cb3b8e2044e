import { useRef, useState } from "react";
import { ask } from "../ui/api";
import type { Message, Slice } from "../ui/shapes";
import { type Filter, FilterRunner } from "./filter";
import { messagesPath } from "./tail";

const STEP = 500;
const FOUND_MAX = 1000;

/** A search through a range of offsets, and how far it is. */
export interface Scan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly at: number;
  readonly found: readonly Message[];
  readonly running: boolean;
  readonly error: unknown;
}

export function useScan(topic: string, partition: string) {
  const [scan, setScan] = useState<Scan | null>(null);
  const turn = useRef(0);
  const stop = (): void => {
    turn.current++;
    setScan((old) => (old === null ? null : { ...old, running: false }));
  };
  const clear = (): void => {
    turn.current++;
    setScan(null);
  };
  const start = async (filter: Filter, from: number, to: number): Promise<void> => {
    const own = ++turn.current;
    const runner = new FilterRunner();
    let found: Message[] = [];
    const tell = (at: number, running: boolean, error: unknown = null): void => {
      if (turn.current === own) setScan({ from, to, at, found, running, error });
    };
    tell(from, true);
    let at = from;
    try {
      while (at < to && turn.current === own && found.length < FOUND_MAX) {
        const slice = await ask<Slice>(messagesPath(topic, partition, String(at), STEP));
        const matches = await runner.matches(filter, slice.records);
        found = [...found, ...slice.records.filter((record, index) => matches[index] && record.offset < to)];
        if (slice.next <= at) break;
        at = slice.next;
        tell(Math.min(at, to), true);
      }
      tell(Math.min(at, to), false);
    } catch (error) {
      tell(at, false, error);
    } finally {
      runner.close();
    }
  };
  return { scan, start, stop, clear };
}
