import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import type { ConsoleEvent } from "../../story/event";
import { BrokerTag, clockTime, Empty } from "../ui/parts";
import { type Column, Table } from "../ui/table";

const KEPT = 1000;

interface Hello {
  readonly source: "events" | "protocol";
  /** What the events' clock showed at `ms`, ms since 1970. */
  readonly tNs: number;
  readonly ms: number;
}

/** What changed in the cluster, each with its cause as far as its broker tells it. */
export function Page() {
  const { kind } = useSearch({ from: "/events" });
  const navigate = useNavigate({ from: "/events" });
  const [events, setEvents] = useState<readonly ConsoleEvent[]>([]);
  const [state, setState] = useState<"connecting" | "live" | "lost">("connecting");
  const [hello, setHello] = useState<Hello>({ source: "events", tNs: 0, ms: 0 });
  useEffect(() => {
    const stream = new EventSource("/api/events?since=0");
    let waiting: ConsoleEvent[] = [];
    let frame = 0;
    stream.addEventListener("hello", (message) => {
      setState("live");
      setHello(JSON.parse(message.data as string) as Hello);
    });
    stream.onerror = () => setState("lost");
    stream.onmessage = (message) => {
      waiting.push(JSON.parse(message.data as string) as ConsoleEvent);
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        const more = waiting.reverse();
        waiting = [];
        setEvents((old) => [...more, ...old].slice(0, KEPT));
      });
    };
    return () => {
      stream.close();
      cancelAnimationFrame(frame);
    };
  }, []);
  const kinds = [...new Set(events.map((event) => event.kind))].sort();
  const shown = events.filter((event) => kind === undefined || event.kind === kind);
  const columns = useMemo((): readonly Column<ConsoleEvent>[] => {
    const when = ({ tNs }: ConsoleEvent): string => clockTime(hello.ms - (hello.tNs - tNs) / 1e6);
    return [{ title: "When", className: "mono", cell: when }, ...COLUMNS];
  }, [hello]);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Events</p>
          <h1>What changed, and why</h1>
          <p className="lede">
            {hello.source === "protocol"
              ? "These brokers tell no events: this console asks every second, and lists what changed and what was done here."
              : "Leaders, in-sync replicas, brokers, topics, configs, and what was done here."}
          </p>
        </div>
        <div className="page-do">
          <span className={`feed is-${state}`} data-feed={state}>
            <i aria-hidden="true" />
            {state === "live" ? "LIVE" : state === "lost" ? "Feed lost" : "Connecting …"}
          </span>
          <label className="field">
            <span>Kind</span>
            <select
              value={kind ?? ""}
              onChange={(event) =>
                void navigate({ search: event.target.value === "" ? {} : { kind: event.target.value } })
              }
            >
              <option value="">all</option>
              {kinds.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </div>
      </header>
      {shown.length === 0 ? (
        <Empty title="Nothing yet">
          <p>Changes appear here the moment that a broker tells them.</p>
        </Empty>
      ) : (
        <div className="card list">
          <Table
            label="Events, the newest first"
            columns={columns}
            rows={shown}
            rowKey={({ seq }) => seq}
            rowProps={({ kind: each }) => ({ "data-kind": each })}
          />
        </div>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<ConsoleEvent>[] = [
  { title: "Kind", cell: ({ kind }) => kind },
  { title: "About", cell: about },
  { title: "What", cell: what },
  { title: "Cause", cell: ({ kind, cause }) => (kind === "action" ? "somebody did it here" : (cause ?? "")) },
  { title: "Told by", isWideOnly: true, cell: ({ broker }) => (broker < 0 ? "console" : <BrokerTag id={broker} />) },
  { title: "#", className: "mono", isWideOnly: true, cell: ({ seq }) => seq },
];

const CONFIG_OF: Readonly<Record<number, string>> = { 2: "topic", 4: "broker", 16: "client metrics", 32: "group" };
const CONFIG_OF_ALL: Readonly<Record<number, string>> = { 4: "all brokers" };

function about({ kind, topic, partition, peer, broker, detail = {} }: ConsoleEvent): string {
  if (kind === "group") return `group ${detail.group}`;
  if (topic === undefined) return peer === undefined ? (broker < 0 ? "" : `broker ${broker}`) : `broker ${peer}`;
  return partition === undefined ? topic : `${topic}-${partition}`;
}

function what({ kind, leader, epoch, isr, detail = {}, offset, cause }: ConsoleEvent): string {
  if (kind === "action") return cause ?? "";
  if (kind === "leader") return `leader ${leader === undefined || leader < 0 ? "none" : leader}, epoch ${epoch}`;
  if (kind === "isr") return `${detail.proposed === true ? "asks for " : ""}ISR ${(isr ?? []).join(", ") || "nobody"}`;
  if (kind === "elr") return `ELR ${detail.elr || "nobody"}`;
  if (kind === "process") return `process ${detail.pid} ${detail.state}`;
  if (kind === "config") {
    const of =
      detail.name === ""
        ? CONFIG_OF_ALL[Number(detail.type)]
        : `${CONFIG_OF[Number(detail.type)] ?? "resource"} ${detail.name}`;
    return detail.proposed === true ? `asks for ${detail.names} of ${of}` : `configs of ${of}`;
  }
  if (kind === "group") return `${detail.state}, generation ${detail.generation}, ${detail.members} members`;
  return offset === undefined ? "" : `offset ${offset}`;
}
