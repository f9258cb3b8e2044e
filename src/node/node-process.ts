import { isatty } from "node:tty";
import { EventFeed } from "../base/events.js";
import type { NodeConfig } from "../config/node-config.js";
import type { LogLevelName } from "../server/log-levels.js";
import { HoldfastNode } from "../server/node.js";
import { META_PROPERTIES } from "../storage/meta-properties.js";
import { StorageError } from "../storage/storage-error.js";
import { checkClusterId } from "./format-command.js";
import type { HttpServer } from "./http-server.js";
import { checkFormatOnServe } from "./initial-voters.js";
import { LOG_LEVELS } from "./logger.js";
import { type FaultPermit, NodeFaults, takeFaultPermit } from "./node-faults.js";
import { createNodePorts, type NodePorts } from "./ports.js";
import { type ConfigOptions, type LoadedConfig, loadConfig } from "./properties-file.js";
import { RELEASE } from "./release.js";
import { stackOfSources } from "./source-positions.js";
import { ExitCode, StartFailure } from "./start-failure.js";

export interface ServeOptions extends ConfigOptions {
  /** For directories that are empty, which are formatted then. */
  readonly clusterId?: string;
}

/** A controlled shutdown that takes longer is cut short, ms. */
const STOP_LIMIT_MS = 10_000;
/** What a reader of the log may hold up the end of the process, ms. */
const LOG_LIMIT_MS = 500;
const LOG_DESCRIPTOR = 2;

/**
 * One node as a process: its signals, its end and its exit code. It is never half alive: what nobody caught ends it, since the state
 * of a core that threw cannot be trusted, and the other replicas have the data.
 */
export class NodeProcess {
  private readonly ports: NodePorts;
  private readonly config: NodeConfig;
  private readonly node: HoldfastNode;
  private readonly events: EventFeed;
  private readonly permit: FaultPermit | null;
  private readonly faults: NodeFaults | null;
  private http: HttpServer | null;
  private isStopping: boolean;

  /** Throws a StartFailure. */
  constructor(options: ServeOptions) {
    if (options.clusterId !== undefined) checkClusterId(options.clusterId);
    const loaded = loadConfig(options);
    this.config = loaded.config;
    this.ports = createNodePorts({
      // The node says what of it is written, since that can be changed while it runs.
      logLevel: "debug",
      logFormat: isatty(LOG_DESCRIPTOR) ? "text" : "json",
      logDescriptor: LOG_DESCRIPTOR,
    });
    if (options.clusterId !== undefined) {
      const { disk } = this.ports;
      checkFormatOnServe(this.config, (directory) => disk.exists(`${directory}/${META_PROPERTIES}`));
    }
    this.ports = { ...this.ports, logger: this.ports.logger.child({ broker: this.config.nodeId }) };
    this.permit = takeFaultPermit(process.env);
    this.faults = this.permit === null ? null : new NodeFaults(this.ports, this.permit.state);
    this.events = new EventFeed();
    this.http = null;
    this.isStopping = false;
    this.node = new HoldfastNode(this.faults?.wrap(this.ports) ?? this.ports, {
      config: this.config,
      clusterId: options.clusterId ?? null,
      release: RELEASE,
      events: this.events,
      ...(this.faults === null ? {} : { interceptor: this.faults.requests }),
      logLevel: logLevelOf(this.config),
      onReady: () => this.ready(),
      onStopped: (reason, clean) => this.stopped(reason, clean),
    });
    this.warn(loaded);
  }

  /** Throws a StartFailure. */
  start(): void {
    process.on("uncaughtException", (error) => this.crash(error));
    process.on("unhandledRejection", (error) => this.crash(error));
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => this.stop(signal));
    // A terminal that goes away, or a pipe that nobody reads, is no reason to stop serving.
    process.on("SIGHUP", () => {});
    process.on("SIGPIPE", () => {});
    this.ports.loop.startProbe();
    try {
      this.node.start();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      throw new StartFailure(error.message, ExitCode.failure);
    }
    if (this.config.http !== null) this.serveHttp(this.config.http.host, this.config.http.port);
  }

  private serveHttp(host: string, port: number): void {
    import("./http-server.js").then(
      ({ HttpServer }) => {
        if (this.isStopping) return;
        this.http = new HttpServer(this.ports, this.node, this.events, host);
        if (this.faults !== null && this.permit !== null) this.http.allowFaults(this.faults, this.permit.token);
        this.http.listen(port, (error) => {
          if (error.code === "EADDRINUSE") this.fail(`Port ${port} of http.listeners is taken.`, ExitCode.portTaken);
          else this.fail(`http.listeners cannot be served on ${host}:${port}: ${error.message}`, ExitCode.failure);
        });
      },
      (error: unknown) => this.crash(error),
    );
  }

  private ready(): void {
    this.ports.logger.info("The node is ready.", {
      component: "process",
      startMs: Math.round(performance.now()),
      megabytes: Math.round(process.memoryUsage.rss() / 1048576),
    });
  }

  private stop(signal: string): void {
    const { logger, timers } = this.ports;
    if (this.isStopping) {
      logger.warn("Stopped at once, by a second signal.", { component: "process", signal });
      this.exit(ExitCode.failure);
      return;
    }
    this.isStopping = true;
    logger.info("A controlled shutdown begins.", { component: "process", signal });
    timers.schedule(STOP_LIMIT_MS, {
      onTimer: () => this.fail(`The controlled shutdown took longer than ${STOP_LIMIT_MS} ms.`, ExitCode.failure),
    });
    this.node.shutdown();
  }

  private stopped(reason: string, clean: boolean): void {
    if (!clean) this.fail(reason, reason.includes("EADDRINUSE") ? ExitCode.portTaken : ExitCode.failure);
    else {
      this.ports.logger.info("The node has stopped.", { component: "process" });
      this.ports.logSink.drain(LOG_LIMIT_MS, () => this.exit(ExitCode.done));
    }
  }

  private fail(reason: string, code: ExitCode): void {
    this.ports.logger.error("The node stops.", { component: "process", reason });
    this.exit(code);
  }

  private crash(error: unknown): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    this.ports.logger.error("A fault of Holdfast itself: the node stops. Please report it.", {
      component: "process",
      error: `${name}: ${message}`,
      stack: stackOfSources(stack ?? ""),
    });
    this.exit(ExitCode.failure);
  }

  private exit(code: ExitCode): void {
    this.http?.close();
    this.ports.logSink.flushSync();
    process.exit(code);
  }

  private warn({ warnings }: LoadedConfig): void {
    for (const { name, line, message } of warnings) {
      this.ports.logger.warn(message, { component: "config", name, ...(line > 0 ? { line } : {}) });
    }
  }
}

/** HOLDFAST_LOG_LEVEL, else holdfast.log.level. */
function logLevelOf(config: NodeConfig): LogLevelName {
  const asked = process.env.HOLDFAST_LOG_LEVEL ?? config.text("holdfast.log.level");
  const level = LOG_LEVELS.find((each) => each === asked.toLowerCase());
  if (level === undefined) {
    const where = process.env.HOLDFAST_LOG_LEVEL === undefined ? "holdfast.log.level" : "HOLDFAST_LOG_LEVEL";
    throw new StartFailure(`${where}: "${asked}" is no log level; there are ${LOG_LEVELS.join(", ")}.`, ExitCode.usage);
  }
  return level.toUpperCase() as LogLevelName;
}
