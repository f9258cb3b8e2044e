import {
  type DescribedConfig,
  type DescribeOptions,
  describeBroker,
  describeClientMetrics,
  describeCluster,
  describeGroup,
  describeTopic,
} from "../../config/describe.js";
import { ConfigResource } from "../../metadata/image.js";
import { invalidTopicName } from "../../metadata/topic-names.js";
import { Apis, type RequestOf } from "../../protocol/apis.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import { handler } from "../handler.js";
import { nodeIdError } from "../node-resource.js";
import type { ServerScope } from "../scope.js";

type Resource = NonNullable<RequestOf<typeof Apis.DescribeConfigs>["resources"]>[number];

/** What DescribeConfigs says of one resource. */
interface Description {
  readonly errorCode: number;
  readonly errorMessage: string;
  readonly configs: readonly DescribedConfig[];
}

const TYPES: ReadonlySet<number> = new Set(Object.values(ConfigResource));
const NOTHING: readonly DescribedConfig[] = [];

export const describeConfigs = handler({
  api: Apis.DescribeConfigs,
  handle(request, scope) {
    const { resources, includeSynonyms, includeDocumentation } = request.body;
    const brokers = scope.image.cluster.brokers.size;
    const hasUnknown = resources.some(({ resourceType }) => !TYPES.has(resourceType));
    const results = resources.map((resource) => {
      const { resourceType, resourceName, configurationKeys: keys } = resource;
      const description = hasUnknown
        ? failed(ErrorCode.INVALID_REQUEST, errorMessage(ErrorCode.INVALID_REQUEST))
        : describe(resource, { keys, includeSynonyms, includeDocumentation, brokers }, scope);
      return { ...description, resourceType, resourceName };
    });
    request.respond({ results });
  },
});

function describe(
  { resourceType: type, resourceName: name = "" }: Resource,
  options: DescribeOptions,
  scope: ServerScope,
): Description {
  const { config, image } = scope;
  const overrides = {
    cluster: image.configs.of(ConfigResource.broker, ""),
    broker: image.configs.of(ConfigResource.broker, String(config.nodeId)),
  };
  const own = image.configs.of(type as number, name);
  switch (type) {
    case ConfigResource.topic: {
      const reason = invalidTopicName(name);
      if (reason !== null) return failed(ErrorCode.INVALID_TOPIC_EXCEPTION, reason);
      if (!image.topics.byName.has(name)) return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "");
      return described(describeTopic(own, overrides, config, options));
    }
    case ConfigResource.broker: {
      if (name === "") return described(describeCluster(overrides.cluster, options));
      const reason = nodeIdError(name, config.nodeId);
      if (reason !== null) return failed(ErrorCode.INVALID_REQUEST, reason);
      return described(describeBroker(overrides, config, options));
    }
    case ConfigResource.brokerLogger: {
      const reason = nodeIdError(name, config.nodeId);
      if (reason !== null) return failed(ErrorCode.INVALID_REQUEST, reason);
      return described(scope.front.loggers.describe(options.keys));
    }
    case ConfigResource.group:
      if (name === "") return failed(ErrorCode.INVALID_REQUEST, "Group name must not be empty");
      return described(describeGroup(own, overrides, config, options));
    default:
      if (name === "") return failed(ErrorCode.INVALID_REQUEST, "Client metrics subscription name must not be empty");
      return described(describeClientMetrics(own, options));
  }
}

function described(configs: readonly DescribedConfig[]): Description {
  return { errorCode: ErrorCode.NONE, errorMessage: "", configs };
}

function failed(errorCode: number, message: string): Description {
  return { errorCode, errorMessage: message, configs: NOTHING };
}
