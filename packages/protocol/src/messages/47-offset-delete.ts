import { api } from "../api.ts";
import { array, int16, int32, string, struct } from "../schema/index.ts";

/** Deletes the committed offsets of topics a group no longer reads (KIP-496). */
export const OffsetDelete = api({
  key: 47,
  name: "OffsetDelete",
  versions: [0, 0],
  flexible: Number.POSITIVE_INFINITY,
  request: struct({
    groupId: string(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    errorCode: int16(),
    throttleTimeMs: int32().default(0).ignorable(),
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
