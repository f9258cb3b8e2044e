import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ConfigEntry, Process, ProcessChange } from "../../shapes";
import { ask } from "../ui/api";
import { BrokerTag, bytesText, Copy, count, ErrorNote, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";
import { BrokerHistory } from "./broker-history";

interface Supervised extends Process {
  readonly history: readonly ProcessChange[];
}

interface BrokerReport {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly leaders: number;
  readonly replicas: number;
  readonly problem: string | null;
  readonly dirs: readonly {
    readonly path: string;
    readonly errorCode: number;
    readonly bytes: number;
    readonly totalBytes: number;
    readonly usableBytes: number;
  }[];
}

export function Page() {
  const { broker } = useSearch({ from: "/brokers" });
  const report = useQuery({
    queryKey: ["brokers"],
    queryFn: () => ask<{ brokers: readonly BrokerReport[]; processes: readonly Supervised[] }>("/api/brokers"),
    refetchInterval: 3000,
  });
  const known = report.data?.brokers ?? [];
  const gone = (report.data?.processes ?? []).filter((each) => !known.some((broker) => broker.id === each.broker));
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Brokers</p>
          <h1>{report.data === undefined ? "Brokers" : `${known.length} brokers answer`}</h1>
          {gone.length === 0 ? null : (
            <p className="lede bad">Not in the cluster now: {gone.map((each) => each.broker).join(", ")}.</p>
          )}
        </div>
      </header>
      {report.isPending ? <Loading what="brokers" /> : null}
      <ErrorNote error={report.error} />
      <div className="broker-cards">
        {known.map((each) => {
          const process = report.data?.processes.find((one) => one.broker === each.id);
          return (
            <section className="card" key={each.id} aria-label={`Broker ${each.id}`} data-broker={each.id}>
              <header>
                <h2>
                  <BrokerTag id={each.id} />
                </h2>
                <span className="tag mono">
                  {each.host}:{each.port}
                </span>
              </header>
              <dl className="pairs">
                <div>
                  <dt>leads</dt>
                  <dd>{count(each.leaders)}</dd>
                </div>
                <div>
                  <dt>replicas</dt>
                  <dd>{count(each.replicas)}</dd>
                </div>
                <div>
                  <dt>rack</dt>
                  <dd>{each.rack ?? "none"}</dd>
                </div>
                {process === undefined ? null : (
                  <div>
                    <dt>process</dt>
                    <dd>
                      {process.pid ?? "–"} {process.state}
                    </dd>
                  </div>
                )}
              </dl>
              {each.problem === null ? null : <p className="note is-amber">{each.problem}</p>}
              {each.dirs.map((dir) => (
                <div key={dir.path} className="dir">
                  <Copy text={dir.path} />
                  <p className="small">
                    {bytesText(dir.bytes)} of logs
                    {dir.totalBytes < 0 ? "" : `; ${bytesText(dir.usableBytes)} free of ${bytesText(dir.totalBytes)}`}
                    {dir.errorCode === 0 ? "" : " — offline"}
                  </p>
                </div>
              ))}
              {process === undefined ? null : <BrokerHistory id={each.id} history={process.history} />}
              <Link to="/brokers" search={{ broker: String(each.id) }}>
                Configs of broker {each.id}
              </Link>
            </section>
          );
        })}
      </div>
      {broker === undefined ? null : <Configs id={broker} />}
    </div>
  );
}

function Configs({ id }: { id: string }) {
  const [find, setFind] = useState("");
  const configs = useQuery({
    queryKey: ["broker-configs", id],
    queryFn: () => ask<readonly ConfigEntry[]>(`/api/brokers/${id}/configs`),
  });
  const shown = (configs.data ?? []).filter((entry) => entry.name.includes(find.toLowerCase()));
  return (
    <section className="card" aria-label={`Configs of broker ${id}`}>
      <header>
        <h2>Configs of broker {id}</h2>
        <label className="field">
          <span className="visually-hidden">Find a config</span>
          <input type="search" placeholder="find" value={find} onChange={(event) => setFind(event.target.value)} />
        </label>
      </header>
      {configs.isPending ? <Loading what="configs" /> : null}
      <ErrorNote error={configs.error} />
      <Table label="Configs" columns={CONFIG_COLUMNS} rows={shown} rowKey={({ name }) => name} />
    </section>
  );
}

const SOURCES: Record<number, string> = {
  1: "topic",
  2: "this broker, changed while it ran",
  3: "all brokers, changed while they ran",
  4: "its file",
  5: "default",
};

const CONFIG_COLUMNS: readonly Column<ConfigEntry>[] = [
  { title: "Name", className: "mono", cell: ({ name }) => name },
  { title: "Value", className: "mono", cell: ({ sensitive, value }) => (sensitive ? "••••" : value) },
  { title: "From", cell: ({ source }) => SOURCES[source] ?? "default" },
];
