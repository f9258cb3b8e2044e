/**
 * DescribeCluster (key 60): brokers or controllers of the cluster.
 *
 * - 0: the first
 * - 1: request and response add endpointType
 * - 2: request adds includeFencedBrokers; response adds isFenced
 */
import { array, bool, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeClusterRequest = message("DescribeClusterRequest", "0-2", "0+", {
  includeClusterAuthorizedOperations: bool("0+"),
  endpointType: int8("1+", { default: 1 }),
  includeFencedBrokers: bool("2+"),
});
export type DescribeClusterRequest = Value<typeof DescribeClusterRequest>;

export const DescribeClusterResponse = message("DescribeClusterResponse", "0-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  endpointType: int8("1+", { default: 1 }),
  clusterId: string("0+"),
  controllerId: int32("0+", { default: -1 }),
  brokers: array("0+").of({
    brokerId: int32("0+"),
    host: string("0+"),
    port: int32("0+"),
    rack: string("0+", { nullable: "0+", default: null }),
    isFenced: bool("2+"),
  }),
  clusterAuthorizedOperations: int32("0+", { default: -2147483648 }),
});
export type DescribeClusterResponse = Value<typeof DescribeClusterResponse>;
