import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { ask } from "../ui/api";
import { clockTime, count } from "../ui/parts";
import { styleColour } from "../ui/theme";

interface TopicEnds {
  readonly name: string;
  readonly isInternal: boolean;
  /** Sum of the ends of `counted` partitions. */
  readonly ends: number;
  readonly counted: number;
}

export interface Sample {
  /** Seconds since 1970. */
  readonly at: number;
  /** Records per second into all topics. */
  readonly total: number;
  readonly topics: readonly { readonly name: string; readonly rate: number }[];
}

const EVERY_MS = 2000;
const SAMPLES = 90;
const BUSIEST = 5;
const CHART_PX = 170;

/** How fast topics grow, since the page was opened: differences of their partitions' ends. */
export function useRates(): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const before = useRef<{ at: number; ends: readonly TopicEnds[] } | null>(null);
  const ends = useQuery({
    queryKey: ["ends"],
    queryFn: async () => ({ at: Date.now() / 1000, ends: await ask<readonly TopicEnds[]>("/api/ends") }),
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  const { data } = ends;
  useEffect(() => {
    if (data === undefined) return;
    const last = before.current;
    before.current = data;
    if (last === null || data.at <= last.at) return;
    const known = new Map(last.ends.map((each) => [each.name, each]));
    const topics = data.ends.map(({ name, ends: end, counted }) => {
      const old = known.get(name);
      // What was counted over other partitions cannot be compared.
      const grown = old === undefined || old.counted !== counted ? 0 : Math.max(0, end - old.ends);
      return { name, rate: grown / (data.at - last.at) };
    });
    const total = topics.reduce((sum, each) => sum + each.rate, 0);
    setSamples((all) => [...all, { at: data.at, total, topics }].slice(-SAMPLES));
  }, [data]);
  return samples;
}

export function RateChart({ rates }: { rates: readonly Sample[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const host = place.current;
    if (host === null) return;
    const muted = styleColour("--muted");
    const line = { stroke: styleColour("--line"), width: 1 };
    const accent = styleColour("--accent");
    const axis = { stroke: muted, grid: line, ticks: line };
    plot.current = new uPlot(
      {
        width: Math.max(240, host.clientWidth),
        height: CHART_PX,
        legend: { show: false },
        cursor: { show: false },
        axes: [
          {
            ...axis,
            space: 90,
            incrs: [5, 15, 30, 60, 300],
            values: (_plot, seconds) => seconds.map((each) => clockTime(each * 1000)),
          },
          { ...axis, size: 56, values: (_plot, marks) => marks.map((each) => count(each)) },
        ],
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.1)] } },
        series: [
          {},
          {
            stroke: accent,
            fill: `color-mix(in srgb, ${accent} 14%, transparent)`,
            width: 2,
            points: { show: false },
          },
        ],
      },
      [[], []],
      host,
    );
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: host.clientWidth, height: CHART_PX }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData([rates.map(({ at }) => at), rates.map(({ total }) => total)]);
  }, [rates]);
  const last = rates.at(-1);
  return (
    <>
      <div ref={place} className="chart" role="img" aria-label="Records per second into all topics" />
      <p className="small muted" data-rate={last === undefined ? "" : Math.round(last.total)}>
        {last === undefined
          ? "Two looks at the ends make the first rate."
          : `Now ${count(Math.round(last.total))} a second.`}
      </p>
    </>
  );
}

/** The topics that grow fastest now. */
export function Busiest({ rates }: { rates: readonly Sample[] }) {
  const busiest = [...(rates.at(-1)?.topics ?? [])]
    .filter(({ rate }) => rate > 0)
    .sort((a, b) => b.rate - a.rate)
    .slice(0, BUSIEST);
  if (busiest.length === 0) return null;
  return (
    <ul className="busiest" aria-label="The busiest topics">
      {busiest.map(({ name, rate }) => (
        <li key={name}>
          <Link to="/topics" search={{ topic: name }}>
            {name}
          </Link>
          <span>{count(Math.round(rate))} / s</span>
        </li>
      ))}
    </ul>
  );
}
