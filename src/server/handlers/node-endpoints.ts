import type { FetchResponse } from "../../protocol/messages/01-fetch.js";
import type { Input } from "../../protocol/schema.js";
import type { ServerScope } from "../scope.js";

type NodeEndpoint = NonNullable<Input<typeof FetchResponse>["nodeEndpoints"]>[number];

/** Where the leaders are that an answer names (KIP-951), on the listener that the client uses. */
export function nodeEndpoints(scope: ServerScope, ids: ReadonlySet<number>, listener: string): NodeEndpoint[] {
  const endpoints: NodeEndpoint[] = [];
  for (const nodeId of ids) {
    const broker = scope.image.cluster.brokers.get(nodeId);
    const endpoint = broker?.listeners.get(listener);
    if (broker === undefined || broker.fenced || endpoint === undefined) continue;
    endpoints.push({ nodeId, host: endpoint.host, port: endpoint.port, rack: broker.rack });
  }
  return endpoints;
}
