import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { Failure, messageOf } from "./failure.js";
import type { LocalCluster } from "./local-cluster.js";

export const FAULTS = ["kill", "stop", "restart", "pause", "heal"] as const;
export type FaultVerb = (typeof FAULTS)[number];

export interface ControlRequest {
  readonly verb: FaultVerb | "processes";
  /** null: every broker. */
  readonly broker: number | null;
}

/** A broker's process as its supervisor knows it. */
export interface ProcessReport {
  readonly broker: number;
  readonly pid: number | null;
  readonly state: string;
}

export type ControlReply =
  | { readonly processes: readonly ProcessReport[] }
  | { readonly error: string; readonly advice: string };

const STOP_LIMIT_MS = 10_000;
const LINE_MAX = 65_536;

/** Carries out one command on a cluster of this process. */
export async function control(cluster: LocalCluster, request: ControlRequest): Promise<ProcessReport[]> {
  const targets = request.broker === null ? cluster.brokers : [cluster.broker(request.broker)];
  const report = targets.map((broker) => ({ broker: broker.plan.id, pid: broker.pid }));
  await Promise.all(targets.map((broker) => carryOut(broker.plan.id)));
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
      case "heal":
        return broker.isUp ? broker.resume() : broker.start();
      case "processes":
        return;
    }
  }
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
        (error): ControlReply => ({ error: messageOf(error), advice: error instanceof Failure ? error.advice : "" }),
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
  if ("error" in reply) throw new Failure(reply.error, reply.advice);
  return reply.processes;
}

function parseRequest(line: string): ControlRequest {
  const { verb, broker } = JSON.parse(line) as { verb?: unknown; broker?: unknown };
  const known = verb === "processes" || FAULTS.some((fault) => fault === verb);
  if (!known) throw new Failure(`The supervisor does not know the command ${JSON.stringify(verb)}.`);
  if (broker !== null && !Number.isSafeInteger(broker)) throw new Failure(`${JSON.stringify(broker)} is no broker id.`);
  return { verb: verb as ControlRequest["verb"], broker: broker as number | null };
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
