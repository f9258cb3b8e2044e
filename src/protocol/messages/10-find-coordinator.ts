/**
 * FindCoordinator (key 10): the broker that coordinates a group, a transactional id or a share partition.
 *
 * - 0: the first
 * - 1: request adds keyType; response adds throttleTimeMs and errorMessage
 * - 2: throttled after the answer (KIP-219)
 * - 3: flexible
 * - 4: request adds coordinatorKeys; drops key; response adds coordinators; drops errorCode, errorMessage, nodeId,
 *   host and port; several keys in one request (KIP-699)
 * - 5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - 6: key type 2, share partitions (KIP-932)
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const FindCoordinatorRequest = message("FindCoordinatorRequest", "0-6", "3+", {
  key: string("0-3"),
  keyType: int8("1+"),
  coordinatorKeys: array("4+").of("string"),
});
export type FindCoordinatorRequest = Value<typeof FindCoordinatorRequest>;

export const FindCoordinatorResponse = message("FindCoordinatorResponse", "0-6", "3+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0-3"),
  errorMessage: string("1-3", { nullable: "1-3", ignorable: true }),
  nodeId: int32("0-3"),
  host: string("0-3"),
  port: int32("0-3"),
  coordinators: array("4+").of({
    key: string("4+"),
    nodeId: int32("4+"),
    host: string("4+"),
    port: int32("4+"),
    errorCode: int16("4+"),
    errorMessage: string("4+", { nullable: "4+", ignorable: true }),
  }),
});
export type FindCoordinatorResponse = Value<typeof FindCoordinatorResponse>;
