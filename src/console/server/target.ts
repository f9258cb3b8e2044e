import { Admin } from "../../cluster/admin.js";
import type { HttpAddress } from "../../cluster/broker-link.js";
import { Failure } from "../../cluster/failure.js";
import type { ObservedCluster } from "../../cluster/observed.js";
import { pause } from "../../cluster/readiness.js";
import { recordPorts } from "../../cluster/record-ports.js";
import type { RecordPorts } from "../../cluster/record-sender.js";

const RETRY_PAUSE_MS = 50;
/** All that a question may take, ms. */
const ANSWER_LIMIT_MS = 30_000;

/** The cluster that a console is about. */
export class Target {
  readonly bootstrapServers: string;
  /** The cluster that this very program runs; null: one that runs somewhere, reached by its protocol only. */
  readonly local: ObservedCluster | null;
  readonly readOnly: boolean;
  /** Where brokers that run somewhere tell their events; empty: that is not known, or they tell none. */
  readonly http: readonly HttpAddress[];
  private ports: Promise<RecordPorts> | null = null;
  private shared: Promise<Admin> | null = null;
  private sharedFor = "";

  constructor(
    bootstrapServers: string,
    local: ObservedCluster | null,
    readOnly: boolean,
    http: readonly HttpAddress[] = [],
  ) {
    this.bootstrapServers = bootstrapServers;
    this.local = local;
    this.readOnly = readOnly;
    this.http = http;
  }

  /** Every broker's address by id; brokers of a local cluster also while they are down. */
  get localIds(): readonly number[] {
    return this.local?.brokers.map((broker) => broker.plan.id) ?? [];
  }

  recordPorts(): Promise<RecordPorts> {
    this.ports ??= recordPorts();
    return this.ports;
  }

  /** Asks through connections that are kept; brokers that are known to be down are not asked. */
  async ask<R>(work: (admin: Admin) => Promise<R>): Promise<R> {
    return work(await this.connection());
  }

  /**
   * As `ask`, with connections of its own under the client id, which the brokers' events name. Brokers whose processes run and do not
   * answer yet are waited for, `patienceMs` at most.
   */
  async as<R>(clientId: string, work: (admin: Admin) => Promise<R>, patienceMs = 0): Promise<R> {
    const admin = await this.connect(clientId, Date.now() + patienceMs);
    try {
      return await work(admin);
    } finally {
      admin.close();
    }
  }

  private async connect(clientId: string, deadline: number): Promise<Admin> {
    for (;;) {
      const reachable = this.reachable();
      try {
        return await Admin.connect(reachable, clientId);
      } catch (error) {
        if (!(error instanceof Failure) || Date.now() >= deadline) throw error;
        await pause(RETRY_PAUSE_MS);
      }
    }
  }

  close(): void {
    void this.shared?.then((admin) => admin.close());
    this.shared = null;
  }

  /** Kept for as long as the same brokers run: one that was paused would be asked, and waited for, again and again. */
  private async connection(): Promise<Admin> {
    const reachable = this.reachable();
    if (this.shared !== null && this.sharedFor === reachable) return this.shared;
    const former = this.shared;
    // Questions that are under way may end.
    if (former !== null) setTimeout(() => void former.then((admin) => admin.close()), ANSWER_LIMIT_MS).unref();
    const opening = Admin.connect(reachable);
    this.shared = opening;
    this.sharedFor = reachable;
    try {
      return await opening;
    } catch (error) {
      if (this.shared === opening) this.shared = null;
      throw error;
    }
  }

  private reachable(): string {
    const { local } = this;
    if (local === null) return this.bootstrapServers;
    const up = local.brokers.filter((broker) => broker.state === "running");
    if (up.length === 0) throw new Failure("No broker runs.", "Start one again.");
    return up.map((broker) => `${local.plan.host}:${broker.plan.port}`).join(",");
  }
}

export function addressesOf({ plan, brokers }: ObservedCluster): string {
  return brokers.map((broker) => `${plan.host}:${broker.plan.port}`).join(",");
}
