import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { ExitCode, Failure } from "./failure.js";

/** The ports of a local cluster, index by broker. */
export interface ClusterPorts {
  readonly brokers: readonly number[];
  readonly controllers: readonly number[];
  readonly http: readonly number[];
  readonly advertised: readonly (readonly number[])[];
  readonly console: number | null;
}

export interface PortWishes {
  readonly brokers: number;
  readonly host: string;
  /** Of the first broker; the others follow. */
  readonly port: number;
  readonly consolePort: number | null;
  readonly advertised: number;
  readonly any: boolean;
  readonly strict: boolean;
}

const CONTROLLERS_ABOVE = 10_000;
const HTTP_ABOVE = 20_000;
const ADVERTISED_ABOVE = 100;
const SHIFT = 10;
const SHIFTS_MAX = 50;

/** The wished ports when all of them are free; otherwise all shifted together by the least multiple of ten that is free. */
export async function choosePorts(
  wishes: PortWishes,
): Promise<{ ports: ClusterPorts; shiftedBecauseOf: number | null }> {
  if (wishes.any) return { ports: await anyPorts(wishes), shiftedBecauseOf: null };
  let shiftedBecauseOf: number | null = null;
  for (let shift = 0; shift < SHIFTS_MAX; shift++) {
    const ports = layOut(wishes, shift * SHIFT);
    if (shift === 0) expectDistinct(ports);
    const taken = await firstTaken(wishes.host, ports);
    if (taken === null) return { ports, shiftedBecauseOf };
    shiftedBecauseOf ??= taken;
    if (wishes.strict)
      throw portTaken(
        taken,
        "Leave out --strict-ports to use the next free ones, or name others with --port and --console-port.",
      );
  }
  throw portTaken(
    shiftedBecauseOf ?? wishes.port,
    "Name other ports with --port and --console-port, or let the system choose with --any-port.",
  );
}

const REMEMBERED = "This data directory's cluster has this port; stop what uses it.";

/** For ports that must be these: a persistent cluster's, which its clients know. */
export async function requirePorts(host: string, ports: ClusterPorts, advice = REMEMBERED): Promise<void> {
  const taken = await firstTaken(host, ports);
  if (taken !== null) throw portTaken(taken, advice);
}

/** These for clients, any free ones for all else. */
export async function portsWith(brokers: readonly number[], host: string): Promise<ClusterPorts> {
  const rest = { controllers: [], http: [], advertised: [], console: null };
  await requirePorts(host, { ...rest, brokers }, "Stop what uses it, or name other ports.");
  const wishes = { brokers: brokers.length, host, port: 0, consolePort: null, advertised: 0, any: true, strict: true };
  return { ...(await anyPorts(wishes, brokers)), brokers };
}

function portTaken(port: number, advice: string): Failure {
  return new Failure(`Port ${port} is taken.`, advice, ExitCode.portTaken);
}

function layOut(wishes: PortWishes, shift: number): ClusterPorts {
  const base = wishes.port + shift;
  const row = (first: number): number[] => Array.from({ length: wishes.brokers }, (_, index) => within(first + index));
  return {
    brokers: row(base),
    controllers: row(base + CONTROLLERS_ABOVE),
    http: row(base + HTTP_ABOVE),
    advertised: Array.from({ length: wishes.brokers }, (_, broker) =>
      Array.from({ length: wishes.advertised }, (_, index) => within(base + ADVERTISED_ABOVE * (index + 1) + broker)),
    ),
    console: wishes.consolePort === null ? null : within(wishes.consolePort + shift),
  };
}

/** Ports that would pass 65535 continue in the private range from its start. */
function within(port: number): number {
  return port <= 65_535 ? port : 1024 + (port - 65_536);
}

/** They shift together, so that what is wanted twice is never free. */
function expectDistinct(ports: ClusterPorts): void {
  const all = every(ports);
  const twice = all.find((port, index) => all.indexOf(port) !== index);
  if (twice === undefined) return;
  const whose = twice === ports.console ? "by the console and by a broker" : "by two listeners of the brokers";
  const advice = `Name other ports with --port and --console-port. Beside ${ports.brokers.join(", ")} the brokers need ${[...ports.controllers, ...ports.http, ...ports.advertised.flat()].join(", ")}.`;
  throw new Failure(`Port ${twice} is wanted twice, ${whose}.`, advice, ExitCode.usage);
}

function every(ports: ClusterPorts): number[] {
  const all = [...ports.brokers, ...ports.controllers, ...ports.http, ...ports.advertised.flat()];
  return ports.console === null ? all : [...all, ports.console];
}

async function firstTaken(host: string, ports: ClusterPorts): Promise<number | null> {
  const all = every(ports);
  const free = await Promise.all(all.map((port) => isFree(host, port)));
  const index = free.indexOf(false);
  return index < 0 ? null : all[index];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(new Failure(`Cannot listen on ${host}:${port}: ${error.message}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Below the range from which systems take the local ports of outgoing connections: nothing may grab one while its broker restarts. */
const ANY_FROM = 10_240;
const ANY_TO = 32_000;
const ANY_ATTEMPTS_MAX = 1000;

/** Random free ports, each once. */
async function anyPorts(wishes: PortWishes, but: readonly number[] = []): Promise<ClusterPorts> {
  const count = wishes.brokers * (3 + wishes.advertised) + 1;
  const chosen: number[] = [];
  for (let attempt = 0; chosen.length < count; attempt++) {
    if (attempt > ANY_ATTEMPTS_MAX)
      throw new Failure(`No ${count} free ports were found from ${ANY_FROM} to ${ANY_TO}.`);
    const port = randomInt(ANY_FROM, ANY_TO);
    if (!chosen.includes(port) && !but.includes(port) && (await isFree(wishes.host, port))) chosen.push(port);
  }
  const take = (howMany: number): number[] => chosen.splice(0, howMany);
  return {
    brokers: take(wishes.brokers),
    controllers: take(wishes.brokers),
    http: take(wishes.brokers),
    advertised: Array.from({ length: wishes.brokers }, () => take(wishes.advertised)),
    console: wishes.consolePort === null ? null : take(1)[0],
  };
}
