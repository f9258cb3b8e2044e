import { ErrorCode } from "../../protocol/errors.js";
import type { CreateTopicsRequest } from "../../protocol/messages/19-create-topics.js";
import type { DeleteTopicsRequest } from "../../protocol/messages/20-delete-topics.js";
import type { AlterConfigsRequest } from "../../protocol/messages/33-alter-configs.js";
import type { CreatePartitionsRequest } from "../../protocol/messages/37-create-partitions.js";
import type { ElectLeadersRequest } from "../../protocol/messages/43-elect-leaders.js";
import type { AlterPartitionReassignmentsRequest } from "../../protocol/messages/45-alter-partition-reassignments.js";
import type { ApiError } from "./options.js";

export const NO_ERROR: ApiError = { code: ErrorCode.NONE, message: null };

export function isError<T extends object>(value: T | ApiError): value is ApiError {
  return "code" in value;
}

/** The reply that gives one error for all that was asked (Kafka: AbstractRequest.getErrorResponse). */
export function errorResponse(
  apiKey: number,
  version: number,
  request: unknown,
  errorCode: ErrorCode,
  errorMessage: string | null = null,
): unknown {
  switch (apiKey) {
    case 19: {
      const { topics } = request as CreateTopicsRequest;
      return { topics: topics.map(({ name }) => ({ name, errorCode, errorMessage })) };
    }
    case 20: {
      const { topics, topicNames } = request as DeleteTopicsRequest;
      const named = version >= 6 ? topics : topicNames.map((name) => ({ name }));
      return { responses: named.map((topic) => ({ ...topic, errorCode, errorMessage })) };
    }
    case 33:
    case 44: {
      const { resources } = request as AlterConfigsRequest;
      return {
        responses: resources.map(({ resourceType, resourceName }) => ({
          errorCode,
          errorMessage,
          resourceType,
          resourceName,
        })),
      };
    }
    case 37: {
      const { topics } = request as CreatePartitionsRequest;
      return { results: topics.map(({ name }) => ({ name, errorCode, errorMessage })) };
    }
    case 43: {
      const { topicPartitions } = request as ElectLeadersRequest;
      return {
        errorCode: version >= 1 ? errorCode : ErrorCode.NONE,
        replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
          topic,
          partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
        })),
      };
    }
    case 45: {
      const { topics } = request as AlterPartitionReassignmentsRequest;
      return {
        errorCode,
        errorMessage,
        responses: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage })),
        })),
      };
    }
    case 46:
    case 57:
    case 64:
    case 70:
      return { errorCode, errorMessage };
    default:
      return { errorCode };
  }
}
