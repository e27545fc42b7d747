import { api } from "../api.ts";
import { array, bool, int16, int32, int64, nullableArray, string, struct } from "../schema/index.ts";

/**
 * Describes the log directories of a broker and the partitions in them (KIP-113).
 *
 * Version 3 adds an error for the whole request, 4 the size of the volume (KIP-827).
 */
export const DescribeLogDirs = api({
  key: 35,
  name: "DescribeLogDirs",
  versions: [1, 4],
  flexible: 2,
  request: struct({
    /** Null for all topics. */
    topics: nullableArray(
      struct({
        topic: string(),
        partitions: array(int32()),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16().since(3).ignorable(),
    results: array(
      struct({
        errorCode: int16(),
        logDir: string(),
        topics: array(
          struct({
            name: string(),
            partitions: array(
              struct({
                partitionIndex: int32(),
                partitionSize: int64(),
                offsetLag: int64(),
                isFutureKey: bool(),
              }),
            ),
          }),
        ),
        totalBytes: int64().since(4).default(-1n).ignorable(),
        usableBytes: int64().since(4).default(-1n).ignorable(),
      }),
    ),
  }),
});
