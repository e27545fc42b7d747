import { api } from "../api.ts";
import { array, int16, int32, int64, string, struct } from "../schema/index.ts";

/**
 * Finds where a leader epoch ends, so that readers detect a truncated log (KIP-101, KIP-320).
 *
 * Version 3 adds the replica id; consumers send -1.
 */
export const OffsetForLeaderEpoch = api({
  key: 23,
  name: "OffsetForLeaderEpoch",
  versions: [2, 4],
  flexible: 4,
  request: struct({
    replicaId: int32().since(3).default(-2).ignorable(),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32().default(-1).ignorable(),
            leaderEpoch: int32(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().default(0).ignorable(),
    topics: array(
      struct({
        topic: string(),
        partitions: array(
          struct({
            errorCode: int16(),
            partition: int32(),
            leaderEpoch: int32().default(-1).ignorable(),
            endOffset: int64().default(-1n),
          }),
        ),
      }),
    ),
  }),
});
