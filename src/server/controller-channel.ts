import type { CallHandler } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import type { Ports } from "../ports/index.js";
import { type Api, Apis } from "../protocol/apis.js";
import type { Input } from "../protocol/schema.js";
import { ControllerLink, type ControllerLocation } from "./controller-link.js";

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
  /** Of this broker's registration; −1 before it is registered. Set by the broker's lifecycle. */
  brokerEpoch: number;
  /** The heartbeats have a connection of their own, by whose end the controller sees this broker die. */
  readonly heartbeats: ControllerLink;
  private readonly requests: ControllerLink;
  private readonly forwarding: ControllerLink;
  private readonly timeoutMs: number;

  constructor(ports: Ports, config: NodeConfig, controller: ControllerLocation) {
    this.brokerEpoch = -1;
    this.timeoutMs = config.number("request.timeout.ms");
    this.heartbeats = new ControllerLink(ports, controller, `broker-${config.nodeId}-heartbeat`);
    this.requests = new ControllerLink(ports, controller, `broker-${config.nodeId}-controller`);
    this.forwarding = new ControllerLink(ports, controller, `broker-${config.nodeId}-forwarding`);
  }

  /**
   * `handler.onResponse` gets the controller's answer, whatever its error codes but NOT_CONTROLLER; `handler.onNoResponse("timeout")` comes
   * when no controller answered in time, `"unsupported"` when it does not speak the API, `"disconnected"` when this node stops. All in a
   * turn of their own. Envelopes travel on a connection of their own, so that what a user asks for does not wait before what brokers ask
   * for, nor the other way round.
   */
  call<A extends Api>(
    api: A,
    body: Input<A["request"]>,
    handler: CallHandler<A>,
    options: ControllerCallOptions = {},
  ): void {
    const link = api.key === Apis.Envelope.key ? this.forwarding : this.requests;
    link.call(api, body, handler, options.timeoutMs ?? this.timeoutMs, options.versionMax);
  }

  /** The quorum has another leader, or none. */
  onLeaderChanged(): void {
    this.heartbeats.onLeaderChanged();
    this.requests.onLeaderChanged();
    this.forwarding.onLeaderChanged();
  }

  close(): void {
    this.heartbeats.close();
    this.requests.close();
    this.forwarding.close();
  }
}
