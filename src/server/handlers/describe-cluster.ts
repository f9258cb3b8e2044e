import { hasControllerRegistration } from "../../metadata/feature-levels.js";
import { Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import { CLUSTER_OPERATIONS, NO_OPERATIONS } from "../authorized-operations.js";
import { brokerNodes, someBrokerId } from "../cluster-view.js";
import { handler } from "../handler.js";
import type { ServerScope } from "../scope.js";

type Node = ResponseOf<typeof Apis.DescribeCluster>["brokers"][number];

/** EndpointType ids (KIP-919). */
const BROKERS = 1;
const CONTROLLERS = 2;

export const describeCluster = handler({
  api: Apis.DescribeCluster,
  handle(request, scope) {
    const { version, body, connection } = request;
    const { kind, name: listener } = connection.listener;
    const refuse = (errorCode: number, message: string) =>
      request.respond({ errorCode: version === 0 ? ErrorCode.INVALID_REQUEST : errorCode, errorMessage: message });
    if (kind === "controller" && !hasControllerRegistration(scope.image.features.metadataVersion)) {
      request.respond({
        errorCode: ErrorCode.UNSUPPORTED_VERSION,
        errorMessage: errorMessage(ErrorCode.UNSUPPORTED_VERSION),
      });
      return;
    }
    const expected = kind === "broker" ? BROKERS : CONTROLLERS;
    if (body.endpointType !== BROKERS && body.endpointType !== CONTROLLERS) {
      refuse(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, `Unsupported endpoint type ${body.endpointType}`);
      return;
    }
    if (body.endpointType !== expected) {
      refuse(
        ErrorCode.MISMATCHED_ENDPOINT_TYPE,
        `The request was sent to a ${kind}, but asks for ${kind === "broker" ? "controllers" : "brokers"}.`,
      );
      return;
    }
    const nodes =
      kind === "broker" ? brokers(listener, body.includeFencedBrokers, scope) : controllers(listener, scope);
    const controllerId = kind === "broker" ? someBrokerId(scope) : controllerToAsk(scope);
    request.respond({
      endpointType: expected,
      clusterId: scope.clusterId,
      // One that the client could not find among the nodes would only confuse it.
      controllerId: nodes.some(({ brokerId }) => brokerId === controllerId) ? controllerId : -1,
      brokers: nodes,
      clusterAuthorizedOperations: body.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : NO_OPERATIONS,
    });
  },
});

/** Where no leader is known, this node: its answer makes a client look again, while Java's waits for minutes when none is named. */
function controllerToAsk({ raft, config }: ServerScope): number {
  return raft.epochLeaderId ?? config.nodeId;
}

function brokers(listener: string, includesFenced: boolean, scope: ServerScope): Node[] {
  return brokerNodes(scope.image, listener)
    .filter(({ isFenced }) => includesFenced || !isFenced)
    .map(({ nodeId, host, port, rack, isFenced }) => ({ brokerId: nodeId, host, port, rack, isFenced }));
}

function controllers(listener: string, scope: ServerScope): Node[] {
  const nodes: Node[] = [];
  for (const { id, listeners } of scope.image.cluster.controllers.values()) {
    const endpoint = listeners.get(listener);
    if (endpoint === undefined) continue;
    nodes.push({ brokerId: id, host: endpoint.host, port: endpoint.port, rack: null, isFenced: false });
  }
  return nodes.sort((a, b) => a.brokerId - b.brokerId);
}
