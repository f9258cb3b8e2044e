import { OFFSETS_TOPIC, partitionForGroup } from "../../groups/offsets-topic.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import { brokerNode } from "../cluster-view.js";
import { handler } from "../handler.js";
import type { ServerScope } from "../scope.js";

interface Coordinator {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** CoordinatorType ids. */
const GROUP = 0;
const TRANSACTION = 1;
/** First version with several keys. */
const KEYS_FROM = 4;

/** The broker that coordinates a group: it leads the partition of `__consumer_offsets` that the group's id falls on. */
export const findCoordinator = handler({
  api: Apis.FindCoordinator,
  handle(request, scope) {
    const { version, body, connection } = request;
    const listener = connection.listener.name;
    if (version < KEYS_FROM) {
      request.respond(coordinatorOf(body.keyType, body.key, listener, scope));
      return;
    }
    const coordinators = body.coordinatorKeys.map((key) => ({
      ...coordinatorOf(body.keyType, key, listener, scope),
      key,
    }));
    request.respond({ coordinators });
  },
});

function coordinatorOf(keyType: number, key: string, listener: string, scope: ServerScope): Coordinator {
  if (keyType === TRANSACTION) {
    return nobody(ErrorCode.UNSUPPORTED_VERSION, "This broker does not serve transactions.");
  }
  if (keyType !== GROUP) return nobody(ErrorCode.INVALID_REQUEST, `There is no coordinator of type ${keyType}.`);
  const { image } = scope;
  const topic = image.topics.byName.get(OFFSETS_TOPIC);
  if (topic === undefined) {
    scope.front.topicCreation.createInternal(OFFSETS_TOPIC);
    return nobody(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
  const partition = topic.partitions[partitionForGroup(key, topic.partitions.length)];
  const node = brokerNode(image, partition.leader, listener);
  if (node === null || node.isFenced) return nobody(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  return { nodeId: node.nodeId, host: node.host, port: node.port, errorCode: ErrorCode.NONE, errorMessage: "" };
}

function nobody(errorCode: number, message: string = errorMessage(errorCode)): Coordinator {
  return { nodeId: -1, host: "", port: -1, errorCode, errorMessage: message };
}
