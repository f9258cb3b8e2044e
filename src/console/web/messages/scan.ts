import { useRef, useState } from "react";
import type { Message, Shown, Slice } from "../../shapes";
import { ask } from "../ui/api";
import { count } from "../ui/parts";
import { type Filter, FilterRunner } from "./filter";
import { messagesPath } from "./tail";

const STEP = 500;
const FOUND_MAX = 1000;
const SHOWN_CHARS = 16 * 1024;

/** A search, and how far it is: of offsets, which may have gaps. */
export interface Scan {
  readonly done: number;
  readonly total: number;
  /** Which offsets: a part of a sentence. */
  readonly where: string;
  readonly found: readonly Message[];
  /** Records of which only the beginning could be looked at. */
  readonly cut: number;
  readonly running: boolean;
  /** What could not be looked through. */
  readonly problems: readonly string[];
  readonly error: unknown;
}

export interface ScanStep {
  readonly records: readonly Message[];
  readonly done: number;
  readonly total: number;
  readonly where: string;
  readonly problems: readonly string[];
  /** The records of all steps come in the order in which they are to be shown; otherwise they are put into that of their timestamps. */
  readonly isSorted: boolean;
}

/** What is looked through, step by step, from the beginning whenever it is asked for. */
export interface ScanSource {
  steps(): AsyncGenerator<ScanStep>;
}

export function useScan() {
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
  const start = async (filter: Filter, source: ScanSource): Promise<void> => {
    const own = ++turn.current;
    const runner = new FilterRunner();
    let state: Scan = { done: 0, total: 0, where: "", found: [], cut: 0, running: true, problems: [], error: null };
    const tell = (change: Partial<Scan>): void => {
      state = { ...state, ...change };
      if (turn.current === own) setScan(state);
    };
    tell({});
    try {
      for await (const { records, isSorted, ...progress } of source.steps()) {
        if (turn.current !== own) break;
        const matches = await runner.matches(filter, records);
        const found = [...state.found, ...records.filter((_, index) => matches[index]).map(shortened)];
        tell({ ...progress, found: isSorted ? found : found.sort(byTime), cut: state.cut + cutIn(records) });
        if (found.length >= FOUND_MAX) break;
      }
      tell({ running: false });
    } catch (error) {
      tell({ running: false, error });
    } finally {
      runner.close();
    }
  };
  return { scan, start, stop, clear };
}

/** A search through offsets of one partition, `to` exclusive. */
export function partitionScan(topic: string, partition: string, from: number, to: number): ScanSource {
  const about = { total: to - from, where: `from ${count(from)}`, problems: [], isSorted: true };
  return {
    async *steps() {
      yield { ...about, records: [], done: 0 };
      for (let at = from; at < to; ) {
        const slice = await ask<Slice>(messagesPath(topic, partition, String(at), STEP, true));
        const isStuck = slice.next <= at;
        at = Math.max(at, slice.next);
        const records = slice.records.filter((record) => record.offset < to);
        yield { ...about, records, done: Math.min(at, to) - from };
        if (isStuck) return;
      }
    },
  };
}

function byTime(a: Message, b: Message): number {
  return a.timestamp - b.timestamp || a.partition - b.partition || a.offset - b.offset;
}

/** How many of the records were looked at only in part. */
export function cutIn(records: readonly Message[]): number {
  return records.filter(({ key, value }) => isCut(key) || isCut(value)).length;
}

function isCut(shown: Shown | null): boolean {
  return shown !== null && (shown.cut || shown.decoded?.cut === true);
}

/** As lists show it: a thousand that were found are not to hold a thousand megabytes. */
function shortened(record: Message): Message {
  return { ...record, key: beginning(record.key), value: beginning(record.value) };
}

function beginning(shown: Shown | null): Shown | null {
  if (shown === null) return null;
  const { text, hex, decoded } = shown;
  const isLong = (text ?? hex ?? "").length > SHOWN_CHARS;
  const isDecodedLong = (decoded?.json ?? "").length > SHOWN_CHARS;
  if (!isLong && !isDecodedLong) return shown;
  return {
    ...shown,
    text: text?.slice(0, SHOWN_CHARS) ?? null,
    hex: hex?.slice(0, SHOWN_CHARS) ?? null,
    cut: shown.cut || isLong,
    decoded:
      isDecodedLong && decoded ? { ...decoded, json: decoded.json?.slice(0, SHOWN_CHARS) ?? null, cut: true } : decoded,
  };
}
