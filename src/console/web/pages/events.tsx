import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ConsoleEvent } from "../../story/event";
import { KEPT, type Kept, useEvents } from "../events/stream";
import { BrokerTag, clockTime, count, Empty, Finder, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";

/** What changed in the cluster, each with its cause as far as its broker tells it. */
export function Page() {
  const { kind, q = "" } = useSearch({ from: "/events" });
  const navigate = useNavigate({ from: "/events" });
  const { events, state, hello, lostAt } = useEvents();
  const kinds = [...new Set([...events.map(({ event }) => event.kind), ...(kind === undefined ? [] : [kind])])].sort();
  const shown = useMemo(() => {
    const wanted = q.toLowerCase();
    return events.filter(
      ({ event }) =>
        (kind === undefined || event.kind === kind) &&
        (wanted === "" || `${about(event)} ${what(event)} ${causeOf(event)}`.toLowerCase().includes(wanted)),
    );
  }, [events, kind, q]);
  const columns = useMemo((): readonly Column<Kept>[] => {
    const when = ({ event }: Kept): string => clockTime(hello.ms - (hello.tNs - event.tNs) / 1e6);
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
              onChange={({ target: { value } }) =>
                void navigate({ search: ({ kind: _, ...rest }) => (value === "" ? rest : { ...rest, kind: value }) })
              }
            >
              <option value="">all</option>
              {kinds.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <Finder
            value={q}
            onChange={(next) =>
              void navigate({
                search: ({ q: _, ...rest }) => (next === "" ? rest : { ...rest, q: next }),
                replace: true,
              })
            }
          />
        </div>
      </header>
      {state === "lost" ? (
        <p className="note is-amber" role="status" data-lost>
          Nothing was heard of the console's server since {clockTime(lostAt)}. It is tried again and again; what is
          missed meanwhile is shown then, as far as it is kept.
        </p>
      ) : null}
      {shown.length > 0 ? (
        <div className="card list">
          <Table
            label="Events, the newest first"
            columns={columns}
            rows={shown}
            rowKey={({ key }) => key}
            rowProps={({ event }) => ({ "data-kind": event.kind })}
          />
          {events.length < KEPT ? null : (
            <p className="list-foot">Only the newest {count(KEPT)} are kept in this page.</p>
          )}
        </div>
      ) : events.length > 0 ? (
        <Empty title="Nothing of that kind">
          <p>{count(events.length)} others were told.</p>
        </Empty>
      ) : state === "connecting" ? (
        <Loading what="events" />
      ) : state === "live" ? (
        <Empty title="Nothing yet">
          <p>Changes appear here the moment that a broker tells them.</p>
        </Empty>
      ) : null}
    </div>
  );
}

const COLUMNS: readonly Column<Kept>[] = [
  { title: "Kind", cell: ({ event }) => event.kind },
  { title: "About", cell: ({ event }) => about(event) },
  { title: "What", cell: ({ event }) => what(event) },
  { title: "Cause", cell: ({ event }) => causeOf(event) },
  {
    title: "Told by",
    isWideOnly: true,
    cell: ({ event: { broker } }) => (broker < 0 ? "console" : <BrokerTag id={broker} />),
  },
  { title: "#", className: "mono", isWideOnly: true, cell: ({ event }) => event.seq },
];

function causeOf({ kind, cause }: ConsoleEvent): string {
  return kind === "action" ? "somebody did it here" : (cause ?? "");
}

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
