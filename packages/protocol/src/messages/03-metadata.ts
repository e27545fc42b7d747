import { api } from "../api.ts";
import { array, bool, int16, int32, nullableString, string, struct, uuid } from "../schema/index.ts";
import { AUTHORIZED_OPERATIONS_OMITTED } from "./authorized-operations.ts";

/**
 * Names the brokers, the controller, and the topics with their partitions' leaders.
 *
 * In version 0 an empty list asks for all topics; from 1 on null does, and an empty list asks for none.
 * Version 4 lets the reader forbid the creation of topics, 7 adds leader epochs (KIP-320), 8 authorized
 * operations (KIP-430), 10 topic ids, and 12 looks topics up by id (KIP-516). Version 11 leaves the
 * cluster's authorized operations to DescribeCluster (KIP-700).
 */
export const Metadata = api({
  key: 3,
  name: "Metadata",
  versions: [0, 12],
  flexible: 9,
  request: struct({
    /** Null for all topics. */
    topics: array(
      struct({
        topicId: uuid().since(10).ignorable(),
        name: string().nullable(10),
      }),
    ).nullable(1),
    allowAutoTopicCreation: bool().since(4).default(true),
    includeClusterAuthorizedOperations: bool().since(8).until(10),
    includeTopicAuthorizedOperations: bool().since(8),
  }),
  response: struct({
    throttleTimeMs: int32().since(3).ignorable(),
    brokers: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString().since(1).default(null).ignorable(),
      }),
    ),
    clusterId: nullableString().since(2).default(null).ignorable(),
    controllerId: int32().since(1).default(-1).ignorable(),
    topics: array(
      struct({
        errorCode: int16(),
        name: string().nullable(12),
        topicId: uuid().since(10).ignorable(),
        isInternal: bool().since(1).ignorable(),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32().since(7).default(-1).ignorable(),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            offlineReplicas: array(int32()).since(5).ignorable(),
          }),
        ),
        topicAuthorizedOperations: int32().since(8).default(AUTHORIZED_OPERATIONS_OMITTED),
      }),
    ),
    clusterAuthorizedOperations: int32().since(8).until(10).default(AUTHORIZED_OPERATIONS_OMITTED),
  }),
});
