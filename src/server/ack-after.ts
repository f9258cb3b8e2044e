import type { NodeConfig } from "../config/node-config.js";
import type { MetadataDelta } from "../metadata/delta.js";
import { ConfigResource, configKey, type MetadataImage } from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";
import type { Ports } from "../ports/index.js";
import type { LogManager } from "../storage/log-manager.js";

/** A setting of the whole cluster: what an acknowledgement with acks=all waits for. */
export const ACK_AFTER = "holdfast.ack.after";

const CLUSTER = configKey(ConfigResource.broker, "");

/** What the cluster says, else what this node was started with. */
export function ackAfter(image: MetadataImage, config: NodeConfig): "write" | "fsync" {
  const value = image.configs.of(ConfigResource.broker, "").get(ACK_AFTER);
  return value === "write" || value === "fsync" ? value : config.ackAfter;
}

/** Makes the logs of a node do what the cluster says (`Log.flushAfterWrite`), and tells where that is not what the node's own file says. */
export class AckAfterPublisher implements MetadataPublisher {
  private readonly ports: Ports;
  private readonly config: NodeConfig;
  private readonly logs: LogManager;

  constructor(ports: Ports, config: NodeConfig, logs: LogManager) {
    this.ports = ports;
    this.config = config;
    this.logs = logs;
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    if (!delta.configsChanged.has(CLUSTER)) return;
    const value = ackAfter(image, this.config);
    if (value !== ackAfter(delta.image, this.config) && value !== this.config.ackAfter) {
      this.ports.logger.warn(
        `The cluster's ${ACK_AFTER} is not that of this node's configuration; the cluster's counts.`,
        {
          cluster: value,
          node: this.config.ackAfter,
        },
      );
    }
    this.logs.setFlushAfterWrite(value === "fsync");
  }
}
