import { access, constants, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { serveControl } from "../cluster/control.js";
import { ExitCode, Failure, messageOf } from "../cluster/failure.js";
import { LocalCluster } from "../cluster/local-cluster.js";
import { identityOf } from "../cluster/process-identity.js";
import { type ClusterRecord, forgetCluster, recordCluster, runtimeDirectory } from "../cluster/runtime-directory.js";
import { clusterOptionsFrom } from "./cluster-options.js";
import { onNpmGone } from "./npm-shell.js";
import { note, print } from "./output.js";
import type { UpOptions } from "./up.js";

/** Signals within this time are one keystroke: a terminal sends it to npm and to us, and npm passes it on once more. */
const SAME_KEYSTROKE_MS = 500;

export async function runUp(options: UpOptions): Promise<void> {
  const begin = performance.now();
  const parent = process.ppid;
  await checkOutputs(options);
  const stop = new StopSignals();
  // Before that a broker that dies ends the whole start, with its last words.
  let isReady = false;
  const shape = await clusterOptionsFrom(options, options.console ? options.consolePort : null);
  const cluster = await LocalCluster.launch(shape, {
    onPortsShifted: (taken, plan) =>
      note(`Port ${taken} is taken: using ${plan.brokers.map((each) => each.port).join(", ")} instead.`),
    onBrokerDied: ({ plan: { id }, lastEnd }) => {
      if (stop.requested || !isReady) return;
      const what = options.restart
        ? "It is started again (--restart)."
        : `\`holdfast fault restart ${id}\` starts it again.`;
      note(`Broker ${id} died (${lastEnd}). ${what}`);
    },
  });
  const cleanUp: (() => Promise<void> | void)[] = [];
  stop.onSecond = () => void cluster.stopNow().then(() => process.exit(1));
  try {
    const consoleUrl = await startConsole(cluster, cleanUp, options);
    const ready = cluster.untilReady(shape);
    const first = await Promise.race([ready.then(() => "ready" as const), stop.first.then(() => "stop" as const)]);
    if (first === "stop") {
      ready.catch(() => undefined);
      return;
    }
    isReady = true;
    // Before anything is printed: whoever reads that it is ready may end npm at once.
    cleanUp.push(onNpmGone(parent, () => stop.request()));
    const readyMs = Math.round(performance.now() - begin);
    const record = await makeRecord(cluster, consoleUrl);
    const control = await serveControl(cluster, record.controlSocket);
    cleanUp.push(() => void control.close());
    await recordCluster(record);
    cleanUp.push(() => forgetCluster(record.clusterId));
    const line = readyLine(cluster, consoleUrl, readyMs);
    if (options.portsFile !== undefined) await writeWhole(options.portsFile, `${line}\n`);
    if (options.json) print(line);
    else {
      const { banner } = await import("./banner.js");
      print(banner(cluster, consoleUrl, readyMs));
    }
    if (options.open && consoleUrl !== null) await openInBrowser(consoleUrl);
    if (!options.json && process.stdin.isTTY) {
      const { listenToKeys } = await import("./keys.js");
      cleanUp.push(listenToKeys(cluster, consoleUrl, openInBrowser, () => stop.request()));
    }
    await stop.first;
    note("Stopping …");
  } finally {
    for (const each of cleanUp) await each();
    await cluster.stop();
    stop.close();
  }
}

/** What would fail only once everything runs is told before anything does. */
async function checkOutputs({ open, console: wantsConsole, portsFile }: UpOptions): Promise<void> {
  if (open && !wantsConsole) throw new Failure("--open and --no-console exclude each other.", "", ExitCode.usage);
  if (portsFile === undefined) return;
  try {
    await access(dirname(resolve(portsFile)), constants.W_OK);
    if ((await stat(portsFile).catch(() => null))?.isDirectory()) throw new Error("it is a directory");
  } catch (error) {
    throw new Failure(`--ports-file ${portsFile} cannot be written: ${messageOf(error)}.`, "", ExitCode.usage);
  }
}

/** Served while the brokers start, so that it costs no time. */
async function startConsole(
  cluster: LocalCluster,
  cleanUp: (() => Promise<void> | void)[],
  { readOnly = false, schemaRegistry }: UpOptions,
): Promise<string | null> {
  if (cluster.plan.consolePort === null) return null;
  const { serveConsole } = await import("../console/server/serve.js");
  const server = await serveConsole(cluster, cluster.plan.host, cluster.plan.consolePort, { readOnly, schemaRegistry });
  cleanUp.push(() => server.close());
  return server.url;
}

async function makeRecord(cluster: LocalCluster, console: string | null): Promise<ClusterRecord> {
  const { plan } = cluster;
  return {
    clusterId: plan.clusterId,
    engine: cluster.engine.name,
    supervisor: identityOf(process.pid),
    bootstrapServers: cluster.bootstrapServers,
    brokers: plan.brokers.map(({ id, port, httpPort, dataDir }) => ({ id, host: plan.host, port, httpPort, dataDir })),
    console,
    ephemeral: plan.ephemeral,
    directory: plan.directory,
    controlSocket:
      process.platform === "win32"
        ? `\\\\.\\pipe\\holdfast-${plan.clusterId}`
        : join(await runtimeDirectory(), `${plan.clusterId}.sock`),
  };
}

/** What scripts wait for; its shape is documented. */
function readyLine(cluster: LocalCluster, console: string | null, readyMs: number): string {
  const { plan } = cluster;
  return JSON.stringify({
    clusterId: plan.clusterId,
    bootstrapServers: cluster.bootstrapServers,
    brokers: cluster.brokers.map((broker) => ({
      id: broker.plan.id,
      pid: broker.pid,
      host: plan.host,
      port: broker.plan.port,
      ...(broker.plan.httpPort === null ? {} : { httpPort: broker.plan.httpPort }),
      dataDir: broker.plan.dataDir,
    })),
    ...(console === null ? {} : { console }),
    readyMs,
  });
}

/** Whoever polls for the file never sees half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await writeFile(`${path}.tmp`, text);
    await rename(`${path}.tmp`, path);
  } catch (error) {
    throw new Failure(`--ports-file ${path} cannot be written: ${messageOf(error)}.`);
  }
}

async function openInBrowser(url: string): Promise<void> {
  const { spawn } = await import("node:child_process");
  const opener = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : "xdg-open";
  const child = spawn(opener, [url], { detached: true, stdio: "ignore" });
  child.on("error", (error) => note(`The browser could not be opened: ${messageOf(error)}. The console is at ${url}`));
  child.unref();
}

/** TERM, INT, or the terminal going away: the first asks for an orderly stop, a second one stops at once. */
class StopSignals {
  requested = false;
  onSecond: () => void = () => undefined;
  readonly first: Promise<void>;
  private firstAt = 0;
  private resolveFirst: () => void = () => undefined;
  private readonly onSignal = (): void => this.request();

  constructor() {
    this.first = new Promise((resolve) => {
      this.resolveFirst = resolve;
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, this.onSignal);
  }

  request(): void {
    if (!this.requested) {
      this.requested = true;
      this.firstAt = performance.now();
      this.resolveFirst();
    } else if (performance.now() - this.firstAt > SAME_KEYSTROKE_MS) this.onSecond();
  }

  close(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, this.onSignal);
  }
}
