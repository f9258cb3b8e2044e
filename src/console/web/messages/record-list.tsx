import { useMutation } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import type { Decoded, Message, Shown, Topic } from "../../shapes";
import { useAct } from "../ui/act";
import { ApiError, command } from "../ui/api";
import { dumpLines, type Lines, LongText, textLines } from "../ui/long-text";
import { bytesText, Copy, count, DialogForm, ErrorNote } from "../ui/parts";

const FORMS = ["text", "json", "hex", "number"] as const;
type Form = (typeof FORMS)[number] | "decoded";
/** Longer ones are shown line by line as they are scrolled to. */
const SHORT_CHARS = 20_000;

interface RecordListProps {
  readonly records: readonly Message[];
  readonly topic: string;
  readonly topics: readonly Topic[];
  readonly readOnly: boolean;
  /** Address of the schema registry; null: none was named. */
  readonly registry: string | null;
  /** The lines tell their partitions. */
  readonly isMerged: boolean;
}

/** Only records in sight are in the document, however many are read. */
export function RecordList({ records, topic, topics, readOnly, registry, isMerged }: RecordListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [again, setAgain] = useState<Message | null>(null);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 44,
    getItemKey: (index) => nameOf(records[index]),
    overscan: 10,
    initialRect: { width: 0, height: 600 },
  });
  const toggle = (name: string): void => {
    const next = new Set(opened);
    if (!next.delete(name)) next.add(name);
    setOpened(next);
  };
  return (
    <>
      {/* The records' own buttons take the focus. */}
      <div ref={scroller} className="records">
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const record = records[item.index];
            const name = nameOf(record);
            return (
              <li
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                data-offset={record.offset}
                data-partition={record.partition}
                className="record"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <RecordLine
                  record={record}
                  hasRegistry={registry !== null}
                  isMerged={isMerged}
                  isOpen={opened.has(name)}
                  onToggle={() => toggle(name)}
                />
                {opened.has(name) ? (
                  <OpenRecord record={record} topic={topic} onAgain={readOnly ? null : () => setAgain(record)} />
                ) : null}
              </li>
            );
          })}
        </ul>
      </div>
      {again === null ? null : (
        <SendAgain record={again} topic={topic} topics={topics} onClose={() => setAgain(null)} />
      )}
    </>
  );
}

function nameOf({ partition, offset }: Message): string {
  return `${partition}-${offset}`;
}

interface RecordLineProps {
  readonly record: Message;
  readonly hasRegistry: boolean;
  readonly isMerged: boolean;
  readonly isOpen: boolean;
  onToggle(): void;
}

function RecordLine({ record, hasRegistry, isMerged, isOpen, onToggle }: RecordLineProps) {
  const { key, value, partition, offset, timestamp } = record;
  const isUndecoded = hasRegistry && (value?.decoded?.problem ?? key?.decoded?.problem ?? null) !== null;
  return (
    <button
      type="button"
      className={isMerged ? "record-line is-merged" : "record-line"}
      aria-expanded={isOpen}
      onClick={onToggle}
    >
      <span className="place">
        {isMerged ? <span className="muted">partition {partition}</span> : null}
        <b className="mono">{offset}</b>
      </span>
      <time className="muted">{new Date(timestamp).toISOString().replace("T", " ").slice(0, 23)}</time>
      <span className="mono key">{key === null ? <span className="muted">no key</span> : short(key)}</span>
      <span className="mono value">
        {isUndecoded ? <span className="warn">! not decoded </span> : null}
        {value === null ? <span className="muted">null (a tombstone)</span> : short(value)}
      </span>
      <span className="muted">{bytesText(value?.bytes ?? 0)}</span>
    </button>
  );
}

function OpenRecord({ record, topic, onAgain }: { record: Message; topic: string; onAgain: (() => void) | null }) {
  const { key, value, headers, offset, partition } = record;
  const decoded = value?.decoded ?? null;
  const isDecoded = decoded !== null && decoded.json !== null;
  const [form, setForm] = useState<Form>(() => formOf(value));
  const [whole, setWhole] = useState<Uint8Array | null>(null);
  const [wholeDecoded, setWholeDecoded] = useState<string | null>(null);
  const { busy, error, act } = useAct();
  const place = `topic=${encodeURIComponent(topic)}&partition=${partition}&offset=${offset}`;
  const path = `/api/messages/value?${place}`;
  const isPart =
    form === "decoded" ? decoded?.cut === true && wholeDecoded === null : value?.cut === true && whole === null;
  const load = (): Promise<void> =>
    act(async () => {
      const response = await fetch(form === "decoded" ? `/api/messages/decoded?${place}` : path);
      if (!response.ok) throw new ApiError(await response.json());
      if (form === "decoded") setWholeDecoded(await response.text());
      else setWhole(new Uint8Array(await response.arrayBuffer()));
    });
  return (
    <div className="record-open">
      <div className="buttons">
        {(isDecoded ? (["decoded", ...FORMS] as const) : FORMS).map((each) => (
          <button key={each} type="button" aria-pressed={form === each} onClick={() => setForm(each)}>
            {each}
          </button>
        ))}
        {isPart && value !== null ? (
          <button type="button" className="primary" disabled={busy} onClick={() => void load()}>
            {busy ? "Reading …" : form === "decoded" ? "Show all of it" : `Show all ${bytesText(value.bytes)}`}
          </button>
        ) : null}
        {value === null ? null : (
          <a className="button" href={path} download>
            Download
          </a>
        )}
        {onAgain === null ? null : (
          <button type="button" onClick={onAgain}>
            Send again …
          </button>
        )}
        <Copy
          text={`${location.origin}/messages?topic=${encodeURIComponent(topic)}&partition=${partition}&from=${offset}`}
          label="link"
        />
      </div>
      <ErrorNote error={error} />
      <SchemaNote what="value" decoded={decoded} />
      <SchemaNote what="key" decoded={key?.decoded ?? null} />
      {form === "decoded" && decoded !== null ? (
        <Text
          text={wholeDecoded ?? (decoded.cut ? (decoded.json ?? "") : asJson(decoded.json ?? "", false))}
          label={`The value as its schema has it, offset ${offset} of partition ${partition}`}
        />
      ) : (
        <Value value={value} whole={whole} form={form} place={`offset ${offset} of partition ${partition}`} />
      )}
      {isPart && value !== null ? (
        <p className="small muted">Only its beginning{form === "decoded" ? "" : `, of ${bytesText(value.bytes)}`}.</p>
      ) : null}
      {key === null && headers.length === 0 ? null : (
        <dl className="evidence" aria-label="Key and headers">
          {key === null ? null : (
            <div>
              <dt>key</dt>
              <dd>{short(key)}</dd>
            </div>
          )}
          {headers.map((each, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: headers may repeat a key, and never move
            <div key={index}>
              <dt>{each.key}</dt>
              <dd>{each.value === null ? "null" : short(each.value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

interface ValueProps {
  readonly value: Shown | null;
  readonly whole: Uint8Array | null;
  readonly form: Form;
  /** Several may be open at once: their regions have names of their own. */
  readonly place: string;
}

function Value({ value, whole, form, place }: ValueProps) {
  const shown = useMemo((): string | Lines => {
    if (value === null) return "null";
    if (form === "hex") return dumpLines(whole ?? bytesOf(value));
    if (form === "number") return numbersOf(whole ?? bytesOf(value));
    const text = whole === null ? value.text : decoded(whole);
    if (text === null) return "Not UTF-8 text: see it as hex.";
    const whatever = form === "text" ? text : asJson(text, value.cut && whole === null);
    return whatever.length > SHORT_CHARS ? textLines(whatever) : whatever;
  }, [value, whole, form]);
  return typeof shown === "string" ? (
    <pre>{shown}</pre>
  ) : (
    <LongText lines={shown} label={`The value as ${form}, ${place}`} />
  );
}

function Text({ text, label }: { text: string; label: string }) {
  const lines = useMemo(() => (text.length > SHORT_CHARS ? textLines(text) : null), [text]);
  return lines === null ? <pre>{text}</pre> : <LongText lines={lines} label={label} />;
}

/** By which schema it was decoded, or why it was not. */
function SchemaNote({ what, decoded }: { what: "key" | "value"; decoded: Decoded | null }) {
  if (decoded === null) return null;
  const { id, inHeader, type, name, problem } = decoded;
  if (problem !== null) {
    const claim = inHeader ? `has a header that names schema ${id}` : `begins as one of schema ${id}`;
    return (
      <p className="note is-amber">
        The {what} {id === null ? "" : `${claim}, and `}is not decoded. {problem}
      </p>
    );
  }
  return (
    <p className="small muted">
      The {what}: {SCHEMA_TYPES[type] ?? type}, schema {id}
      {name === "" ? "" : `, ${name}`}
      {inHeader ? ", as a header says" : ""}.
    </p>
  );
}

const SCHEMA_TYPES: Readonly<Record<string, string>> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };

/** The record as it is, key, value and headers, to any partition. */
function SendAgain(props: { record: Message; topic: string; topics: readonly Topic[]; onClose(): void }) {
  const { record, topic, topics, onClose } = props;
  const [to, setTo] = useState(topic);
  const [partition, setPartition] = useState(record.partition);
  const work = useMutation({
    mutationFn: () =>
      command<{ offset: number }>("/api/messages/again", {
        from: { topic, partition: record.partition, offset: record.offset },
        to: { topic: to, partition },
      }),
  });
  return (
    <DialogForm
      title={`Send ${topic}-${record.partition}@${record.offset} again`}
      action="Send it"
      work={work}
      onClose={onClose}
    >
      <p className="small muted">The same key, value and headers, whatever they are, as a new record.</p>
      <div className="field-row">
        <label className="field">
          <span>To topic</span>
          <select value={to} onChange={(event) => setTo(event.target.value)}>
            {topics.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>To partition</span>
          <input
            type="number"
            min={0}
            value={partition}
            onChange={(event) => setPartition(Number(event.target.value))}
          />
        </label>
      </div>
      <p role="status">{work.data === undefined ? "" : `Acknowledged at offset ${count(work.data.offset)}.`}</p>
    </DialogForm>
  );
}

/** For a spreadsheet: a line for each record, its fields as the list has them. */
export function tableOf(records: readonly Message[]): string {
  const field = (shown: Shown | null): string => (shown === null ? "" : short(shown, 2000).replace(/[\t\r\n]+/g, " "));
  const lines = records.map(({ partition, offset, timestamp, key, value }) =>
    [partition, offset, new Date(timestamp).toISOString(), field(key), field(value)].join("\t"),
  );
  return ["partition\toffset\ttime\tkey\tvalue", ...lines, ""].join("\n");
}

/** How a value is shown before somebody chooses. */
function formOf(value: Shown | null): Form {
  if (value === null) return "text";
  if (typeof value.decoded?.json === "string") return "decoded";
  if (isBinary(value)) return "hex";
  return !value.cut && /^\s*[[{]/.test(value.text ?? "") && isJson(value.text ?? "") ? "json" : "text";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Said by false.
    return false;
  }
}

/** Not UTF-8, or with characters that nobody sees. */
function isBinary({ text }: Shown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text === null || /[\0-\x08\x0e-\x1f]/.test(text);
}

function short(shown: Shown, chars = 160): string {
  const { decoded, text: whole } = shown;
  const beginning: Shown = {
    ...shown,
    text: whole?.slice(0, chars + 40) ?? null,
    hex: shown.hex?.slice(0, chars + 40) ?? null,
  };
  const text = decoded?.json ?? (isBinary(beginning) ? `0x${hexOf(bytesOf(beginning))}` : (beginning.text ?? ""));
  return text.length > chars ? `${text.slice(0, chars)}…` : text;
}

function asJson(text: string, isCut: boolean): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    return isCut ? "Only its beginning is here: show all of it first." : `Not JSON: ${(error as Error).message}`;
  }
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Said by null.
    return null;
  }
}

function bytesOf({ text, hex }: Shown): Uint8Array {
  if (text !== null) return new TextEncoder().encode(text);
  return Uint8Array.from((hex ?? "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As serializers of numbers write them: big-endian, of 1, 2, 4 or 8 bytes. */
function numbersOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length === 1) return `int8 ${view.getInt8(0)}`;
  if (bytes.length === 2) return `int16 ${view.getInt16(0)}`;
  if (bytes.length === 4) return `int32 ${view.getInt32(0)}\nfloat32 ${view.getFloat32(0)}`;
  if (bytes.length === 8) return `int64 ${view.getBigInt64(0)}\nfloat64 ${view.getFloat64(0)}`;
  return `Numbers have 1, 2, 4 or 8 bytes; this has ${bytes.length}.`;
}
