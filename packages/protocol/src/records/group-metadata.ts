import { array, bytes, int32, int64, nullableString, string, struct } from "../schema/index.ts";
import { versioned } from "./versioned.ts";

/** The key of a classic consumer group in `__consumer_offsets`. */
export const GroupMetadataKey = versioned({
  name: "GroupMetadataKey",
  versions: [2, 2],
  flexible: Number.POSITIVE_INFINITY,
  body: struct({ group: string() }),
});

/**
 * A classic consumer group in `__consumer_offsets`; no value at all deletes it.
 *
 * Kafka's brokers know version 4 but write 3, so that an older broker can read the topic after a downgrade
 * (KIP-915).
 */
export const GroupMetadataValue = versioned({
  name: "GroupMetadataValue",
  versions: [0, 4],
  flexible: 4,
  writeVersion: 3,
  body: struct({
    protocolType: string(),
    generation: int32(),
    protocol: nullableString(),
    leader: nullableString(),
    /** Milliseconds since the epoch; -1 for unknown. */
    currentStateTimestamp: int64().since(2).default(-1n).ignorable(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: nullableString().since(3).default(null).ignorable(),
        clientId: string(),
        clientHost: string(),
        /** Milliseconds. */
        rebalanceTimeout: int32().since(1).default(-1).ignorable(),
        /** Milliseconds. */
        sessionTimeout: int32(),
        subscription: bytes(),
        assignment: bytes(),
      }),
    ),
  }),
});
