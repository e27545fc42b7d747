import { int32, int64, string, struct } from "../schema/index.ts";
import { versioned } from "./versioned.ts";

/** The key of a committed offset in `__consumer_offsets`. */
export const OffsetCommitKey = versioned({
  name: "OffsetCommitKey",
  versions: [0, 1],
  flexible: Number.POSITIVE_INFINITY,
  body: struct({
    group: string(),
    topic: string(),
    partition: int32(),
  }),
});

/**
 * A committed offset in `__consumer_offsets`; no value at all deletes it.
 *
 * Version 1 is for offsets with an expiry of their own. Kafka's brokers know version 4 but write 3, so that
 * an older broker can read the topic after a downgrade (KIP-915).
 */
export const OffsetCommitValue = versioned({
  name: "OffsetCommitValue",
  versions: [0, 4],
  flexible: 4,
  writeVersion: 3,
  body: struct({
    offset: int64(),
    leaderEpoch: int32().since(3).default(-1).ignorable(),
    metadata: string(),
    /** Milliseconds since the epoch. */
    commitTimestamp: int64(),
    /** Milliseconds since the epoch; -1 for the broker's retention. */
    expireTimestamp: int64().since(1).until(1).default(-1n).ignorable(),
  }),
});
