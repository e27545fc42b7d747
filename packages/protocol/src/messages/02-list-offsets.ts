import { api } from "../api.ts";
import { array, int8, int16, int32, int64, string, struct } from "../schema/index.ts";

/**
 * Finds offsets by timestamp, or by one of the negative timestamps that stand for the ends of the log.
 *
 * Version 2 adds the isolation level, 4 the leader epoch (KIP-320), 7 the timestamp -3 for the offset
 * with the greatest timestamp (KIP-734), 8 -4 for the local log start (KIP-405) and 9 -5 for the last
 * tiered offset (KIP-1005).
 */
export const ListOffsets = api({
  key: 2,
  name: "ListOffsets",
  versions: [1, 9],
  flexible: 6,
  request: struct({
    /** -1 for a consumer. */
    replicaId: int32(),
    isolationLevel: int8().since(2),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            currentLeaderEpoch: int32().since(4).default(-1).ignorable(),
            /** Milliseconds; -1 for the end of the log, -2 for its start. */
            timestamp: int64(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().since(2).ignorable(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64().default(-1n),
            offset: int64().default(-1n),
            leaderEpoch: int32().since(4).default(-1),
          }),
        ),
      }),
    ),
  }),
});
