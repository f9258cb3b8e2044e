import { ErrorCode } from "../../protocol/errors.js";
import type { AllocateProducerIdsRequest } from "../../protocol/messages/67-allocate-producer-ids.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { brokerEpochError } from "./brokers.js";
import type { HandlerScope } from "./handlers.js";
import type { Decision } from "./options.js";

export const PRODUCER_ID_BLOCK = 1000;

/** Hands a block of producer ids to a broker (KIP-730). */
export function allocateProducerIds(
  scope: HandlerScope,
  _version: number,
  request: AllocateProducerIdsRequest,
): Decision {
  const { brokerId, brokerEpoch } = request;
  const stale = brokerEpochError(scope, brokerId, brokerEpoch);
  if (stale !== null) return { records: [], response: { errorCode: stale } };
  const first = scope.state.nextProducerId;
  const nextProducerId = first + PRODUCER_ID_BLOCK;
  if (!Number.isSafeInteger(nextProducerId)) {
    return { records: [], response: { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR } };
  }
  const record: MetadataRecord = {
    kind: "ProducerIdsRecord",
    version: 0,
    value: { brokerId, brokerEpoch, nextProducerId },
  };
  return {
    records: [record],
    response: { errorCode: ErrorCode.NONE, producerIdStart: first, producerIdLen: PRODUCER_ID_BLOCK },
  };
}
