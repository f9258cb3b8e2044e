import type { CallHandler, NoResponse } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import { OFFSETS_TOPIC, offsetsTopicSpec } from "../groups/offsets-topic.js";
import { invalidTopicName } from "../metadata/topic-names.js";
import type { Logger, Ports } from "../ports/index.js";
import { Apis, type RequestOf, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import type { ControllerChannel } from "./controller-channel.js";
import { type ForwardedCall, forwardOnBehalf } from "./forwarding.js";
import type { Request } from "./request.js";
import type { ServerMetrics } from "./server-metrics.js";

type CreatableTopic = NonNullable<RequestOf<typeof Apis.CreateTopics>["topics"]>[number];

const UNSET = -1;

/**
 * Creates topics that a client asked about and that are not there (Kafka: AutoTopicCreationManager). Nobody waits for it: who asks is told
 * that there is no such topic, or no coordinator, and asks again.
 */
export class TopicCreation {
  private readonly config: NodeConfig;
  private readonly channel: ControllerChannel;
  private readonly metrics: ServerMetrics;
  private readonly logger: Logger;
  /** Asked of the controller, not answered yet. */
  private readonly underWay: Set<string>;

  constructor(ports: Ports, config: NodeConfig, channel: ControllerChannel, metrics: ServerMetrics) {
    this.config = config;
    this.channel = channel;
    this.metrics = metrics;
    this.logger = ports.logger.child({ component: "topic-creation" });
    this.underWay = new Set();
  }

  /**
   * Begins to create the topics for whoever sent the request, who must be allowed to; returns the error to answer with for each, in order.
   */
  createFor(names: readonly string[], request: Request): number[] {
    const errors: number[] = [];
    const wanted: string[] = [];
    for (const name of names) {
      const isValid = invalidTopicName(name) === null;
      errors.push(isValid ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION);
      if (isValid && !this.underWay.has(name)) wanted.push(name);
    }
    if (wanted.length > 0) {
      const body = this.begin(wanted);
      forwardOnBehalf(request, Apis.CreateTopics, body, this.channel, this.metrics, new Creation(this, wanted));
    }
    return errors;
  }

  /** Begins to create an internal topic, in the name of this broker. */
  createInternal(name: string): void {
    if (this.underWay.has(name)) return;
    const body = this.begin([name]);
    this.channel.call(Apis.CreateTopics, body, new Creation(this, [name]));
  }

  /** Of a creation that has ended. */
  onEnded(names: readonly string[], response: ResponseOf<typeof Apis.CreateTopics> | null): void {
    for (const name of names) this.underWay.delete(name);
    if (response === null) {
      this.logger.warn("Topics could not be created: no controller answered.", { topics: names.join(",") });
      return;
    }
    for (const { name, errorCode, errorMessage } of response.topics) {
      if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) continue;
      this.logger.warn("A topic could not be created when it was first used.", {
        topic: name,
        error: errorName(errorCode),
        reason: errorMessage,
      });
    }
  }

  private begin(names: readonly string[]): RequestOf<typeof Apis.CreateTopics> {
    for (const name of names) this.underWay.add(name);
    return { topics: names.map((name) => this.creatable(name)), timeoutMs: this.config.number("request.timeout.ms") };
  }

  private creatable(name: string): CreatableTopic {
    if (name === OFFSETS_TOPIC) return offsetsTopicSpec(this.config);
    const { properties } = this.config;
    return {
      name,
      numPartitions: properties.has("num.partitions") ? this.config.number("num.partitions") : UNSET,
      replicationFactor: properties.has("default.replication.factor")
        ? this.config.number("default.replication.factor")
        : UNSET,
    };
  }
}

class Creation implements CallHandler<typeof Apis.CreateTopics>, ForwardedCall<typeof Apis.CreateTopics> {
  private readonly creation: TopicCreation;
  private readonly names: readonly string[];

  constructor(creation: TopicCreation, names: readonly string[]) {
    this.creation = creation;
    this.names = names;
  }

  onResponse(response: ResponseOf<typeof Apis.CreateTopics>): void {
    this.creation.onEnded(this.names, response);
  }

  onNoResponse(_why: NoResponse): void {
    this.creation.onEnded(this.names, null);
  }

  onForwarded(response: ResponseOf<typeof Apis.CreateTopics>): void {
    this.creation.onEnded(this.names, response);
  }

  onNotForwarded(_errorCode: number): void {
    this.creation.onEnded(this.names, null);
  }
}
