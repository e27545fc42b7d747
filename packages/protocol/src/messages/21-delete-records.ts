import { api } from "../api.ts";
import { array, int16, int32, int64, string, struct } from "../schema/index.ts";

/** Moves the log start offset of partitions forward (KIP-107). */
export const DeleteRecords = api({
  key: 21,
  name: "DeleteRecords",
  versions: [0, 2],
  flexible: 2,
  request: struct({
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            /** The new log start offset; -1 for the high watermark. */
            offset: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            lowWatermark: int64(),
            errorCode: int16(),
          }),
        ),
      }),
    ),
  }),
});
