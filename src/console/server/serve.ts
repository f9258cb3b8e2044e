import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Admin } from "../../cluster/admin.js";
import type { ObservedCluster } from "../../cluster/embedded/backend.js";
import { Failure, messageOf } from "../../cluster/failure.js";
import { type ClusterStatus, clusterStatus } from "../../cluster/status.js";
import { statusPage } from "./status-page.js";

export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the page shows: the cluster as its brokers tell, and the processes as their supervisor knows them. */
export interface StatusReport {
  /** null: no broker answers. */
  readonly status: ClusterStatus | null;
  readonly problem: string;
  readonly processes: readonly { id: number; port: number; pid: number | null; state: string }[];
}

/** Serves the cluster's status page. Loopback only, and only under a loopback name: other sites cannot rebind theirs to it. */
export async function serveConsole(cluster: ObservedCluster, host: string, port: number): Promise<ConsoleServer> {
  const app = new Hono();
  app.use(async (context, next) => {
    const name = (context.req.header("host") ?? "").replace(/:\d+$/, "");
    if (!LOOPBACK.has(name)) return context.text("The console answers only under a loopback name.\n", 403);
    context.header(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    );
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cache-Control", "no-store");
    await next();
    return undefined;
  });
  app.get("/", async (context) => context.html(statusPage(await report(cluster))));
  app.get("/api/status", async (context) => context.json(await report(cluster)));
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () =>
      resolve({
        url: `http://${host}:${port}/`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
    server.once("error", (error: Error) => reject(new Failure(`The console cannot be served: ${error.message}.`)));
  });
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

async function report(cluster: ObservedCluster): Promise<StatusReport> {
  const processes = cluster.brokers.map(({ plan, pid, state }) => ({ id: plan.id, port: plan.port, pid, state }));
  const alive = cluster.brokers.filter((broker) => broker.state === "running");
  if (alive.length === 0) return { status: null, problem: "No broker runs.", processes };
  const servers = alive.map((broker) => `${cluster.plan.host}:${broker.plan.port}`).join(",");
  let admin: Admin | null = null;
  try {
    admin = await Admin.connect(servers);
    return { status: await clusterStatus(admin), problem: "", processes };
  } catch (error) {
    return { status: null, problem: messageOf(error), processes };
  } finally {
    admin?.close();
  }
}
