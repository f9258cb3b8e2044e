import type { NodeConfig } from "../config/node-config.js";
import { type BrokerOverrides, brokerSettings, type TopicSettings, topicSettings } from "../config/settings.js";
import { ConfigResource, type MetadataImage } from "../metadata/image.js";

/** What settings are in effect on this node, by what an image overrides. */
export class ImageConfigs {
  private readonly config: NodeConfig;

  constructor(config: NodeConfig) {
    this.config = config;
  }

  valuesOf(topic: string, image: MetadataImage): TopicSettings {
    return topicSettings(image.configs.of(ConfigResource.topic, topic), this.overrides(image), this.config);
  }

  brokerValues(image: MetadataImage): ReturnType<typeof brokerSettings> {
    return brokerSettings(this.overrides(image), this.config);
  }

  private overrides(image: MetadataImage): BrokerOverrides {
    return {
      cluster: image.configs.of(ConfigResource.broker, ""),
      broker: image.configs.of(ConfigResource.broker, String(this.config.nodeId)),
    };
  }
}
