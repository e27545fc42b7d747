import { api } from "../api.ts";
import { array, bool, int16, int32, nullableArray, nullableString, string, struct } from "../schema/index.ts";

/**
 * Raises the number of partitions of topics (KIP-195).
 *
 * Version 3 may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
 */
export const CreatePartitions = api({
  key: 37,
  name: "CreatePartitions",
  versions: [0, 3],
  flexible: 2,
  request: struct({
    topics: array(
      struct({
        name: string(),
        /** The new total. */
        count: int32(),
        assignments: nullableArray(
          struct({
            brokerIds: array(int32()),
          }),
        ),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    results: array(
      struct({
        name: string(),
        errorCode: int16(),
        errorMessage: nullableString().default(null),
      }),
    ),
  }),
});
