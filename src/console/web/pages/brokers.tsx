import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { BrokerReport, BrokerVersions, ConfigEntry, Process, ProcessChange, Software } from "../../shapes";
import { ask } from "../ui/api";
import { BrokerTag, bytesText, Copy, count, ErrorNote, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";
import { BrokerHistory } from "./broker-history";

interface Supervised extends Process {
  readonly history: readonly ProcessChange[];
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
  const releases = new Set(known.flatMap(({ software }) => softwareText(software) ?? []));
  const answering = known.filter(({ problem }) => problem === null).length;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Brokers</p>
          <h1>
            {report.data === undefined
              ? "Brokers"
              : `${answering} ${answering === 1 ? "broker answers" : "brokers answer"}`}
          </h1>
          {gone.length === 0 ? null : (
            <p className="lede bad">Not in the cluster now: {gone.map((each) => each.broker).join(", ")}.</p>
          )}
          {releases.size < 2 ? null : <p className="lede">They run different releases: {[...releases].join(", ")}.</p>}
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
                  <dd>
                    {count(each.replicas)}
                    {each.behind === 0 ? null : <span className="warn"> ! {count(each.behind)} not in sync</span>}
                  </dd>
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
              <Version report={each} />
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
              {process === undefined ? (
                <p className="small muted">
                  Restart history: not known. Only the program that started a broker sees its process.
                </p>
              ) : (
                <BrokerHistory id={each.id} history={process.history} />
              )}
              <Link to="/brokers" search={{ broker: String(each.id) }}>
                Configs and versions of broker {each.id}
              </Link>
            </section>
          );
        })}
      </div>
      {broker === undefined ? null : (
        <>
          <Configs id={broker} />
          <Versions id={broker} />
        </>
      )}
    </div>
  );
}

function softwareText(software: Software | null): string | null {
  if (software === null || software.name === null || software.release === null) return null;
  return `${software.name} ${software.release}`;
}

/** Which software it is, and what is not told about that. */
function Version({ report: { software, features } }: { report: BrokerReport }) {
  if (software === null) return null;
  const version = features?.find(({ name }) => name === "metadata.version");
  return (
    <div className="small" data-software>
      <p>
        <b>{softwareText(software) ?? software.name ?? "Software not told"}</b>
        {software.from === null ? null : <span className="muted"> – told by {software.from}</span>}
      </p>
      {software.from === null ? (
        <p className="muted">
          Kafka's protocol tells no release
          {software.name === null ? ", and not whose software it is" : ""}
          {version === undefined ? "." : `; it is one that knows metadata.version up to ${levelText(version, "max")}.`}
        </p>
      ) : null}
      {version === undefined ? null : (
        <p className="muted">
          metadata.version {levelText(version, "level")} in effect,{" "}
          {version.level === version.max
            ? "the newest that it knows"
            : `${levelText(version, "max")} is the newest that it knows`}
        </p>
      )}
    </div>
  );
}

type Feature = BrokerVersions["features"][number];

function levelText({ level, levelName, max, maxName }: Feature, which: "level" | "max"): string {
  const [number, name] = which === "level" ? [level, levelName] : [max, maxName];
  return name === null ? String(number) : `${name} (${number})`;
}

const FEATURE_COLUMNS: readonly Column<Feature>[] = [
  { title: "Feature", className: "mono", cell: ({ name }) => name },
  { title: "In effect", cell: (each) => levelText(each, "level") },
  { title: "From", isNumber: true, isWideOnly: true, cell: ({ min }) => min },
  { title: "Up to", cell: (each) => levelText(each, "max") },
];

const API_COLUMNS: readonly Column<BrokerVersions["apis"][number]>[] = [
  { title: "Request", cell: ({ name }) => name ?? "not known here" },
  { title: "Key", isNumber: true, isWideOnly: true, cell: ({ key }) => key },
  { title: "Versions", isNumber: true, cell: ({ min, max }) => (min === max ? min : `${min} – ${max}`) },
];

function Versions({ id }: { id: string }) {
  const versions = useQuery({
    queryKey: ["broker-versions", id],
    queryFn: () => ask<BrokerVersions>(`/api/brokers/${id}/versions`),
  });
  return (
    <section className="card" aria-label={`Versions of broker ${id}`}>
      <header>
        <h2>Versions of broker {id}</h2>
        <span className="tag">as it tells them by ApiVersions</span>
      </header>
      {versions.isPending ? <Loading what="versions" /> : null}
      <ErrorNote error={versions.error} />
      {versions.data === undefined ? null : (
        <div className="two">
          {versions.data.features.length === 0 ? (
            <p className="muted">It tells no features.</p>
          ) : (
            <Table
              label="Features"
              columns={FEATURE_COLUMNS}
              rows={versions.data.features}
              rowKey={({ name }) => name}
            />
          )}
          <Table label="Requests" columns={API_COLUMNS} rows={versions.data.apis} rowKey={({ key }) => key} />
        </div>
      )}
    </section>
  );
}

function Configs({ id }: { id: string }) {
  const { q = "" } = useSearch({ from: "/brokers" });
  const navigate = useNavigate({ from: "/brokers" });
  const configs = useQuery({
    queryKey: ["broker-configs", id],
    queryFn: () => ask<readonly ConfigEntry[]>(`/api/brokers/${id}/configs`),
  });
  const shown = (configs.data ?? []).filter((entry) => entry.name.includes(q.toLowerCase()));
  return (
    <section className="card" aria-label={`Configs of broker ${id}`}>
      <header>
        <h2>Configs of broker {id}</h2>
        <label className="field">
          <span className="visually-hidden">Find a config</span>
          <input
            type="search"
            placeholder="find"
            value={q}
            onChange={({ target: { value } }) =>
              void navigate({
                search: ({ q: _, ...rest }) => (value === "" ? rest : { ...rest, q: value }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        </label>
      </header>
      {configs.isPending ? <Loading what="configs" /> : null}
      <ErrorNote error={configs.error} />
      {configs.data === undefined ? null : shown.length === 0 ? (
        <p className="muted">None has {q} in its name.</p>
      ) : (
        <Table label="Configs" columns={CONFIG_COLUMNS} rows={shown} rowKey={({ name }) => name} />
      )}
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
  { title: "From", isWideOnly: true, cell: ({ source }) => SOURCES[source] ?? "default" },
];
