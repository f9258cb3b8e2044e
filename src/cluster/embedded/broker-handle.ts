import type { Fault, FaultSpec } from "./faults.js";

/** One broker of a cluster, which can be broken and mended. */
export interface BrokerHandle {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** Neither down nor paused. */
  readonly isUp: boolean;
  /** As SIGKILL (in processes it is one): nothing more of it runs, what it wrote stays. */
  kill(): Promise<void>;
  /** A controlled shutdown; leadership goes elsewhere first. */
  stop(): Promise<void>;
  /** Stops it if it runs, starts it, and resolves when it serves again. */
  restart(): Promise<void>;
  /** Kills it and empties its disk: what a lost machine leaves. `restart` brings it back, and the others fill it. */
  wipe(): Promise<void>;
  /** As SIGSTOP: it holds its connections and does nothing, until that is healed. */
  pause(): Promise<Fault>;
  /** Each write and each sync of its disk takes so many milliseconds longer. */
  slowDisk(options: { readonly msPerWrite: number }): Promise<Fault>;
}

/** What a handle needs of its cluster. */
export interface HandleHost {
  isUp(broker: number): boolean;
  kill(broker: number): Promise<void>;
  stopBroker(broker: number): Promise<void>;
  restart(broker: number): Promise<void>;
  wipe(broker: number): Promise<void>;
  fault(spec: FaultSpec): Promise<Fault>;
}

export class Handle implements BrokerHandle {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly #cluster: HandleHost;

  constructor(cluster: HandleHost, id: number, host: string, port: number) {
    this.id = id;
    this.host = host;
    this.port = port;
    this.#cluster = cluster;
  }

  get isUp(): boolean {
    return this.#cluster.isUp(this.id);
  }

  kill(): Promise<void> {
    return this.#cluster.kill(this.id);
  }

  stop(): Promise<void> {
    return this.#cluster.stopBroker(this.id);
  }

  restart(): Promise<void> {
    return this.#cluster.restart(this.id);
  }

  wipe(): Promise<void> {
    return this.#cluster.wipe(this.id);
  }

  pause(): Promise<Fault> {
    return this.#cluster.fault({ type: "pause", broker: this.id });
  }

  slowDisk(options: { readonly msPerWrite: number }): Promise<Fault> {
    return this.#cluster.fault({ ...options, type: "slow-disk", broker: this.id });
  }
}
