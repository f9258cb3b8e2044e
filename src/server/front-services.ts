import type { NodeConfig } from "../config/node-config.js";
import type { Ports } from "../ports/index.js";
import type { ControllerChannel } from "./controller-channel.js";
import type { Dispatcher } from "./dispatcher.js";
import { LogLevels } from "./log-levels.js";
import { ProducerIdPool } from "./producer-id-pool.js";
import { ServerMetrics } from "./server-metrics.js";
import { TopicCreation } from "./topic-creation.js";

/** What the handlers of one node share beside its rooms. */
export class FrontServices {
  readonly metrics: ServerMetrics;
  readonly topicCreation: TopicCreation;
  readonly producerIds: ProducerIdPool;
  readonly loggers: LogLevels;
  /** Set by the front that serves with it: for requests within requests. */
  dispatcher: Dispatcher | null;

  constructor(ports: Ports, config: NodeConfig, channel: ControllerChannel, loggers: LogLevels = new LogLevels()) {
    this.metrics = new ServerMetrics();
    this.topicCreation = new TopicCreation(ports, config, channel, this.metrics);
    this.producerIds = new ProducerIdPool(ports, config, channel);
    this.loggers = loggers;
    this.dispatcher = null;
  }
}
