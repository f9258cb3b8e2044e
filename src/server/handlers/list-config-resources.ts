import { ConfigResource, configResourceOf } from "../../metadata/image.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { brokerNodes } from "../cluster-view.js";
import { handler } from "../handler.js";
import type { ServerScope } from "../scope.js";

const { topic, broker, brokerLogger, clientMetrics, group } = ConfigResource;
/** In the order of Kafka's answer. */
const TYPES: readonly number[] = [group, clientMetrics, brokerLogger, broker, topic];

export const listConfigResources = handler({
  api: Apis.ListConfigResources,
  handle(request, scope) {
    const { version, body, connection } = request;
    // Version 0 knows of client metrics alone.
    const supported = version === 0 ? [clientMetrics] : TYPES;
    const wanted = body.resourceTypes.length === 0 ? supported : body.resourceTypes;
    if (wanted.some((type) => !supported.includes(type))) {
      request.respond({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
      return;
    }
    const configResources: { resourceName: string; resourceType: number }[] = [];
    for (const resourceType of TYPES) {
      if (!wanted.includes(resourceType)) continue;
      for (const resourceName of namesOf(resourceType, connection.listener.name, scope)) {
        configResources.push({ resourceName, resourceType });
      }
    }
    request.respond({ configResources });
  },
});

function namesOf(type: number, listener: string, scope: ServerScope): string[] {
  const { image } = scope;
  switch (type) {
    case topic:
      return [...image.topics.byName.keys()];
    case broker:
    case brokerLogger:
      return brokerNodes(image, listener).map(({ nodeId }) => String(nodeId));
    default: {
      // Groups and subscriptions of metrics are there by having a config.
      const names: string[] = [];
      for (const key of image.configs.byResource.keys()) {
        const resource = configResourceOf(key);
        if (resource.type === type) names.push(resource.name);
      }
      return names;
    }
  }
}
