import { Agent, get } from "node:http";
import { type ClockSample, joined } from "../base/clock-bounds.js";
import type { Address } from "./broker-link.js";

/** The clock that a broker's events are timed by, and how it stands to this process's own. */
export interface ClockReading extends ClockSample {
  readonly broker: number;
  /** Equal for brokers whose times can be compared as they are. */
  readonly clock: string;
}

const ROUNDS = 8;
const LIMIT_MS = 1_000;

/** Asks a broker's `/clock` a few times, one after the other: the quickest answer tells most. null: it does not answer, or not so. */
export async function probeClock(address: Address, rounds = ROUNDS): Promise<ClockReading | null> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const readings: ClockReading[] = [];
    for (let round = 0; round < rounds; round++) {
      const reading = await askOnce(address, agent);
      if (reading === null) break;
      // Another process answers, on another machine perhaps.
      if (readings.some(({ clock }) => clock !== reading.clock)) readings.length = 0;
      readings.push(reading);
    }
    return readings.length === 0 ? null : { ...readings[0], ...joined(readings) };
  } finally {
    agent.destroy();
  }
}

function askOnce({ host, port }: Address, agent: Agent): Promise<ClockReading | null> {
  return new Promise((resolve) => {
    const fromNs = nowNs();
    const asked = get({ host, port, path: "/clock", agent, timeout: LIMIT_MS }, (response) => {
      const toNs = nowNs();
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("error", () => resolve(null));
      response.once("end", () => {
        const told = response.statusCode === 200 ? parsed(text) : null;
        resolve(told === null ? null : { broker: told.node, clock: told.clock, tNs: told.tNs, fromNs, toNs });
      });
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.once("error", () => resolve(null));
  });
}

function parsed(text: string): { node: number; clock: string; tNs: number } | null {
  try {
    const told = JSON.parse(text) as { node?: unknown; clock?: unknown; tNs?: unknown } | null;
    const { node, clock, tNs } = told ?? {};
    return typeof node === "number" && typeof clock === "string" && typeof tNs === "number" && Number.isFinite(tNs)
      ? { node, clock, tNs }
      : null;
  } catch {
    return null;
  }
}

function nowNs(): number {
  return Number(process.hrtime.bigint());
}
