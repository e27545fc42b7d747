import { api } from "../api.ts";
import {
  array,
  bool,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
  uuid,
} from "../schema/index.ts";

/**
 * Creates topics.
 *
 * Version 1 can validate only, 4 takes -1 for the broker's default partitions and replication factor
 * (KIP-464), 5 returns the configs of the new topic (KIP-525), 6 may answer THROTTLING_QUOTA_EXCEEDED
 * (KIP-599) and 7 returns the topic id (KIP-516).
 */
export const CreateTopics = api({
  key: 19,
  name: "CreateTopics",
  versions: [0, 7],
  flexible: 5,
  request: struct({
    topics: array(
      struct({
        name: string(),
        /** -1 where assignments or the broker's default decide. */
        numPartitions: int32(),
        /** -1 where assignments or the broker's default decide. */
        replicationFactor: int16(),
        assignments: array(
          struct({
            partitionIndex: int32(),
            brokerIds: array(int32()),
          }),
        ),
        configs: array(
          struct({
            name: string(),
            value: nullableString(),
          }),
        ),
      }),
    ),
    timeoutMs: int32().default(60000),
    validateOnly: bool().since(1),
  }),
  response: struct({
    throttleTimeMs: int32().since(2).ignorable(),
    topics: array(
      struct({
        name: string(),
        topicId: uuid().since(7).ignorable(),
        errorCode: int16(),
        errorMessage: nullableString().since(1).ignorable(),
        topicConfigErrorCode: int16().since(5).ignorable().tagged(0),
        numPartitions: int32().since(5).default(-1).ignorable(),
        replicationFactor: int16().since(5).default(-1).ignorable(),
        configs: nullableArray(
          struct({
            name: string(),
            value: nullableString(),
            readOnly: bool(),
            configSource: int8().default(-1).ignorable(),
            isSensitive: bool(),
          }),
        )
          .since(5)
          .ignorable(),
      }),
    ),
  }),
});
