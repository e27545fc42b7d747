import { api } from "../api.ts";
import {
  array,
  bool,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
  uuid,
} from "../schema/index.ts";
import { AUTHORIZED_OPERATIONS_OMITTED } from "./authorized-operations.ts";

/** Describes the partitions of topics page by page (KIP-966). */
export const DescribeTopicPartitions = api({
  key: 75,
  name: "DescribeTopicPartitions",
  versions: [0, 0],
  flexible: 0,
  request: struct({
    topics: array(
      struct({
        name: string(),
      }),
    ),
    responsePartitionLimit: int32().default(2000),
    cursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
  response: struct({
    throttleTimeMs: int32().default(0).ignorable(),
    topics: array(
      struct({
        errorCode: int16(),
        name: nullableString(),
        topicId: uuid().ignorable(),
        isInternal: bool().ignorable(),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32().default(-1).ignorable(),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            eligibleLeaderReplicas: nullableArray(int32()).default(null),
            lastKnownElr: nullableArray(int32()).default(null),
            offlineReplicas: array(int32()).ignorable(),
          }),
        ),
        topicAuthorizedOperations: int32().default(AUTHORIZED_OPERATIONS_OMITTED),
      }),
    ),
    nextCursor: struct({
      topicName: string(),
      partitionIndex: int32(),
    })
      .nullable()
      .default(null),
  }),
});
