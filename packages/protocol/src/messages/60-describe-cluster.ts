import { api } from "../api.ts";
import { array, bool, int8, int16, int32, nullableString, string, struct } from "../schema/index.ts";
import { AUTHORIZED_OPERATIONS_OMITTED } from "./authorized-operations.ts";

/**
 * Describes the cluster without any topic (KIP-700).
 *
 * Version 1 tells brokers from controllers (KIP-919).
 */
export const DescribeCluster = api({
  key: 60,
  name: "DescribeCluster",
  versions: [0, 1],
  flexible: 0,
  request: struct({
    includeClusterAuthorizedOperations: bool(),
    /** 1 for brokers, 2 for controllers. */
    endpointType: int8().since(1).default(1),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
    errorMessage: nullableString().default(null),
    endpointType: int8().since(1).default(1),
    clusterId: string(),
    controllerId: int32().default(-1),
    brokers: array(
      struct({
        brokerId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString().default(null),
      }),
    ),
    clusterAuthorizedOperations: int32().default(AUTHORIZED_OPERATIONS_OMITTED),
  }),
});
