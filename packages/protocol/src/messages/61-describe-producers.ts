import { api } from "../api.ts";
import { WRITERS_TAG } from "../letterpress-tags.ts";
import { array, bytes, int16, int32, int64, nullableString, string, struct } from "../schema/index.ts";

/**
 * Describes the producers that are active on partitions (KIP-664). Letterpress adds, per topic, the clients that have
 * declared what they write it with.
 */
export const DescribeProducers = api({
  key: 61,
  name: "DescribeProducers",
  versions: [0, 0],
  flexible: 0,
  request: struct({
    topics: array(
      struct({
        name: string(),
        partitionIndexes: array(int32()),
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
            errorMessage: nullableString().default(null),
            activeProducers: array(
              struct({
                producerId: int64(),
                producerEpoch: int32(),
                lastSequence: int32().default(-1),
                lastTimestamp: int64().default(-1n),
                coordinatorEpoch: int32(),
                currentTxnStartOffset: int64().default(-1n),
              }),
            ),
          }),
        ),
        writers: array(
          struct({
            clientId: nullableString(),
            clientHost: string(),
            /** -1 for a client that is not idempotent. */
            producerId: int64().default(-1n),
            declaredAtMs: int64(),
            /** When the client hung up; -1 while it has not. */
            leftAtMs: int64().default(-1n),
            /** As the client has sent it. */
            writerSchemas: bytes(),
          }),
        ).tagged(WRITERS_TAG),
      }),
    ),
  }),
});
