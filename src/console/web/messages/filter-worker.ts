import type { Message } from "../../shapes";

// Runs a reader's JavaScript over records, in a thread that is ended when it takes too long. The server's policy for this file alone
// allows code out of text, and no request to anywhere.

export interface FilterTask {
  readonly id: number;
  readonly expression: string;
  readonly records: readonly Message[];
}

export type FilterAnswer =
  | { readonly id: number; readonly matches: readonly boolean[] }
  | { readonly id: number; readonly error: string };

type Predicate = (record: object) => unknown;

addEventListener("message", (message: MessageEvent<FilterTask>) => {
  const { id, expression, records } = message.data;
  postMessage(answer(id, expression, records));
});

function answer(id: number, expression: string, records: readonly Message[]): FilterAnswer {
  let predicate: Predicate;
  try {
    predicate = new Function(
      "record",
      `"use strict"; const { key, value, json, headers, offset, partition, timestamp } = record; return (${expression}\n);`,
    ) as Predicate;
  } catch (error) {
    return { id, error: `This is no JavaScript expression: ${(error as Error).message}` };
  }
  const matches: boolean[] = [];
  for (const record of records) {
    try {
      matches.push(Boolean(predicate(seen(record))));
    } catch (error) {
      return { id, error: `At offset ${record.offset} of partition ${record.partition} it threw: ${String(error)}` };
    }
  }
  return { id, matches };
}

/** What an expression has. */
function seen({ key, value, headers, offset, partition, timestamp }: Message): object {
  const text = value?.text ?? null;
  const schemaKey = key?.decoded?.json ?? null;
  return {
    key: schemaKey === null ? (key?.text ?? null) : parsed(schemaKey),
    value: text,
    json: parsed(value?.decoded?.json ?? text),
    headers: Object.fromEntries(headers.map((each) => [each.key, each.value?.text ?? null])),
    offset,
    partition,
    timestamp,
  };
}

/** undefined: it is no JSON. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "") as unknown;
  } catch {
    // Most records of a topic without JSON: an expression sees it by `json === undefined`.
    return undefined;
  }
}
