import type { CallHandler, NoResponse } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import type { Ports, TimerTask } from "../ports/index.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ControllerChannel } from "./controller-channel.js";

/** Who waits for a producer id; called once. */
export interface ProducerIdReceiver {
  onProducerId(producerId: number): void;
  /** None can be had now: the client is to try again. */
  onNoProducerId(): void;
}

/** Of a block, left when the next one is asked for. */
const PREFETCH_LEFT = 0.1;
const RETRY_MS = 100;
const CALL_TIMEOUT_MS = 5000;

/**
 * Producer ids that nobody has, from blocks that the controller allocates (Kafka: RPCProducerIdManager). The next block is asked for
 * before the current one is used up; a request that finds none waits for it.
 */
export class ProducerIdPool implements CallHandler<typeof Apis.AllocateProducerIds>, TimerTask {
  private readonly ports: Ports;
  private readonly config: NodeConfig;
  private readonly channel: ControllerChannel;
  /** next <= end: ids in [next, end) are free. */
  private next: number;
  private end: number;
  private nextBlock: { readonly start: number; readonly length: number } | null;
  private prefetchAt: number;
  private isAsking: boolean;
  private waiting: ProducerIdReceiver[];

  constructor(ports: Ports, config: NodeConfig, channel: ControllerChannel) {
    this.ports = ports;
    this.config = config;
    this.channel = channel;
    this.next = 0;
    this.end = 0;
    this.nextBlock = null;
    this.prefetchAt = 0;
    this.isAsking = false;
    this.waiting = [];
  }

  take(receiver: ProducerIdReceiver): void {
    this.waiting.push(receiver);
    this.serve();
  }

  onResponse(response: ResponseOf<typeof Apis.AllocateProducerIds>): void {
    if (response.errorCode !== ErrorCode.NONE || response.producerIdLen <= 0) {
      this.fail();
      return;
    }
    this.isAsking = false;
    this.nextBlock = { start: response.producerIdStart, length: response.producerIdLen };
    this.serve();
  }

  onNoResponse(_why: NoResponse): void {
    this.fail();
  }

  onTimer(): void {
    this.isAsking = false;
    if (this.waiting.length > 0) this.ask();
  }

  private serve(): void {
    const waiting = this.waiting;
    let served = 0;
    while (served < waiting.length) {
      if (this.next === this.end && !this.beginBlock()) break;
      waiting[served++].onProducerId(this.next++);
    }
    this.waiting = waiting.slice(served);
    if (this.nextBlock === null && this.next >= this.prefetchAt) this.ask();
  }

  private beginBlock(): boolean {
    if (this.nextBlock === null) return false;
    const { start, length } = this.nextBlock;
    this.nextBlock = null;
    this.next = start;
    this.end = start + length;
    this.prefetchAt = this.end - Math.floor(length * PREFETCH_LEFT);
    return true;
  }

  private ask(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    const body = { brokerId: this.config.nodeId, brokerEpoch: this.channel.brokerEpoch };
    this.channel.call(Apis.AllocateProducerIds, body, this, { timeoutMs: CALL_TIMEOUT_MS });
  }

  /** Those that wait are told; the next question waits a little. */
  private fail(): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.ports.timers.schedule(RETRY_MS, this);
    for (const receiver of waiting) receiver.onNoProducerId();
  }
}
