import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Status } from "../../shapes";
import { Busiest, RateChart, useRates } from "../overview/rates";
import { ask } from "../ui/api";
import { BrokerTag, clockTime, count, ErrorNote, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";

export function Page() {
  const status = useQuery({
    queryKey: ["status"],
    queryFn: () => ask<Status>("/api/status"),
    refetchInterval: 2000,
  });
  const rates = useRates();
  if (status.data === undefined) {
    return (
      <div className="page">
        <header className="page-head">
          <div>
            <p className="eyebrow">Overview</p>
            <h1>{status.isPending ? "Overview" : "No answer."}</h1>
          </div>
        </header>
        {status.isPending ? <Loading what="the cluster" /> : <ErrorNote error={status.error} />}
      </div>
    );
  }
  const { status: found, problem, processes } = status.data;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Overview</p>
          <h1>
            {status.isError || found === null ? "No answer." : found.healthy ? "All is well." : "Something is missing."}
          </h1>
          <p className="lede">
            {status.isError
              ? `What follows was told at ${clockTime(status.dataUpdatedAt)}.`
              : (found?.health ?? problem)}
          </p>
        </div>
      </header>
      <ErrorNote error={status.error} />
      {found === null ? null : (
        <>
          <dl className="figures">
            <Figure label="brokers" value={`${found.brokers.length}`} of={processes.length || undefined} />
            <Figure label="controller" value={found.controller === null ? "none" : String(found.controller)} />
            <Figure label="topics" value={count(found.topics)} />
            <Figure label="partitions" value={count(found.partitions)} />
            <Figure
              label="under-replicated"
              value={count(found.underReplicated.length)}
              bad={found.underReplicated.length > 0}
            />
            <Figure label="offline" value={count(found.offline.length)} bad={found.offline.length > 0} />
          </dl>
          <div className="two">
            <section className="card">
              <header>
                <h2>Quorum</h2>
                {found.quorum === null ? null : (
                  <span className="tag">
                    epoch {found.quorum.epoch} · committed to {count(found.quorum.highWatermark)}
                  </span>
                )}
              </header>
              {found.quorum === null ? (
                <p className="note is-red">No controller leads. Nothing about topics and brokers can be changed.</p>
              ) : (
                <Table
                  label="Voters"
                  columns={voterColumns(found.quorum.leader)}
                  rows={found.quorum.voters}
                  rowKey={({ id }) => id}
                />
              )}
            </section>
            <section className="card">
              <header>
                <h2>Throughput</h2>
                <span className="tag">records per second into all topics, by the high watermarks</span>
              </header>
              <RateChart rates={rates} />
              <Busiest rates={rates} />
            </section>
          </div>
          <section className="card">
            <header>
              <h2>Brokers</h2>
              <Link to="/brokers" search={{}}>
                more
              </Link>
            </header>
            <Table label="Brokers" columns={BROKER_COLUMNS} rows={found.brokers} rowKey={({ id }) => id} />
          </section>
          {found.offline.length + found.underReplicated.length === 0 ? null : (
            <section className="card">
              <header>
                <h2>What is missing</h2>
              </header>
              <ul className="chips">
                {found.offline.slice(0, 40).map((name) => (
                  <li key={name} className="bad">
                    {name} offline
                  </li>
                ))}
                {found.underReplicated.slice(0, 40).map((name) => (
                  <li key={name}>{name} misses replicas</li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Figure({ label, value, of, bad }: { label: string; value: string; of?: number | undefined; bad?: boolean }) {
  return (
    <div className={bad ? "is-bad" : ""}>
      <dt>{label}</dt>
      <dd>
        {value}
        {of === undefined ? null : <small> of {of}</small>}
      </dd>
    </div>
  );
}

type Found = NonNullable<Status["status"]>;

const BROKER_COLUMNS: readonly Column<Found["brokers"][number]>[] = [
  { title: "Broker", cell: ({ id }) => <BrokerTag id={id} /> },
  { title: "Address", className: "mono", cell: ({ host, port }) => `${host}:${port}` },
  { title: "Leads", isNumber: true, cell: ({ leaders }) => count(leaders) },
  { title: "Replicas", isNumber: true, isWideOnly: true, cell: ({ replicas }) => count(replicas) },
];

function voterColumns(leader: number): readonly Column<NonNullable<Found["quorum"]>["voters"][number]>[] {
  return [
    { title: "Voter", cell: ({ id }) => <BrokerTag id={id} /> },
    { title: "Role", cell: ({ id }) => (id === leader ? "leads" : "follows") },
    { title: "End offset", isNumber: true, cell: ({ logEndOffset }) => count(logEndOffset) },
    { title: "Lag", isNumber: true, className: ({ lag }) => (lag > 1000 ? "bad" : ""), cell: ({ lag }) => count(lag) },
  ];
}
