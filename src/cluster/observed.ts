import type { BrokerEvent } from "../base/events.js";
import { type ControlRequest, control, type ProcessReport } from "./control.js";
import type { EngineName } from "./engine.js";
import type { LocalCluster } from "./local-cluster.js";

/** One broker as its supervisor knows it. */
export interface ObservedBroker {
  readonly plan: {
    readonly id: number;
    readonly port: number;
    /** Where it tells its events; null: not over HTTP. */
    readonly httpPort: number | null;
    readonly dataDir: string;
    readonly logFile: string;
  };
  /** null: it is down, or is no process of its own. */
  readonly pid: number | null;
  readonly state: string;
  /** How its last process ended; "" while none has. */
  readonly lastEnd: string;
  /** Called after each change of `state`, with the process that it was or is. */
  readonly onState: Set<(broker: ObservedBroker, pid: number | null) => void>;
}

/** A cluster that this program runs, as its console sees and breaks it. */
export interface ObservedCluster {
  readonly plan: {
    readonly host: string;
    readonly clusterId: string;
    readonly ephemeral: boolean;
    readonly properties: Readonly<Record<string, string>>;
  };
  readonly engine: { readonly name: EngineName };
  readonly brokers: readonly ObservedBroker[];
  control(request: ControlRequest): Promise<readonly ProcessReport[]>;
  /** Events of brokers within this process; null: brokers tell them over HTTP, or not at all. */
  readonly subscribe: ((listener: (broker: number, event: BrokerEvent) => void) => () => void) | null;
}

export function observeProcesses(cluster: LocalCluster): ObservedCluster {
  const { plan, engine, brokers } = cluster;
  return { plan, engine, brokers, control: (request) => control(cluster, request), subscribe: null };
}
