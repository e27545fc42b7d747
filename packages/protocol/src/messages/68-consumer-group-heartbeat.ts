import { api } from "../api.ts";
import { array, int16, int32, nullableArray, nullableString, string, struct, uuid } from "../schema/index.ts";

const topicPartitions = struct({
  topicId: uuid(),
  partitions: array(int32()),
});

/**
 * Joins, keeps alive and leaves a group in the consumer group protocol (KIP-848).
 *
 * A heartbeat carries only what changed: null, or -1 for the timeout, stands for "as before". Version 1
 * adds a regular expression for topics and lets the member choose its own id (KIP-1082).
 */
export const ConsumerGroupHeartbeat = api({
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versions: [0, 1],
  flexible: 0,
  request: struct({
    groupId: string(),
    memberId: string(),
    /** 0 joins, -1 leaves, -2 leaves as a static member that will return. */
    memberEpoch: int32(),
    instanceId: nullableString().default(null),
    rackId: nullableString().default(null),
    rebalanceTimeoutMs: int32().default(-1),
    subscribedTopicNames: nullableArray(string()).default(null),
    subscribedTopicRegex: nullableString().since(1).default(null),
    serverAssignor: nullableString().default(null),
    topicPartitions: nullableArray(
      struct({
        topicId: uuid(),
        partitions: array(int32()),
      }),
    ).default(null),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
    errorMessage: nullableString().default(null),
    memberId: nullableString().default(null),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct({
      topicPartitions: array(topicPartitions),
    })
      .nullable()
      .default(null),
  }),
});
