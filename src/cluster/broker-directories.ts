import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.js";
import type { BrokerPlan, ClusterPlan } from "./plan.js";

/** The directories of a cluster's brokers: formatted where they are empty, one time after the other, also while several are emptied. */
export class BrokerDirectories {
  private readonly plan: ClusterPlan;
  private readonly engine: Pick<Engine, "format">;
  private readonly removals = new Set<Promise<void>>();
  private last: Promise<void> = Promise.resolve();

  constructor(plan: ClusterPlan, engine: Pick<Engine, "format">) {
    this.plan = plan;
    this.engine = engine;
  }

  /** Formats those that have no data: before a broker whose directory was emptied is started. */
  format(): Promise<void> {
    // An engine may take its time, and refuses what another run of it has formatted meanwhile.
    const run = this.last.then(() => this.formatEmpty());
    this.last = run.catch(() => undefined);
    return run;
  }

  /** Of a broker that does not run. */
  async empty({ dataDir }: BrokerPlan): Promise<void> {
    const removal = rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    this.removals.add(removal);
    try {
      await removal;
    } finally {
      this.removals.delete(removal);
    }
    await this.format();
  }

  private async formatEmpty(): Promise<void> {
    // A directory that is on its way to being empty may look so already.
    await Promise.allSettled(this.removals);
    const empty = this.plan.brokers.filter((broker) => !existsSync(join(broker.dataDir, "meta.properties")));
    await this.engine.format(this.plan, empty);
  }
}
