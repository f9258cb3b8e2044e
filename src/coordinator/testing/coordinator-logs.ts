import { ErrorCode } from "../../protocol/errors.js";
import type { CoordinatorAppend, CoordinatorObserver, CoordinatorPort } from "../../replication/coordinator-port.js";
import type { Log } from "../../storage/log.js";
import { DEFAULT_LOG_CONFIG } from "../../storage/log-config.js";
import type { LogManager } from "../../storage/log-manager.js";
import { openManager, TEST_TOPIC_ID } from "../../storage/testing/opened.js";
import { TestPorts } from "../../storage/testing/ports.js";

/** Logs of a topic on a disk in memory, as replication gives them to a coordinator. The test says who leads and what is committed. */
export class TestCoordinatorLogs implements CoordinatorPort {
  readonly ports: TestPorts;
  /** What is appended is committed when the turn ends; otherwise by `commit` alone. */
  commitsByItself: boolean;
  /** What `appendError` answers, for all partitions of a leader. */
  refusal: number;
  /** What the next `append` answers, once: it failed though nothing had spoken against it. */
  nextAppendError: number;
  /** As `max.message.bytes`. */
  batchBytesMax: number;
  /** Sizes of the batches that were appended, bytes. */
  readonly batches: number[];
  private readonly manager: LogManager;
  private readonly topic: string;
  private readonly led: Map<number, number>;
  private observer: CoordinatorObserver | null;

  constructor(topic: string, ports = new TestPorts()) {
    this.ports = ports;
    this.topic = topic;
    this.manager = openManager(ports);
    this.led = new Map();
    this.observer = null;
    this.commitsByItself = true;
    this.refusal = 0;
    this.nextAppendError = 0;
    this.batchBytesMax = 1048588;
    this.batches = [];
  }

  observe(topic: string, observer: CoordinatorObserver): void {
    if (topic !== this.topic) throw new Error(`no logs of ${topic} in this test`);
    this.observer = observer;
  }

  lead(partition: number, epoch: number): void {
    this.led.set(partition, epoch);
    const log = this.logOf(partition);
    log.startEpoch(epoch);
    this.observer?.onLeading(partition, epoch, log);
    this.settle();
  }

  resign(partition: number): void {
    this.led.delete(partition);
    this.observer?.onStoppedLeading(partition);
    this.settle();
  }

  /** Everything appended so far is committed. */
  commit(): void {
    for (const partition of this.led.keys()) {
      const log = this.logOf(partition);
      if (log.highWatermark === log.appendEndOffset) continue;
      log.setHighWatermark(log.appendEndOffset);
      this.observer?.onHighWatermark(partition, log.highWatermark);
    }
  }

  /** Ends turns until nothing is left to do. */
  settle(): void {
    for (let i = 0; i < 10; i++) {
      this.ports.settle();
      if (this.commitsByItself) this.commit();
    }
  }

  /** Lets time pass, a little at a time, as a loop would. */
  advance(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.ports.advance(Math.min(left, 100));
      this.settle();
    }
  }

  logOf(partition: number): Log {
    return (
      this.manager.log(this.topic, partition) ??
      this.manager.create(this.topic, TEST_TOPIC_ID, partition, { config: DEFAULT_LOG_CONFIG })
    );
  }

  append(_topic: string, partition: number, leaderEpoch: number, records: Uint8Array): CoordinatorAppend {
    const refusal = this.nextAppendError || this.appendError(this.topic, partition, leaderEpoch);
    this.nextAppendError = 0;
    if (refusal !== 0) return { error: refusal, message: null, firstOffset: -1, endOffset: -1 };
    this.batches.push(records.length);
    const { error, message, firstOffset, lastOffset } = this.logOf(partition).appendAsLeader(
      records,
      leaderEpoch,
      "coordinator",
    );
    return { error, message, firstOffset, endOffset: lastOffset + 1 };
  }

  appendError(_topic: string, partition: number, leaderEpoch: number): number {
    return this.led.get(partition) === leaderEpoch ? this.refusal : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  maxBatchBytes(): number {
    return this.batchBytesMax;
  }

  log(_topic: string, partition: number): Log | null {
    return this.logOf(partition);
  }

  highWatermark(_topic: string, partition: number): number {
    return this.logOf(partition).highWatermark;
  }

  leaderEpoch(_topic: string, partition: number): number {
    return this.led.get(partition) ?? -1;
  }
}
