import { api } from "../api.ts";
import { array, int16, int32, int64, nullableString, string, struct } from "../schema/index.ts";

/**
 * Stores the offsets a group has consumed.
 *
 * Version 1 carries its own commit timestamp, 2 to 4 a retention time. Version 6 adds the leader epoch of
 * the last consumed record (KIP-320), 7 static members (KIP-345), and 9 admits members of the consumer
 * group protocol (KIP-848).
 */
export const OffsetCommit = api({
  key: 8,
  name: "OffsetCommit",
  versions: [1, 9],
  flexible: 8,
  request: struct({
    groupId: string(),
    generationIdOrMemberEpoch: int32().default(-1).ignorable(),
    memberId: string().ignorable(),
    groupInstanceId: nullableString().since(7).default(null),
    retentionTimeMs: int64().since(2).until(4).default(-1n).ignorable(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32().since(6).default(-1).ignorable(),
            commitTimestamp: int64().until(1).default(-1n),
            committedMetadata: nullableString(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().since(3).ignorable(),
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
