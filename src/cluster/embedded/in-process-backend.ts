import type { BrokerEvent } from "../../base/events.js";
import type { ClusterFaults } from "../cluster-faults.js";
import { control } from "../control.js";
import type { InProcessBroker } from "../in-process/in-process-broker.js";
import { InProcessCluster, type InProcessOptions } from "../in-process/in-process-cluster.js";
import type { ObservedCluster } from "../observed.js";
import type { Backend } from "./backend.js";

const STOP_LIMIT_MS = 10_000;

/** Brokers in this process. */
export class InProcessBackend implements Backend {
  readonly clusterId: string;
  readonly host: string;
  readonly brokers: readonly InProcessBroker[];
  readonly observed: ObservedCluster;
  private readonly cluster: InProcessCluster;

  private constructor(cluster: InProcessCluster) {
    this.clusterId = cluster.clusterId;
    this.host = cluster.brokers[0].host;
    this.brokers = cluster.brokers;
    this.cluster = cluster;
    this.observed = {
      plan: cluster.plan,
      engine: { name: "holdfast" },
      brokers: cluster.brokers,
      control: (request) => control(cluster, request),
      subscribe: (listener) => this.listen(listener),
    };
  }

  static async start(options: InProcessOptions): Promise<InProcessBackend> {
    return new InProcessBackend(await InProcessCluster.start(options));
  }

  faults(): ClusterFaults {
    return this.cluster.faults;
  }

  async kill(broker: number): Promise<void> {
    this.cluster.broker(broker).kill();
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
    return async () => broker.resume();
  }

  isUp(broker: number): boolean {
    return this.cluster.broker(broker).state === "running";
  }

  async subscribe(listener: (broker: number, event: BrokerEvent) => void): Promise<() => void> {
    return this.listen(listener);
  }

  private listen(listener: (broker: number, event: BrokerEvent) => void): () => void {
    const ends = this.brokers.map(({ id, events }) => {
      const subscriber = { onEvent: (event: BrokerEvent) => listener(id, event) };
      events.subscribe(subscriber);
      return () => events.unsubscribe(subscriber);
    });
    return () => {
      for (const end of ends) end();
    };
  }

  close(inOrder: boolean): Promise<void> {
    return this.cluster.stop(inOrder);
  }
}
