import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { ask } from "../ui/api";
import { BrokerTag, count, ErrorNote, Loading } from "../ui/parts";
import type { Status } from "../ui/shapes";

export function Page() {
  const status = useQuery({
    queryKey: ["status"],
    queryFn: () => ask<Status>("/api/status"),
    refetchInterval: 2000,
  });
  if (status.isPending) return <Loading what="the cluster" />;
  if (status.isError) return <ErrorNote error={status.error} />;
  const { status: found, problem, processes } = status.data;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Overview</p>
          <h1>{found === null ? "No answer." : found.healthy ? "All is well." : "Something is missing."}</h1>
          <p className="lede">{found?.health ?? problem}</p>
        </div>
      </header>
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
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Voter</th>
                      <th scope="col">Role</th>
                      <th scope="col">End offset</th>
                      <th scope="col">Lag</th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.quorum.voters.map((voter) => (
                      <tr key={voter.id}>
                        <td>
                          <BrokerTag id={voter.id} />
                        </td>
                        <td>{voter.id === found.quorum?.leader ? "leads" : "follows"}</td>
                        <td>{count(voter.logEndOffset)}</td>
                        <td className={voter.lag > 1000 ? "bad" : ""}>{count(voter.lag)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </section>
            <section className="card">
              <header>
                <h2>Metadata throughput</h2>
                <span className="tag">records committed per second, as this page saw it</span>
              </header>
              <Throughput offset={found.quorum?.highWatermark ?? null} />
            </section>
          </div>
          <section className="card">
            <header>
              <h2>Brokers</h2>
              <Link to="/brokers" search={{}}>
                more
              </Link>
            </header>
            <table>
              <thead>
                <tr>
                  <th scope="col">Broker</th>
                  <th scope="col">Address</th>
                  <th scope="col">Leads</th>
                  <th scope="col">Replicas</th>
                </tr>
              </thead>
              <tbody>
                {found.brokers.map((broker) => (
                  <tr key={broker.id}>
                    <td>
                      <BrokerTag id={broker.id} />
                    </td>
                    <td className="mono">
                      {broker.host}:{broker.port}
                    </td>
                    <td>{count(broker.leaders)}</td>
                    <td>{count(broker.replicas)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
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

const SAMPLES = 90;

function Throughput({ offset }: { offset: number | null }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const last = useRef<{ at: number; offset: number } | null>(null);
  const [data] = useState<[number[], number[]]>([[], []]);
  useEffect(() => {
    const host = place.current;
    if (host === null) return;
    const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line") }, ticks: { stroke: colour("--line") } };
    plot.current = new uPlot(
      {
        width: Math.max(240, host.clientWidth),
        height: 170,
        legend: { show: false },
        axes: [axis, { ...axis, size: 48 }],
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(5, max)] } },
        series: [{}, { stroke: colour("--accent"), width: 2, points: { show: false } }],
      },
      data,
      host,
    );
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: host.clientWidth, height: 170 }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [data]);
  useEffect(() => {
    if (offset === null) return;
    const at = Date.now() / 1000;
    const before = last.current;
    last.current = { at, offset };
    if (before === null || at - before.at < 0.5) return;
    data[0].push(at);
    data[1].push((offset - before.offset) / (at - before.at));
    if (data[0].length > SAMPLES) for (const column of data) column.shift();
    plot.current?.setData(data);
  });
  return <div ref={place} className="chart" role="img" aria-label="Committed metadata records per second" />;
}
