import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { HttpAddress } from "../../cluster/broker-link.js";
import { Failure } from "../../cluster/failure.js";
import { LocalCluster } from "../../cluster/local-cluster.js";
import { type ObservedCluster, observeProcesses } from "../../cluster/observed.js";
import { DISTRIBUTION } from "../../node/distribution.js";
import { ConsoleFeed } from "./feed.js";
import { guard, isLoopback, pagePolicy } from "./guard.js";
import { ProcessHistory } from "./process-history.js";
import { SchemaRegistry } from "./registry/schema-registry.js";
import { addRoutes } from "./routes.js";
import { Scratch } from "./scratch.js";
import { addressesOf, Target } from "./target.js";

export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface ConsoleOptions {
  readonly host: string;
  readonly port: number;
  /** Nothing can be changed through this console. */
  readonly readOnly?: boolean;
  /** Address of a schema registry, which decodes keys and values; may hold a name and a password. */
  readonly schemaRegistry?: URL | undefined;
  /** Of a cluster that runs somewhere: where its brokers tell their events. */
  readonly http?: readonly HttpAddress[];
}

/** The console of a cluster that this program runs, as processes or within itself: it may be broken from there. */
export function serveConsole(
  cluster: LocalCluster | ObservedCluster,
  host: string,
  port: number,
  options: Omit<ConsoleOptions, "host" | "port"> = {},
): Promise<ConsoleServer> {
  const observed = cluster instanceof LocalCluster ? observeProcesses(cluster) : cluster;
  const target = new Target(addressesOf(observed), observed, options.readOnly ?? false);
  return serveTarget(target, { host, port, ...options });
}

/** The console of a cluster that runs somewhere, of Holdfast or of Apache Kafka. */
export function serveConsoleOf(bootstrapServers: string, options: ConsoleOptions): Promise<ConsoleServer> {
  return serveTarget(new Target(bootstrapServers, null, options.readOnly ?? false, options.http), options);
}

function serveTarget(target: Target, { host, port, schemaRegistry }: ConsoleOptions): Promise<ConsoleServer> {
  const feed = new ConsoleFeed(target);
  const scratch = new Scratch(target);
  const token = isLoopback(host) ? null : randomBytes(18).toString("base64url");
  const app = new Hono();
  app.use(guard({ host, token }));
  const registry = schemaRegistry === undefined ? null : new SchemaRegistry(schemaRegistry);
  addRoutes(app, { target, feed, scratch, registry, history: new ProcessHistory(target.local) });
  app.mount("/scratch", (request) => scratch.fetch(request));
  app.get("*", async (context) => {
    const { path } = context.req;
    if (path.startsWith("/assets/")) {
      const asset = await webAsset(path);
      if (asset === null) return context.text("There is no such file.\n", 404);
      context.header("Cache-Control", "public, max-age=31536000, immutable");
      return context.body(asset.bytes, 200, { "Content-Type": asset.type });
    }
    const page = await webPage(path, context.req.header("cookie") ?? "");
    if (page === null) return context.text("The console's pages are not built: run `npm run build`.\n", 503);
    context.header("Content-Security-Policy", pagePolicy(page));
    return context.html(page);
  });
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, ({ port: bound }) =>
      resolve({
        url: `http://${host}:${bound}/${token === null ? "" : `login?token=${token}`}`,
        close: async () => {
          feed.close();
          target.close();
          await Promise.all([
            scratch.close(),
            new Promise<void>((done) => {
              server.close(() => done());
              if ("closeAllConnections" in server) server.closeAllConnections();
            }),
          ]);
        },
      }),
    );
    server.once("error", (error: Error) => reject(new Failure(`The console cannot be served: ${error.message}.`)));
  });
}

const WEB = fileURLToPath(new URL("web/", DISTRIBUTION));
const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

async function webAsset(path: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string } | null> {
  const file = join(WEB, normalize(decodeURIComponent(path)));
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  const bytes = file.startsWith(join(WEB, "assets")) ? await builtFile(file) : null;
  return bytes === null ? null : { bytes: new Uint8Array(bytes), type };
}

/**
 * The page of that path, or the first one for any other path: the pages know their own routes. In the theme that the reader chose
 * before, which a cookie tells. null: nothing is built.
 */
async function webPage(path: string, cookie: string): Promise<string | null> {
  const [, name = ""] = /^\/([a-z]+)$/.exec(path) ?? [];
  const file = (await builtFile(join(WEB, `${name}.html`))) ?? (await builtFile(join(WEB, "index.html")));
  const theme = /(?:^|;\s*)holdfast_theme=(dark|light)(?:;|$)/.exec(cookie)?.[1];
  const page = file?.toString("utf8") ?? null;
  return theme === undefined || page === null ? page : page.replace("<html", `<html data-theme="${theme}"`);
}

async function builtFile(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
