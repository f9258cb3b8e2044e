import type { EventSource } from "./events.js";

/** What the embedded API does to a cluster, whether it runs in this process or in processes of its own. */
export interface Backend extends EventSource {
  readonly clusterId: string;
  readonly host: string;
  readonly brokers: readonly { readonly id: number; readonly port: number }[];
  /** As a SIGKILL. */
  kill(broker: number): Promise<void>;
  /** Controlled shutdown. */
  stop(broker: number): Promise<void>;
  /** Stops it if it runs, starts it, and waits until it serves. */
  restart(broker: number): Promise<void>;
  /** Kills it and empties its directory. */
  wipe(broker: number): Promise<void>;
  /** As a SIGSTOP; what is returned lets it go on. */
  pause(broker: number): Promise<() => Promise<void>>;
  slowDisk(broker: number, msPerWrite: number): Promise<() => Promise<void>>;
  /** Nothing passes between the two groups; with `oneWay` only what `a` sends to `b` is lost. */
  partition(a: readonly number[], b: readonly number[], oneWay: boolean): Promise<() => Promise<void>>;
  /** What happens to requests of clients; see `RequestFault`. */
  onRequests(fault: RequestFault): Promise<() => Promise<void>>;
  /** Stops everything. `keepData`: in order, so that the directory can be used again. */
  close(keepData: boolean): Promise<void>;
}

/** A fault that hits requests of clients, not those between brokers. */
export interface RequestFault {
  /** `error`: the answer is this error; `delay`: it is handled later; `reset`: the connection breaks, nothing was done. */
  readonly type: "error" | "delay" | "reset";
  /** API key. */
  readonly apiKey: number;
  /** Of `error`. */
  readonly errorCode: number;
  /** Of `delay`. */
  readonly ms: number;
  /** null: any. */
  readonly broker: number | null;
  readonly clientId: string | null;
  /** How many requests it hits; null: until it is healed. */
  readonly times: number | null;
}
