import type { Ports } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import type { CoordinatorObserver, CoordinatorPort } from "../replication/coordinator-port.js";
import type { Log } from "../storage/log.js";
import type { Completion, Decision } from "./decision.js";
import type { CoordinatorShard, ShardOperation } from "./shard.js";
import { type HostOptions, ShardHost, type TransactionEnd } from "./shard-host.js";

/**
 * A coordinator as a replicated state machine (Kafka: CoordinatorRuntime): a shard for each partition of its internal topic that this broker
 * leads, loaded from the log when leadership comes and thrown away when it goes.
 */
export class CoordinatorRuntime<S extends CoordinatorShard> implements CoordinatorObserver {
  private readonly ports: Ports;
  private readonly logs: CoordinatorPort;
  private readonly options: HostOptions<S>;
  /** By partition. */
  private readonly hosts: Map<number, ShardHost<S>>;
  private isStopped: boolean;

  constructor(ports: Ports, logs: CoordinatorPort, options: HostOptions<S>) {
    this.ports = ports;
    this.logs = logs;
    this.options = options;
    this.hosts = new Map();
    this.isStopped = false;
  }

  start(): void {
    this.logs.observe(this.options.topic, this);
  }

  /** Whoever waits is told NOT_COORDINATOR, and so is whoever asks from now on. */
  stop(): void {
    this.isStopped = true;
    for (const host of this.hosts.values()) host.close();
    this.hosts.clear();
  }

  /** Runs the operation on the partition's shard, now or never. */
  write(partition: number, operation: ShardOperation<S>): void {
    const host = this.hosts.get(partition);
    if (host === undefined) operation.onFailed(ErrorCode.NOT_COORDINATOR, false);
    else host.write(operation);
  }

  /** As `write`, within a transaction; see `ShardHost.writeTransactional`. */
  writeTransactional(partition: number, producerId: number, producerEpoch: number, operation: ShardOperation<S>): void {
    const host = this.hosts.get(partition);
    if (host === undefined) operation.onFailed(ErrorCode.NOT_COORDINATOR, false);
    else host.writeTransactional(producerId, producerEpoch, operation);
  }

  /** A transaction ends in the partition: markers go through here, since the shard must see them in their place. */
  endTransaction(partition: number, end: TransactionEnd, completion: Completion): void {
    const host = this.hosts.get(partition);
    if (host === undefined) completion.onFailed(ErrorCode.NOT_COORDINATOR, false);
    else host.endTransaction(end, completion);
  }

  /** On each shard that is loaded; nobody waits for the outcome. */
  commitOnAll(decide: (shard: S) => Decision): void {
    for (const host of this.hosts.values()) if (host.state === "active") host.commit(decide(host.shard));
  }

  /** The shards of this broker; null for one that is being loaded. */
  shards(): (S | null)[] {
    return Array.from(this.hosts.values(), (host) => (host.state === "active" ? host.shard : null));
  }

  /** 0 when this broker coordinates the partition now, else NOT_COORDINATOR or COORDINATOR_LOAD_IN_PROGRESS. */
  errorOf(partition: number): number {
    const host = this.hosts.get(partition);
    if (host === undefined) return ErrorCode.NOT_COORDINATOR;
    return host.state === "active" ? ErrorCode.NONE : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  }

  /** The shard of a partition that is loaded. */
  shard(partition: number): S | null {
    const host = this.hosts.get(partition);
    return host !== undefined && host.state === "active" ? host.shard : null;
  }

  /** Those that are loaded, to look at. */
  active(): readonly ShardHost<S>[] {
    return [...this.hosts.values()].filter((host) => host.state === "active");
  }

  onLeading(partition: number, leaderEpoch: number, log: Log): void {
    if (this.isStopped) return;
    const known = this.hosts.get(partition);
    if (known?.continueIn(leaderEpoch, log)) return;
    known?.close();
    const host = new ShardHost(this.ports, this.logs, this.options, partition, leaderEpoch, log);
    this.hosts.set(partition, host);
    host.load();
  }

  onStoppedLeading(partition: number): void {
    const host = this.hosts.get(partition);
    if (host === undefined) return;
    this.hosts.delete(partition);
    host.close();
  }

  onHighWatermark(partition: number, offset: number): void {
    this.hosts.get(partition)?.onHighWatermark(offset);
  }
}
