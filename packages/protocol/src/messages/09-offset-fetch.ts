import { api } from "../api.ts";
import {
  array,
  bool,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  string,
  struct,
} from "../schema/index.ts";

/**
 * Reads the offsets a group has committed.
 *
 * Versions 1 to 7 ask for one group; 8 and later for several (KIP-709). From version 2 on null stands for
 * all topics. Version 7 can refuse offsets of open transactions (KIP-447), and 9 admits members of the
 * consumer group protocol (KIP-848).
 */
export const OffsetFetch = api({
  key: 9,
  name: "OffsetFetch",
  versions: [1, 9],
  flexible: 6,
  request: struct({
    groupId: string().until(7),
    /** Null for all topics. */
    topics: array(
      struct({
        name: string(),
        partitionIndexes: array(int32()),
      }),
    )
      .until(7)
      .nullable(2),
    groups: array(
      struct({
        groupId: string(),
        memberId: nullableString().since(9).default(null).ignorable(),
        memberEpoch: int32().since(9).default(-1).ignorable(),
        /** Null for all topics. */
        topics: nullableArray(
          struct({
            name: string(),
            partitionIndexes: array(int32()),
          }),
        ),
      }),
    ).since(8),
    requireStable: bool().since(7),
  }),
  response: struct({
    throttleTimeMs: int32().since(3).ignorable(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32().since(5).default(-1).ignorable(),
            metadata: nullableString(),
            errorCode: int16(),
          }),
        ),
      }),
    ).until(7),
    errorCode: int16().since(2).until(7).ignorable(),
    groups: array(
      struct({
        groupId: string(),
        topics: array(
          struct({
            name: string(),
            partitions: array(
              struct({
                partitionIndex: int32(),
                committedOffset: int64(),
                committedLeaderEpoch: int32().default(-1).ignorable(),
                metadata: nullableString(),
                errorCode: int16(),
              }),
            ),
          }),
        ),
        errorCode: int16(),
      }),
    ).since(8),
  }),
});
