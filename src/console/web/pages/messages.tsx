import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ask, command } from "../ui/api";
import { bytesText, Copy, count, Empty, ErrorNote, Loading } from "../ui/parts";
import type { Message, Shown, Slice, Topic } from "../ui/shapes";

const KEPT = 500;

export function Page() {
  const search = useSearch({ from: "/messages" });
  const navigate = useNavigate({ from: "/messages" });
  const topics = useQuery({ queryKey: ["topics"], queryFn: () => ask<readonly Topic[]>("/api/topics") });
  const topic = search.topic ?? "";
  const partition = search.partition ?? "0";
  const from = search.from ?? "newest";
  const [filter, setFilter] = useState(search.q ?? "");
  const [tail, setTail] = useState(false);
  const known = topics.data?.find((each) => each.name === topic);
  const slice = useQuery({
    queryKey: ["messages", topic, partition, from],
    queryFn: () =>
      ask<Slice>(`/api/messages?topic=${encodeURIComponent(topic)}&partition=${partition}&from=${from}&limit=100`),
    enabled: topic !== "" && !tail,
  });
  const live = useTail(tail && topic !== "", topic, partition);
  const records = tail ? live.records : (slice.data?.records ?? []);
  const shown = records.filter((record) => matches(record, filter));
  const set = (change: Record<string, string>) => void navigate({ search: (old) => ({ ...old, ...change }) });
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Messages</p>
          <h1>{topic === "" ? "Choose a topic" : topic}</h1>
        </div>
      </header>
      <ErrorNote error={topics.error} />
      <section className="card filters" aria-label="What to read">
        <label className="field">
          <span>Topic</span>
          <select
            value={topic}
            onChange={(event) => set({ topic: event.target.value, partition: "0", from: "newest" })}
          >
            <option value="">–</option>
            {(topics.data ?? []).map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Partition</span>
          <select value={partition} onChange={(event) => set({ partition: event.target.value })}>
            {(known?.partitions ?? [{ partition: 0 }]).map((each) => (
              <option key={each.partition}>{each.partition}</option>
            ))}
          </select>
        </label>
        <From key={from} value={from} onChange={(next) => set({ from: next })} />
        <label className="field">
          <span>Filter by key, value or header</span>
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </label>
        <button type="button" aria-pressed={tail} disabled={topic === ""} onClick={() => setTail(!tail)}>
          {tail ? "Stop the live tail" : "Live tail"}
        </button>
      </section>
      {topic !== "" && slice.isPending && !tail ? <Loading what="records" /> : null}
      <ErrorNote error={tail ? live.error : slice.error} />
      {slice.data?.batchError === null || slice.data === undefined ? null : (
        <p className="note is-red">A batch cannot be read: {slice.data.batchError}</p>
      )}
      {topic === "" ? (
        <Empty title="Nothing chosen">
          <p>Choose a topic above.</p>
        </Empty>
      ) : (
        <>
          <p className="small muted" role="status">
            {tail
              ? `Live: ${count(live.seen)} seen, the newest ${count(records.length)} kept, ${count(live.dropped)} left out.`
              : slice.data === undefined
                ? ""
                : `${count(shown.length)} of ${count(records.length)} read match; the partition holds ${count(slice.data.start)} to ${count(slice.data.highWatermark - 1)}.`}
          </p>
          {shown.length === 0 ? (
            slice.isPending || slice.isError ? null : (
              <Empty title={records.length === 0 ? "No records here" : "None of these match"} />
            )
          ) : (
            <ul className="records">
              {shown.map((record) => (
                <Record key={`${record.partition}-${record.offset}`} record={record} topic={topic} />
              ))}
            </ul>
          )}
          {!tail && slice.data !== undefined && slice.data.next < slice.data.highWatermark ? (
            <button type="button" onClick={() => set({ from: String(slice.data.next) })}>
              Read on from {count(slice.data.next)}
            </button>
          ) : null}
          <Produce topic={topic} partition={Number(partition)} onSent={() => void slice.refetch()} />
        </>
      )}
    </div>
  );
}

function From({ value, onChange }: { value: string; onChange(value: string): void }) {
  const mode = /^\d+$/.test(value) ? "offset" : value.startsWith("time:") ? "time" : value;
  const [chosen, setChosen] = useState(mode);
  const [text, setText] = useState(mode === "offset" ? value : "");
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
        </select>
      </label>
      {chosen === "offset" ? (
        <label className="field">
          <span>Offset</span>
          <input
            inputMode="numeric"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => /^\d+$/.test(text) && onChange(text)}
            onKeyDown={(event) => event.key === "Enter" && /^\d+$/.test(text) && onChange(text)}
          />
          {text !== "" && !/^\d+$/.test(text) ? (
            <span className="field-error">An offset is a whole number.</span>
          ) : null}
        </label>
      ) : null}
      {chosen === "time" ? (
        <label className="field">
          <span>At or after</span>
          <input
            type="datetime-local"
            onChange={(event) => {
              const at = new Date(event.target.value).getTime();
              if (Number.isFinite(at)) onChange(`time:${at}`);
            }}
          />
        </label>
      ) : null}
    </>
  );
}

function Record({ record, topic }: { record: Message; topic: string }) {
  const [open, setOpen] = useState(false);
  const [form, setForm] = useState<"text" | "json" | "hex">("text");
  const { key, value, headers, offset, partition, timestamp } = record;
  return (
    <li className="record" data-offset={offset}>
      <button type="button" className="record-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b className="mono">{offset}</b>
        <time className="muted">{new Date(timestamp).toISOString().replace("T", " ").slice(0, 23)}</time>
        <span className="mono key">{key === null ? <span className="muted">no key</span> : short(key)}</span>
        <span className="mono value">
          {value === null ? <span className="muted">null (a tombstone)</span> : short(value)}
        </span>
        <span className="muted">{bytesText(value?.bytes ?? 0)}</span>
      </button>
      {open ? (
        <div className="record-open">
          <div className="buttons">
            {(["text", "json", "hex"] as const).map((each) => (
              <button key={each} type="button" aria-pressed={form === each} onClick={() => setForm(each)}>
                {each}
              </button>
            ))}
            <Copy
              text={`${location.origin}/messages?topic=${encodeURIComponent(topic)}&partition=${partition}&from=${offset}`}
              label="link"
            />
          </div>
          <pre>{value === null ? "null" : shownAs(value, form)}</pre>
          {value?.cut ? <p className="small muted">Cut at 16 kB of {bytesText(value.bytes)} in this list.</p> : null}
          {headers.length === 0 ? null : (
            <dl className="evidence">
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
      ) : null}
    </li>
  );
}

function Produce({ topic, partition, onSent }: { topic: string; partition: number; onSent(): void }) {
  const [value, setValue] = useState("");
  const [key, setKey] = useState("");
  const [told, setTold] = useState("");
  const [error, setError] = useState<unknown>(null);
  return (
    <section className="card" aria-label="Produce">
      <header>
        <h2>Produce</h2>
        <span className="tag">
          to {topic}-{partition}, acks=all
        </span>
      </header>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          setError(null);
          const body = { run: "messages", topic, partition, value, key: key === "" ? null : key, acks: -1 };
          command<{ offset: number }>("/api/run", body).then(
            ({ offset }) => {
              setTold(`Acknowledged at offset ${offset}.`);
              onSent();
            },
            (problem: unknown) => setError(problem),
          );
        }}
      >
        <div className="field-row">
          <label className="field">
            <span>Key (none when empty)</span>
            <input value={key} onChange={(event) => setKey(event.target.value)} />
          </label>
          <label className="field wide">
            <span>Value</span>
            <input value={value} onChange={(event) => setValue(event.target.value)} />
          </label>
          <button type="submit" className="primary">
            Send
          </button>
        </div>
        <ErrorNote error={error} />
        <p className="small" role="status">
          {told}
        </p>
      </form>
    </section>
  );
}

/** Follows the end; what comes faster than the page keeps is counted, not hidden. */
function useTail(on: boolean, topic: string, partition: string) {
  const [state, setState] = useState<{ records: readonly Message[]; seen: number; dropped: number; error: unknown }>({
    records: [],
    seen: 0,
    dropped: 0,
    error: null,
  });
  const next = useRef<number | null>(null);
  useEffect(() => {
    if (!on) return;
    let isOver = false;
    next.current = null;
    setState({ records: [], seen: 0, dropped: 0, error: null });
    const round = async (): Promise<void> => {
      while (!isOver) {
        try {
          const from = next.current === null ? "newest" : String(next.current);
          const slice = await ask<Slice>(
            `/api/messages?topic=${encodeURIComponent(topic)}&partition=${partition}&from=${from}&limit=500`,
          );
          if (isOver) return;
          // The page keeps up by leaping: what it leaps over is counted.
          const behind = slice.highWatermark - slice.next;
          const leap = behind > 5000 ? behind - 500 : 0;
          next.current = slice.next + leap;
          const { records } = slice;
          setState((old) => {
            const all = [...[...records].reverse(), ...old.records];
            const over = Math.max(0, all.length - KEPT);
            return {
              records: all.slice(0, KEPT),
              seen: old.seen + records.length + leap,
              dropped: old.dropped + over + leap,
              error: null,
            };
          });
          if (records.length === 0) await new Promise((done) => setTimeout(done, 250));
        } catch (error) {
          setState((old) => ({ ...old, error }));
          await new Promise((done) => setTimeout(done, 1000));
        }
      }
    };
    void round();
    return () => {
      isOver = true;
    };
  }, [on, topic, partition]);
  return state;
}

function short(shown: Shown): string {
  const text = shown.text ?? `0x${shown.hex}`;
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function shownAs(shown: Shown, form: "text" | "json" | "hex"): string {
  if (form === "hex") return shown.hex ?? hexOf(shown.text ?? "");
  if (shown.text === null) return "Not UTF-8 text: see it as hex.";
  if (form === "text") return shown.text;
  try {
    return JSON.stringify(JSON.parse(shown.text), null, 2);
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`;
  }
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function matches(record: Message, filter: string): boolean {
  if (filter === "") return true;
  const wanted = filter.toLowerCase();
  const has = (shown: Shown | null): boolean => (shown?.text ?? shown?.hex ?? "").toLowerCase().includes(wanted);
  return (
    has(record.key) ||
    has(record.value) ||
    record.headers.some((each) => each.key.toLowerCase().includes(wanted) || has(each.value))
  );
}
