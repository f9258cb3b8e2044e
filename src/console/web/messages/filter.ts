import { useEffect, useRef, useState } from "react";
import type { Message, Shown } from "../../shapes";
import type { FilterAnswer, FilterTask } from "./filter-worker";

export interface Filter {
  readonly mode: "contains" | "javascript";
  readonly text: string;
}

const LIMIT_MS = 2000;
/** A pause in typing that is long enough to try what is there. */
const TYPING_MS = 250;

/** Applies filters to records; JavaScript in a thread of its own, which is ended when an answer is overdue. */
export class FilterRunner {
  private worker: Worker | null = null;
  private lastId = 0;

  /** Which of the records match. Throws an Error that says what is wrong with the filter. */
  async matches({ mode, text }: Filter, records: readonly Message[]): Promise<readonly boolean[]> {
    if (text.trim() === "") return records.map(() => true);
    if (mode === "contains") return records.map((record) => contains(record, text));
    return this.run(text, records);
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private run(expression: string, records: readonly Message[]): Promise<readonly boolean[]> {
    this.worker ??= new Worker(new URL("./filter-worker.ts", import.meta.url), { type: "module" });
    const { worker } = this;
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        worker.removeEventListener("message", onAnswer);
        worker.removeEventListener("error", onError);
      };
      const fail = (reason: string): void => {
        end();
        this.close();
        reject(new Error(reason));
      };
      const onAnswer = ({ data }: MessageEvent<FilterAnswer>): void => {
        if (data.id !== id) return;
        end();
        if ("error" in data) reject(new Error(data.error));
        else resolve(data.matches);
      };
      const onError = (event: ErrorEvent): void => fail(`The filter could not run: ${event.message}`);
      const timer = setTimeout(() => fail(`It did not end within ${LIMIT_MS / 1000} s, and was stopped.`), LIMIT_MS);
      worker.addEventListener("message", onAnswer);
      worker.addEventListener("error", onError);
      worker.postMessage({ id, expression, records } satisfies FilterTask);
    });
  }
}

const NOTHING: readonly Message[] = [];

/**
 * Those of the records that match, as of the last filter that could be applied (all, before there was one), and what is wrong with the
 * present one.
 */
export function useFilter(
  filter: Filter,
  records: readonly Message[],
): { shown: readonly Message[]; error: Error | null } {
  const runner = useRef<FilterRunner | null>(null);
  const [result, setResult] = useState<readonly Message[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const { mode, text } = filter;
  useEffect(() => {
    runner.current ??= new FilterRunner();
    let isOld = false;
    const apply = (): void => {
      runner.current?.matches({ mode, text }, records).then(
        (matches) => {
          if (isOld) return;
          setError(null);
          setResult(records.filter((_, index) => matches[index]));
        },
        (problem: Error) => {
          if (!isOld) setError(problem);
        },
      );
    };
    const timer = setTimeout(apply, mode === "javascript" ? TYPING_MS : 0);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [mode, text, records]);
  useEffect(
    () => () => {
      runner.current?.close();
      runner.current = null;
    },
    [],
  );
  // Without a filter nothing has to be waited for.
  if (text.trim() === "") return { shown: records, error: null };
  return { shown: result ?? (error === null ? NOTHING : records), error };
}

function contains(record: Message, text: string): boolean {
  const wanted = text.toLowerCase();
  const has = (shown: Shown | null): boolean =>
    (shown?.text ?? shown?.hex ?? "").toLowerCase().includes(wanted) ||
    (shown?.decoded?.json ?? "").toLowerCase().includes(wanted);
  return (
    has(record.key) ||
    has(record.value) ||
    record.headers.some((each) => each.key.toLowerCase().includes(wanted) || has(each.value))
  );
}
