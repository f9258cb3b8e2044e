import { useRef, useState } from "react";
import type { Message, Shown, Slice } from "../../shapes";
import { ask } from "../ui/api";
import { type Filter, FilterRunner } from "./filter";
import { messagesPath } from "./tail";

const STEP = 500;
const FOUND_MAX = 1000;
const SHOWN_CHARS = 16 * 1024;

/** A search through a range of offsets, and how far it is. */
export interface Scan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly at: number;
  readonly found: readonly Message[];
  /** Records of which only the beginning could be looked at. */
  readonly cut: number;
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
    let cut = 0;
    const tell = (at: number, running: boolean, error: unknown = null): void => {
      if (turn.current === own) setScan({ from, to, at, found, cut, running, error });
    };
    tell(from, true);
    let at = from;
    try {
      while (at < to && turn.current === own && found.length < FOUND_MAX) {
        const slice = await ask<Slice>(messagesPath(topic, partition, String(at), STEP, true));
        const matches = await runner.matches(filter, slice.records);
        cut += cutIn(slice.records);
        const more = slice.records.filter((record, index) => matches[index] && record.offset < to);
        found = [...found, ...more.map(shortened)];
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
