import type { CallHandler } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import type { Ports } from "../ports/index.js";
import type { Api } from "../protocol/apis.js";
import type { Input } from "../protocol/schema.js";
import type { RaftNode } from "../raft/raft-node.js";

export interface ControllerCallOptions {
  /** How long to try, ms; by default `request.timeout.ms`. */
  readonly timeoutMs?: number;
  /** Not in a newer version than this one. */
  readonly versionMax?: number;
}

/**
 * Requests of this node to the active controller, wherever that is now. A call is sent again, to whoever leads by then, after a broken
 * connection or NOT_CONTROLLER, until its time is over: so it may take effect twice, as in Apache Kafka.
 */
export class ControllerChannel {
  protected readonly ports: Ports;
  protected readonly config: NodeConfig;
  protected readonly raft: RaftNode;

  constructor(ports: Ports, config: NodeConfig, raft: RaftNode) {
    this.ports = ports;
    this.config = config;
    this.raft = raft;
  }

  /** Of this broker's registration; −1 before it is registered. */
  get brokerEpoch(): number {
    return -1;
  }

  /**
   * `handler.onResponse` gets the controller's answer, whatever its error codes but NOT_CONTROLLER; `handler.onNoResponse("timeout")` comes
   * when no controller answered in time, `"unsupported"` when it does not speak the API. Both in a turn of their own. Envelopes travel on a
   * connection of their own, so that what a user asks for does not wait before what brokers ask for, nor the other way round.
   */
  call<A extends Api>(
    _api: A,
    _body: Input<A["request"]>,
    _handler: CallHandler<A>,
    _options: ControllerCallOptions = {},
  ): void {
    throw new Error("not built yet");
  }
}
