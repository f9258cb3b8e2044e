import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { ClusterFaults } from "./cluster-faults.js";
import { ExitCode, Failure, messageOf } from "./failure.js";
import type { LocalCluster } from "./local-cluster.js";

export const FAULTS = ["kill", "stop", "restart", "pause", "partition", "slow-disk", "wipe", "heal"] as const;
export type FaultVerb = (typeof FAULTS)[number];

export interface ControlRequest {
  readonly verb: FaultVerb | "processes";
  /** null: every broker. */
  readonly broker: number | null;
  /** Of `partition`: what is cut off from what. */
  readonly partition?: { readonly a: readonly number[]; readonly b: readonly number[]; readonly oneWay: boolean };
  /** Of `slow-disk`. */
  readonly msPerWrite?: number;
}

/** A broker's process as its supervisor knows it. */
export interface ProcessReport {
  readonly broker: number;
  readonly pid: number | null;
  readonly state: string;
}

export type ControlReply =
  | { readonly processes: readonly ProcessReport[] }
  | { readonly error: string; readonly advice: string; readonly exitCode: ExitCode };

const STOP_LIMIT_MS = 10_000;
const LINE_MAX = 65_536;

/** A broker that can be broken: a process, or a part of this one. */
interface Controllable {
  readonly plan: { readonly id: number };
  readonly pid: number | null;
  readonly state: string;
  readonly isUp: boolean;
  start(): Promise<void> | void;
  kill(): Promise<void> | void;
  stop(limitMs: number): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface ControllableCluster {
  readonly brokers: readonly Controllable[];
  readonly faults: ClusterFaults;
  broker(id: number): Controllable;
  /** Throws a `Failure` where brokers can be killed and paused, but not otherwise broken. */
  requireFaults(): void;
  restart(id: number): Promise<void>;
  wipe(id: number): Promise<void>;
}

/** Carries out one command on a cluster of this process. */
export async function control(cluster: ControllableCluster, request: ControlRequest): Promise<ProcessReport[]> {
  const targets = targetsOf(cluster, request);
  const report = targets.map((broker) => ({ broker: broker.plan.id, pid: broker.pid }));
  if (request.verb === "slow-disk" && request.msPerWrite === undefined) {
    throw new Failure("A slow disk needs the number of milliseconds.", "", ExitCode.usage);
  }
  if (request.verb === "partition") {
    if (request.partition === undefined) throw new Failure("A partition needs its two groups.", "", ExitCode.usage);
    cluster.requireFaults();
    await cluster.faults.add({ kind: "partition", ...request.partition });
  } else {
    if (request.verb === "heal") await cluster.faults.heal(request.broker);
    await Promise.all(targets.map((broker) => carryOut(broker.plan.id)));
  }
  return targets.map((broker, index) => ({
    broker: broker.plan.id,
    pid: broker.pid ?? report[index].pid,
    state: broker.state,
  }));

  async function carryOut(id: number): Promise<void> {
    const broker = cluster.broker(id);
    switch (request.verb) {
      case "kill":
        return broker.kill();
      case "stop":
        return broker.stop(STOP_LIMIT_MS);
      case "restart":
        return cluster.restart(id);
      case "pause":
        return broker.pause();
      case "slow-disk":
        cluster.requireFaults();
        await cluster.faults.add({ kind: "slow-disk", broker: id, msPerWrite: request.msPerWrite ?? 0 });
        return undefined;
      case "wipe":
        return cluster.wipe(id);
      case "heal":
        return broker.isUp ? broker.resume() : broker.start();
      case "partition":
      case "processes":
        return;
    }
  }
}

function targetsOf(cluster: ControllableCluster, { broker, partition }: ControlRequest): readonly Controllable[] {
  if (partition !== undefined) return [...partition.a, ...partition.b].map((id) => cluster.broker(id));
  return broker === null ? cluster.brokers : [cluster.broker(broker)];
}

/** Takes commands of other processes of this user: one line of JSON each way per connection. */
export async function serveControl(cluster: LocalCluster, path: string): Promise<Server> {
  if (process.platform !== "win32") await rm(path, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    readLine(socket)
      .then(async (line) => control(cluster, parseRequest(line)))
      .then(
        (processes): ControlReply => ({ processes }),
        (error): ControlReply => ({
          error: messageOf(error),
          advice: error instanceof Failure ? error.advice : "",
          exitCode: error instanceof Failure ? error.exitCode : ExitCode.failure,
        }),
      )
      .then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  server.unref();
  return server;
}

/** Sends one command to the supervisor that listens at `path`. */
export async function sendControl(path: string, request: ControlRequest): Promise<readonly ProcessReport[]> {
  const socket = createConnection(path);
  socket.write(`${JSON.stringify(request)}\n`);
  let line: string;
  try {
    line = await readLine(socket);
  } catch (error) {
    throw new Failure(
      `The cluster's supervisor does not answer: ${messageOf(error)}.`,
      "Is its `holdfast up` still running?",
    );
  } finally {
    socket.destroy();
  }
  const reply = JSON.parse(line) as ControlReply;
  if ("error" in reply) throw new Failure(reply.error, reply.advice, reply.exitCode);
  return reply.processes;
}

function parseRequest(line: string): ControlRequest {
  const { verb, broker, partition, msPerWrite } = JSON.parse(line) as Partial<Record<keyof ControlRequest, unknown>>;
  const known = verb === "processes" || FAULTS.some((fault) => fault === verb);
  if (!known) throw new Failure(`The supervisor does not know the command ${JSON.stringify(verb)}.`);
  if (broker !== null && !Number.isSafeInteger(broker)) throw new Failure(`${JSON.stringify(broker)} is no broker id.`);
  const request = { verb: verb as ControlRequest["verb"], broker: broker as number | null };
  if (verb === "partition") return { ...request, partition: parsePartition(partition) };
  if (verb !== "slow-disk") return request;
  if (typeof msPerWrite !== "number" || !(msPerWrite >= 0)) {
    throw new Failure(`${JSON.stringify(msPerWrite)} is no number of milliseconds.`, "", ExitCode.usage);
  }
  return { ...request, msPerWrite };
}

function parsePartition(given: unknown): NonNullable<ControlRequest["partition"]> {
  const { a, b, oneWay } = (given ?? {}) as { a?: unknown; b?: unknown; oneWay?: unknown };
  const isGroup = (ids: unknown): ids is number[] =>
    Array.isArray(ids) && ids.length > 0 && ids.every((id) => Number.isSafeInteger(id));
  if (!isGroup(a) || !isGroup(b) || a.some((id) => b.includes(id))) {
    throw new Failure("A partition has two groups of brokers that share none.", "", ExitCode.usage);
  }
  return { a, b, oneWay: oneWay === true };
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > LINE_MAX) reject(new Failure("The line is too long."));
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Failure("The connection was closed.")));
  });
}
