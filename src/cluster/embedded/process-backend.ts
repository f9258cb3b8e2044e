import type { BrokerEvent } from "../../base/events.js";
import { EventFollower } from "../broker-http.js";
import type { ClusterFaults } from "../cluster-faults.js";
import { LocalCluster, type LocalClusterOptions } from "../local-cluster.js";
import { type ObservedCluster, observeProcesses } from "../observed.js";
import type { Backend } from "./backend.js";

const STOP_LIMIT_MS = 10_000;

/** Brokers in processes of their own, of either engine. */
export class ProcessBackend implements Backend {
  readonly clusterId: string;
  readonly host: string;
  readonly brokers: readonly { readonly id: number; readonly port: number }[];
  readonly observed: ObservedCluster;
  private readonly cluster: LocalCluster;

  private constructor(cluster: LocalCluster) {
    const { plan } = cluster;
    this.clusterId = plan.clusterId;
    this.host = plan.host;
    this.brokers = plan.brokers;
    this.observed = observeProcesses(cluster);
    this.cluster = cluster;
  }

  static async start(options: LocalClusterOptions): Promise<ProcessBackend> {
    return new ProcessBackend(await LocalCluster.start(options));
  }

  faults(): ClusterFaults {
    this.cluster.requireFaults();
    return this.cluster.faults;
  }

  kill(broker: number): Promise<void> {
    return this.cluster.broker(broker).kill();
  }

  stop(broker: number): Promise<void> {
    return this.cluster.broker(broker).stop(STOP_LIMIT_MS);
  }

  restart(broker: number): Promise<void> {
    return this.cluster.restart(broker);
  }

  wipe(broker: number): Promise<void> {
    return this.cluster.wipe(broker);
  }

  async pause(id: number): Promise<() => Promise<void>> {
    const broker = this.cluster.broker(id);
    broker.pause();
    const { pid } = broker;
    return async () => {
      if (broker.state === "paused" && broker.pid === pid) broker.resume();
    };
  }

  isUp(broker: number): boolean {
    return this.cluster.broker(broker).state === "running";
  }

  subscribe(listener: (broker: number, event: BrokerEvent) => void): Promise<() => void> | null {
    if (!this.cluster.engine.hasHttp) return null;
    return this.follow(listener);
  }

  private async follow(listener: (broker: number, event: BrokerEvent) => void): Promise<() => void> {
    const { host, brokers } = this.cluster.plan;
    const followers = brokers.map(({ id, httpPort }) => {
      const address = { host, port: httpPort as number };
      return { id, follower: new EventFollower(address, (data) => listener(id, JSON.parse(data) as BrokerEvent)) };
    });
    await Promise.all(followers.filter(({ id }) => this.isUp(id)).map(({ follower }) => follower.untilOpen()));
    return () => {
      for (const { follower } of followers) follower.close();
    };
  }

  async close(inOrder: boolean): Promise<void> {
    if (inOrder) await this.cluster.stop();
    else await this.cluster.stopNow();
  }
}
