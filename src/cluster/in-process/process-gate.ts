/**
 * What a process of the operating system is to a broker, for one that shares its process with others: while it is paused nothing of
 * it runs, what comes meanwhile waits in order; once it is killed nothing of it ever runs again, and what it held is let go at once.
 */
export class ProcessGate {
  private state: "running" | "paused" | "dead";
  private backlog: (() => void)[];
  private readonly resources: Set<GateResource>;
  private readonly onThrown: (error: unknown) => void;
  private pausedSinceMs: number;
  private pausedTotalMs: number;

  /** `onThrown`: a turn of the broker threw; it is dead by then. */
  constructor(onThrown: (error: unknown) => void) {
    this.state = "running";
    this.backlog = [];
    this.resources = new Set();
    this.onThrown = onThrown;
    this.pausedSinceMs = 0;
    this.pausedTotalMs = 0;
  }

  get isDead(): boolean {
    return this.state === "dead";
  }

  get isPaused(): boolean {
    return this.state === "paused";
  }

  /** How long it was paused in all, ms: its event loop stood still then. */
  pausedMs(): number {
    return this.pausedTotalMs + (this.state === "paused" ? performance.now() - this.pausedSinceMs : 0);
  }

  /** Runs a turn of the broker: now, when it goes on, or never. */
  run(turn: () => void): void {
    if (this.state === "dead") return;
    if (this.state === "paused") {
      this.backlog.push(turn);
      return;
    }
    try {
      turn();
    } catch (error) {
      this.kill();
      this.onThrown(error);
    }
  }

  hold(resource: GateResource): void {
    this.resources.add(resource);
  }

  letGo(resource: GateResource): void {
    this.resources.delete(resource);
  }

  pause(): void {
    if (this.state !== "running") return;
    this.state = "paused";
    this.pausedSinceMs = performance.now();
  }

  resume(): void {
    if (this.state !== "paused") return;
    this.pausedTotalMs += performance.now() - this.pausedSinceMs;
    this.state = "running";
    const backlog = this.backlog;
    this.backlog = [];
    for (const turn of backlog) this.run(turn);
  }

  kill(): void {
    if (this.state === "dead") return;
    this.state = "dead";
    this.backlog = [];
    const resources = [...this.resources];
    this.resources.clear();
    for (const resource of resources) resource.onProcessKilled();
  }
}

/** A socket, a timer, a lock: what the operating system takes back from a dead process. */
export interface GateResource {
  onProcessKilled(): void;
}
