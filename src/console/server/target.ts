import { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import type { LocalCluster } from "../../cluster/local-cluster.js";
import { recordPorts } from "../../cluster/record-ports.js";
import type { RecordPorts } from "../../cluster/record-sender.js";

/** The cluster that a console is about. */
export class Target {
  readonly bootstrapServers: string;
  /** The cluster that this very process started; null: one that runs somewhere, reached by its protocol only. */
  readonly local: LocalCluster | null;
  readonly readOnly: boolean;
  private ports: Promise<RecordPorts> | null = null;
  private shared: Admin | null = null;

  constructor(bootstrapServers: string, local: LocalCluster | null, readOnly: boolean) {
    this.bootstrapServers = bootstrapServers;
    this.local = local;
    this.readOnly = readOnly;
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
    try {
      this.shared ??= await Admin.connect(this.reachable());
      return await work(this.shared);
    } catch (error) {
      this.shared?.close();
      this.shared = null;
      throw error;
    }
  }

  /** As `ask`, with connections of its own under the client id, which the brokers' events name. */
  async as<R>(clientId: string, work: (admin: Admin) => Promise<R>): Promise<R> {
    const admin = await Admin.connect(this.reachable(), clientId);
    try {
      return await work(admin);
    } finally {
      admin.close();
    }
  }

  close(): void {
    this.shared?.close();
    this.shared = null;
  }

  private reachable(): string {
    const { local } = this;
    if (local === null) return this.bootstrapServers;
    const up = local.brokers.filter((broker) => broker.state === "running");
    if (up.length === 0) throw new Failure("No broker runs.", "Start one again.");
    return up.map((broker) => `${local.plan.host}:${broker.plan.port}`).join(",");
  }
}
