import { api } from "../api.ts";
import { array, int16, int32, int64, nullableString, string, struct } from "../schema/index.ts";

/**
 * Commits a group's offsets as part of a transaction (KIP-98).
 *
 * Version 2 adds the leader epoch of the last consumed record (KIP-320), 3 the member that commits
 * (KIP-447) and 4 the error TRANSACTION_ABORTABLE (KIP-890).
 */
export const TxnOffsetCommit = api({
  key: 28,
  name: "TxnOffsetCommit",
  versions: [0, 4],
  flexible: 3,
  request: struct({
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32().since(3).default(-1),
    memberId: string().since(3),
    groupInstanceId: nullableString().since(3).default(null),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32().since(2).default(-1).ignorable(),
            committedMetadata: nullableString(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
          }),
        ),
      }),
    ),
  }),
});
