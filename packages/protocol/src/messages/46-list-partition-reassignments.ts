import { api } from "../api.ts";
import { array, int16, int32, nullableArray, nullableString, string, struct } from "../schema/index.ts";

/** Lists the partitions whose replicas are being moved (KIP-455). */
export const ListPartitionReassignments = api({
  key: 46,
  name: "ListPartitionReassignments",
  versions: [0, 0],
  flexible: 0,
  request: struct({
    timeoutMs: int32().default(60000),
    topics: nullableArray(
      struct({
        name: string(),
        partitionIndexes: array(int32()),
      }),
    ).default(null),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
    errorMessage: nullableString(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicas: array(int32()),
            addingReplicas: array(int32()),
            removingReplicas: array(int32()),
          }),
        ),
      }),
    ),
  }),
});
