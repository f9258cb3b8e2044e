import { Hono } from "hono";
import { Failure } from "../../cluster/failure.js";
import { DEFAULT_OPTIONS, LocalCluster } from "../../cluster/local-cluster.js";
import { observeProcesses } from "../../cluster/observed.js";
import { ConsoleFeed } from "./feed.js";
import { ProcessHistory } from "./process-history.js";
import { addRoutes } from "./routes.js";
import { addressesOf, Target } from "./target.js";

export type ScratchState = "none" | "starting" | "running";

interface Running {
  readonly cluster: LocalCluster;
  readonly target: Target;
  readonly feed: ConsoleFeed;
  readonly app: Hono;
}

/**
 * A cluster for experiments that destroy data, beside one whose data is kept: started when somebody asks for it, on a directory and on
 * ports of its own, and thrown away with what is in it.
 */
export class Scratch {
  state: ScratchState = "none";
  private readonly beside: Target;
  private running: Promise<Running> | null = null;

  constructor(beside: Target) {
    this.beside = beside;
  }

  /** Why none can be started here; null: it can. */
  get refusal(): string | null {
    if (this.beside.local === null) return "A scratch cluster is started only by the `holdfast up` of this console.";
    return this.beside.readOnly ? "This console is read-only." : null;
  }

  async start(): Promise<void> {
    const { refusal } = this;
    if (refusal !== null) throw new Failure(refusal);
    this.running ??= this.open();
    await this.running;
  }

  /** Ends it and removes its data. Idempotent. */
  async close(): Promise<void> {
    const { running } = this;
    this.running = null;
    this.state = "none";
    if (running === null) return;
    const opened = await running.catch(() => null);
    if (opened === null) return;
    opened.feed.close();
    opened.target.close();
    await opened.cluster.stopNow();
  }

  /** The same questions and commands as those of the cluster beside it. */
  async fetch(request: Request): Promise<Response> {
    const { running } = this;
    if (running === null) {
      const error = "There is no scratch cluster now.";
      return Response.json({ error, advice: "Start one on the Breakdown page." }, { status: 409 });
    }
    return (await running).app.fetch(request);
  }

  private async open(): Promise<Running> {
    this.state = "starting";
    try {
      const engine = this.beside.local?.engine.name ?? "holdfast";
      const cluster = await LocalCluster.start({ ...DEFAULT_OPTIONS, engine, anyPort: true, consolePort: null });
      const observed = observeProcesses(cluster);
      const target = new Target(addressesOf(observed), observed, false);
      const feed = new ConsoleFeed(target);
      const app = new Hono();
      addRoutes(app, { target, feed, scratch: null, registry: null, history: new ProcessHistory(observed) });
      this.state = "running";
      return { cluster, target, feed, app };
    } catch (error) {
      this.running = null;
      this.state = "none";
      throw error;
    }
  }
}
