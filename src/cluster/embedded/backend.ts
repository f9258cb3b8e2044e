import type { BrokerEvent } from "../../base/events.js";
import type { ClusterFaults } from "../cluster-faults.js";
import type { ObservedCluster } from "../observed.js";

/** What the embedded API does to a cluster, whether it runs in this process or in processes of its own. */
export interface Backend {
  readonly clusterId: string;
  readonly host: string;
  readonly brokers: readonly { readonly id: number; readonly port: number }[];
  /** Of links, disks and requests; throws a `Failure` where the engine has none. */
  faults(): ClusterFaults;
  /** As a SIGKILL. */
  kill(broker: number): Promise<void>;
  /** Controlled shutdown. */
  stop(broker: number): Promise<void>;
  /** Stops it if it runs, and starts it. */
  restart(broker: number): Promise<void>;
  /** Kills it and empties its directory. */
  wipe(broker: number): Promise<void>;
  /** As a SIGSTOP; what is returned lets it go on. */
  pause(broker: number): Promise<() => Promise<void>>;
  /** For the console: the brokers as their supervisor knows them. */
  readonly observed: ObservedCluster;
  /** Whether it is neither down nor paused. */
  isUp(broker: number): boolean;
  /** Null: this engine's brokers tell no events. Otherwise what ends them, once each broker that is up tells. */
  subscribe(listener: (broker: number, event: BrokerEvent) => void): Promise<() => void> | null;
  /** Stops everything. `inOrder`: so that the data can be used again. */
  close(inOrder: boolean): Promise<void>;
}
