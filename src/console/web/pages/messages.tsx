import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import type { MergedSlice, Message, Slice, Status, Topic } from "../../shapes";
import { CopyRows, MergedFurther, MergedNotes, mergedSentence, Problems } from "../messages/all-partitions";
import { type Filter, useFilter } from "../messages/filter";
import { ALL, askMerged, mergedFrom, mergedScan, useMergedTail } from "../messages/merged";
import { RecordList } from "../messages/record-list";
import { cutIn, partitionScan, type Scan, useScan } from "../messages/scan";
import { messagesPath, type Tail, useTail } from "../messages/tail";
import { type ApiError, ask, command } from "../ui/api";
import { count, Empty, ErrorNote, errorOf, FieldError, Loading } from "../ui/parts";
import { saveFile } from "../ui/save-file";

const READ_AT_ONCE = 100;

export function Page() {
  const search = useSearch({ from: "/messages" });
  const navigate = useNavigate({ from: "/messages" });
  const topics = useQuery({ queryKey: ["topics"], queryFn: () => ask<readonly Topic[]>("/api/topics") });
  const status = useQuery({ queryKey: ["status"], queryFn: () => ask<Status>("/api/status") });
  const topic = search.topic ?? "";
  const from = search.from ?? "newest";
  const known = topics.data?.find((each) => each.name === topic);
  const partition = search.partition ?? usualPartition(known, from, topics.isPending);
  const isAll = partition === ALL;
  const [filter, setFilter] = useState<Filter>({
    mode: search.mode === "javascript" ? "javascript" : "contains",
    text: search.q ?? "",
  });
  const isFiltered = filter.text.trim() !== "";
  const [tail, setTail] = useState(false);
  const isReading = topic !== "" && partition !== "" && !tail;
  const slice = useQuery({
    queryKey: ["messages", topic, partition, from, isFiltered],
    queryFn: () => ask<Slice>(messagesPath(topic, partition, from, READ_AT_ONCE, isFiltered)),
    enabled: isReading && !isAll,
    // While the same records come again with all that a filter looks into, those that are here stay.
    placeholderData: (old, query) =>
      query?.queryKey.slice(1, 4).join() === [topic, partition, from].join() ? old : undefined,
  });
  const merged = useQuery({
    queryKey: ["merged", topic, from, isFiltered],
    queryFn: () => askMerged({ topic, ...mergedFrom(from), limit: READ_AT_ONCE, whole: isFiltered }),
    enabled: isReading && isAll,
    placeholderData: (old, query) => (query?.queryKey.slice(1, 3).join() === [topic, from].join() ? old : undefined),
  });
  const reading = isAll ? merged : slice;
  const refused = tail ? null : errorOf(reading.error, "offset", "time");
  const one = useTail(tail && topic !== "" && !isAll, topic, partition);
  const every = useMergedTail(tail && topic !== "" && isAll, topic);
  const live = isAll ? every : one;
  const { scan, ...scanning } = useScan();
  const isReversed = from === "newest" || (isAll && from.startsWith("before:"));
  const read = useMemo(() => {
    const found = reading.data?.records ?? NONE;
    return isReversed ? [...found].reverse() : found;
  }, [reading.data, isReversed]);
  const records = tail ? live.records : read;
  const filtered = useFilter(filter, records);
  const shown = scan === null || tail ? filtered.shown : scan.found;
  const set = (change: Record<string, string>) => {
    scanning.clear();
    void navigate({ search: (old) => ({ ...old, ...change }) });
  };
  // Positions in one partition are none in all, and the other way around.
  const choose = (next: string): void => {
    const isOther = isAll !== (next === ALL) && isPositioned(from);
    set({ partition: next, ...(isOther ? { from: "newest" } : {}) });
  };
  const sentence = (): string => {
    if (tail) return liveSentence(live, isAll);
    if (scan !== null) return scanSentence(scan);
    if (isAll) return merged.data === undefined ? "" : mergedSentence(merged.data, shown.length);
    return sliceSentence(slice.data, shown.length, records.length);
  };
  useKeptFilter(filter);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Messages</p>
          <h1>{topic === "" ? "Choose a topic" : topic}</h1>
        </div>
        <div className="page-do">
          <CopyRows records={shown} />
          <button
            type="button"
            disabled={shown.length === 0}
            onClick={() => saveFile(`${topic}-${partition}.jsonl`, "application/jsonl", linesOf(shown))}
          >
            Export {count(shown.length)} as JSON lines
          </button>
          <button
            type="button"
            aria-pressed={tail}
            disabled={topic === ""}
            onClick={() => {
              scanning.clear();
              setTail(!tail);
            }}
          >
            {tail ? "Stop the live tail" : "Live tail"}
          </button>
        </div>
      </header>
      <ErrorNote error={topics.error} />
      <section className="card" aria-label="What to read">
        <div className="filters">
          <label className="field">
            <span>Topic</span>
            <select
              value={topic}
              onChange={(event) => set({ topic: event.target.value, partition: "", from: "newest" })}
            >
              <option value="">–</option>
              {(topics.data ?? []).map((each) => (
                <option key={each.name}>{each.name}</option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>Partition</span>
            <select value={partition} onChange={(event) => choose(event.target.value)}>
              {partition === "" ? <option value="">–</option> : null}
              {isAll || (known?.partitions.length ?? 1) > 1 ? (
                <option value={ALL}>all{known === undefined ? "" : ` ${count(known.partitions.length)}`}</option>
              ) : null}
              {(known?.partitions ?? [{ partition: 0 }]).map((each) => (
                <option key={each.partition}>{each.partition}</option>
              ))}
            </select>
          </label>
          <From
            key={`${isAll}${from}`}
            value={from}
            isAll={isAll}
            onChange={(next) => set({ from: next })}
            error={refused}
          />
          <FilterFields filter={filter} onChange={setFilter} error={filtered.error} />
        </div>
        <ErrorNote error={tail ? live.error : refused === null ? reading.error : null} />
      </section>
      {topic !== "" && reading.isPending && !tail ? <Loading what="records" /> : null}
      {isAll || slice.data === undefined || slice.data.batchError === null ? null : (
        <p className="note is-red">A batch cannot be read: {slice.data.batchError}</p>
      )}
      {topic === "" ? (
        <Empty title="Nothing chosen">
          <p>Choose a topic above.</p>
        </Empty>
      ) : (
        <>
          <div className="read-line">
            <p className="small muted" role="status">
              {filtered.error !== null && scan === null
                ? "The filter cannot be applied: these are what was read, or matched before."
                : sentence()}
            </p>
            {tail || reading.data === undefined || !isFiltered ? null : (
              <ScanButtons
                scan={scan}
                range={isAll ? mergedRange(merged.data, from) : sliceRange(slice.data, from)}
                onStart={({ first, end }) =>
                  void scanning.start(
                    filter,
                    isAll
                      ? mergedScan(topic, scannedFrom(from, merged.data))
                      : partitionScan(topic, partition, first, end),
                  )
                }
                onStop={scanning.stop}
                onClear={scanning.clear}
              />
            )}
          </div>
          <ErrorNote error={scan?.error ?? null} />
          {scan === null ? null : <Problems problems={scan.problems} />}
          {isAll && !tail && scan === null && merged.data !== undefined ? (
            <MergedNotes slice={merged.data} isFurther={isPositioned(from)} isReversed={isReversed} />
          ) : null}
          <LookedAt
            isFiltered={isFiltered}
            isTail={tail}
            cut={scan?.cut ?? (reading.isPlaceholderData ? 0 : cutIn(records))}
          />
          {shown.length > 0 ? (
            <RecordList
              records={shown}
              topic={topic}
              topics={topics.data ?? []}
              readOnly={status.data?.readOnly ?? false}
              registry={status.data?.schemaRegistry ?? null}
              isMerged={isAll}
            />
          ) : (tail || reading.data !== undefined) && !scan?.running ? (
            <Empty title={records.length === 0 ? "No records here" : "None of these match"}>
              <p>{emptyAdvice(records.length, tail, known?.partitions.length ?? 1, partition)}</p>
            </Empty>
          ) : null}
          {tail || scan !== null || isAll || slice.data === undefined ? null : (
            <Further slice={slice.data} onRead={(offset) => set({ from: String(offset) })} />
          )}
          {tail || scan !== null || !isAll || merged.data === undefined ? null : (
            <MergedFurther slice={merged.data} onRead={(next) => set({ from: next })} />
          )}
          {status.data?.readOnly ? null : (
            <Produce topic={topic} partition={isAll ? null : Number(partition)} onSent={() => void reading.refetch()} />
          )}
        </>
      )}
    </div>
  );
}

const NONE: readonly Message[] = [];

/** What is shown before somebody chooses: all partitions where there are several. "": that is not known yet. */
function usualPartition(topic: Topic | undefined, from: string, isPending: boolean): string {
  if (/^\d+$/.test(from)) return "0";
  if (topic === undefined) return isPending ? "" : "0";
  return topic.partitions.length > 1 ? ALL : "0";
}

function isPositioned(from: string): boolean {
  return /^(\d+$|before:|after:)/.test(from);
}

interface Searched {
  /** What the button says. */
  readonly label: string;
  /** In one partition. */
  readonly first: number;
  readonly end: number;
}

/** null: there is nothing to search. */
function sliceRange(slice: Slice | undefined, from: string): Searched | null {
  if (slice === undefined) return null;
  const isWhole = from === "newest" || from === "oldest";
  const first = isWhole ? slice.start : (slice.records[0]?.offset ?? slice.start);
  const end = slice.highWatermark;
  return first < end ? { label: `Search ${count(first)} to ${count(end - 1)}`, first, end } : null;
}

function mergedRange(slice: MergedSlice | undefined, from: string): Searched | null {
  if (slice === undefined || slice.held === 0) return null;
  let label = `Search all ${count(slice.held)} offsets of ${count(slice.partitions)} partitions`;
  if (from.startsWith("time:")) label = "Search all partitions from there on";
  else if (from.startsWith("after:")) label = `Search ${count(slice.low.length)} partitions from there on`;
  return { label, first: 0, end: 0 };
}

/** From the positions at which the records that are shown begin, not from where an older page was asked for. */
function scannedFrom(from: string, slice: MergedSlice | undefined) {
  if (from.startsWith("after:")) return { from: "after", positions: slice?.low ?? [] } as const;
  const asked = mergedFrom(from);
  return asked.from === "time" ? asked : ({ from: "oldest" } as const);
}

/** To what lies before and behind those that were read. */
function Further({ slice, onRead }: { slice: Slice; onRead(offset: number): void }) {
  const first = slice.records[0]?.offset ?? slice.start;
  const before = Math.max(slice.start, first - READ_AT_ONCE);
  return (
    <div className="buttons">
      {before < first ? (
        <button type="button" onClick={() => onRead(before)}>
          Older, from {count(before)}
        </button>
      ) : null}
      {slice.next < slice.highWatermark ? (
        <button type="button" onClick={() => onRead(slice.next)}>
          Read on from {count(slice.next)}
        </button>
      ) : null}
    </div>
  );
}

/** A filter that did not see all of a record may have missed something in it. */
function LookedAt({ isFiltered, isTail, cut }: { isFiltered: boolean; isTail: boolean; cut: number }) {
  if (!isFiltered || cut === 0) return null;
  const limit = isTail ? "16 kB" : "1 MB";
  return (
    <p className="note is-amber">
      {count(cut)} of the records that were looked at {cut === 1 ? "is" : "are"} larger than {limit}: the filter saw
      only the first {limit} of {cut === 1 ? "it" : "them"}.
    </p>
  );
}

/** The filter in the page's address, so that a link to it finds the same. */
function useKeptFilter({ mode, text }: Filter): void {
  const navigate = useNavigate({ from: "/messages" });
  const search = useSearch({ from: "/messages" });
  const isKept = (search.q ?? "") === text && (search.mode === "javascript") === (mode === "javascript");
  useEffect(() => {
    if (isKept) return;
    const timer = setTimeout(() => {
      void navigate({
        search: (old) => {
          const { q: _, mode: __, ...rest } = old;
          return { ...rest, ...(text === "" ? {} : { q: text }), ...(mode === "javascript" ? { mode } : {}) };
        },
        replace: true,
      });
    }, 400);
    return () => clearTimeout(timer);
  }, [isKept, mode, text, navigate]);
}

function FilterFields(props: { filter: Filter; onChange(filter: Filter): void; error: Error | null }) {
  const { filter, onChange, error } = props;
  const isScript = filter.mode === "javascript";
  return (
    <>
      <label className="field">
        <span>Filter by</span>
        <select
          value={filter.mode}
          onChange={(event) =>
            onChange({ ...filter, mode: isMode(event.target.value) ? event.target.value : "contains" })
          }
        >
          <option value="contains">text</option>
          <option value="javascript">JavaScript</option>
        </select>
      </label>
      <div className="field wide">
        <label className="field">
          <span>{isScript ? "Expression" : "Filter"}</span>
          <input
            type="search"
            className={isScript ? "mono" : ""}
            spellCheck={false}
            value={filter.text}
            placeholder={isScript ? "json.total > 100 && key !== null" : "in key, value or headers"}
            aria-describedby={isScript ? "filter-help" : undefined}
            aria-invalid={error !== null}
            onChange={(event) => onChange({ ...filter, text: event.target.value })}
          />
        </label>
        {error === null ? null : (
          <span className="field-error" role="alert">
            {error.message}
          </span>
        )}
        {isScript ? (
          <span className="small muted" id="filter-help">
            It has key, value, json (the value as JSON or as its schema has it), headers, offset, partition, timestamp,
            and two seconds.
          </span>
        ) : null}
      </div>
    </>
  );
}

function isMode(text: string): text is Filter["mode"] {
  return text === "contains" || text === "javascript";
}

function ScanButtons(props: {
  scan: Scan | null;
  range: Searched | null;
  onStart(range: Searched): void;
  onStop(): void;
  onClear(): void;
}) {
  const { scan, range, onStart, onStop, onClear } = props;
  if (scan?.running) {
    return (
      <button type="button" onClick={onStop}>
        Stop
      </button>
    );
  }
  return (
    <span className="buttons">
      {scan === null ? null : (
        <button type="button" className="quiet" onClick={onClear}>
          Back
        </button>
      )}
      {range === null ? null : (
        <button type="button" onClick={() => onStart(range)}>
          {range.label}
        </button>
      )}
    </span>
  );
}

function liveSentence(live: Tail, isAll: boolean): string {
  const told = `Live: ${count(live.seen)} seen, the newest ${count(live.records.length)} kept, ${count(live.dropped)} left out.`;
  return isAll ? `${told} As they come; those that come together by timestamp.` : told;
}

function scanSentence(scan: Scan): string {
  const state = scan.running ? "Searching" : scan.done < scan.total ? "Stopped" : "Searched";
  return `${state}: ${count(scan.done)} of ${count(scan.total)} offsets ${scan.where}; ${count(scan.found.length)} match.`;
}

function sliceSentence(slice: Slice | undefined, shown: number, read: number): string {
  if (slice === undefined) return "";
  if (slice.start === slice.highWatermark) return "The partition is empty.";
  return `${count(shown)} of ${count(read)} read match; the partition holds ${count(slice.start)} to ${count(slice.highWatermark - 1)}.`;
}

function emptyAdvice(read: number, isTail: boolean, partitions: number, partition: string): string {
  const whole = partition === ALL ? "all partitions" : "the whole partition";
  if (read > 0) return isTail ? "What comes is looked at." : `The search above looks through ${whole}.`;
  if (isTail) return "What comes is shown at once.";
  const place =
    partitions > 1 && partition !== ALL
      ? `This is partition ${partition} of ${count(partitions)}: choose another, or s`
      : "S";
  return `${place}end one below.`;
}

function linesOf(records: readonly Message[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

interface FromProps {
  readonly value: string;
  readonly isAll: boolean;
  /** What the server refused of it. */
  readonly error: ApiError | null;
  onChange(value: string): void;
}

function From({ value, isAll, error, onChange }: FromProps) {
  const mode = /^\d+$/.test(value) ? "offset" : value.startsWith("time:") ? "time" : value;
  const [chosen, setChosen] = useState(mode);
  const [text, setText] = useState(mode === "offset" ? value : "");
  const isWrong = text !== "" && !/^\d+$/.test(text);
  return (
    <>
      <label className="field">
        <span>From</span>
        <select
          value={chosen}
          onChange={(event) => {
            setChosen(event.target.value);
            if (event.target.value === "newest" || event.target.value === "oldest") onChange(event.target.value);
          }}
        >
          <option value="newest">newest</option>
          <option value="oldest">oldest</option>
          <option value="offset">an offset</option>
          <option value="time">a time</option>
          {isAll && mode === value && isPositioned(value) ? (
            <option value={value}>{value.startsWith("before:") ? "the older page" : "the newer page"}</option>
          ) : null}
        </select>
      </label>
      {chosen === "offset" && isAll ? (
        <p className="field small muted">Each partition counts its own offsets: choose a partition first.</p>
      ) : null}
      {chosen === "offset" && !isAll ? (
        <div className="field">
          <label className="field">
            <span>Offset</span>
            <input
              inputMode="numeric"
              value={text}
              aria-invalid={isWrong || error !== null}
              aria-describedby="from-error"
              onChange={(event) => setText(event.target.value)}
              onBlur={() => /^\d+$/.test(text) && onChange(text)}
              onKeyDown={(event) => event.key === "Enter" && /^\d+$/.test(text) && onChange(text)}
            />
          </label>
          {isWrong ? (
            <span className="field-error" id="from-error">
              An offset is a whole number.
            </span>
          ) : (
            <FieldError id="from-error" error={text === value ? error : null} />
          )}
        </div>
      ) : null}
      {chosen === "time" ? (
        <div className="field">
          <label className="field">
            <span>At or after</span>
            <input
              type="datetime-local"
              defaultValue={mode === "time" ? localTime(Number(value.slice(5))) : ""}
              aria-invalid={error !== null}
              aria-describedby="from-error"
              onChange={(event) => {
                const at = new Date(event.target.value).getTime();
                if (Number.isFinite(at)) onChange(`time:${at}`);
              }}
            />
          </label>
          <FieldError id="from-error" error={error} />
        </div>
      ) : null}
    </>
  );
}

/** As the field for a time of this place wants it. */
function localTime(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? "" : new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function sentSentence({ offset, partition }: { offset: number; partition: number }, isTold: boolean): string {
  return `Acknowledged at offset ${count(offset)}${isTold ? ` of partition ${count(partition)}` : ""}.`;
}

interface ProduceProps {
  readonly topic: string;
  /** null: that of the key, or any. */
  readonly partition: number | null;
  onSent(): void;
}

function Produce({ topic, partition, onSent }: ProduceProps) {
  const [value, setValue] = useState("");
  const [key, setKey] = useState("");
  const work = useMutation({
    mutationFn: () =>
      command<{ offset: number; partition: number }>("/api/messages/send", {
        topic,
        partition,
        value,
        key: key === "" ? null : key,
      }),
    onSuccess: onSent,
  });
  return (
    <section className="card" aria-label="Produce">
      <header>
        <h2>Produce</h2>
        <span className="tag">
          {partition === null ? `to ${topic}, by its key to a partition or to any` : `to ${topic}-${partition}`},
          acks=all
        </span>
      </header>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          work.mutate();
        }}
      >
        <div className="field-row">
          <label className="field">
            <span>Key (none when empty)</span>
            <input value={key} onChange={(event) => setKey(event.target.value)} />
          </label>
          <div className="field wide">
            {/* Beside the field, not around it: what is typed would be part of its name. */}
            <label htmlFor="produced-value">Value</label>
            <textarea
              id="produced-value"
              rows={1}
              value={value}
              onChange={(event) => setValue(event.target.value)}
              spellCheck={false}
            />
          </div>
          <button type="submit" className="primary" disabled={work.isPending}>
            {work.isPending ? "Sending …" : "Send"}
          </button>
        </div>
        <ErrorNote error={work.error} />
        <p className="small" role="status">
          {work.data === undefined ? "" : sentSentence(work.data, partition === null)}
        </p>
      </form>
    </section>
  );
}
