import type { GroupOffsets } from "./offsets-state.ts";

export interface ExpiryContext {
  readonly nowMs: number;
  readonly retentionMs: number;
  /** Since when the group has been empty; undefined for a group that never had members. */
  readonly emptySinceMs: number | undefined;
}

/**
 * The offsets of an empty group that are past their retention. It counts from the commit or from when the group
 * became empty, whichever was later (KIP-211); offsets with an expiry of their own go by that.
 */
export function* expiredOffsets(
  offsets: GroupOffsets,
  { nowMs, retentionMs, emptySinceMs = 0 }: ExpiryContext,
): Iterable<{ readonly topic: string; readonly partition: number }> {
  for (const [topic, partitions] of offsets) {
    for (const [partition, { commitTimestampMs, expireTimestampMs }] of partitions) {
      const baseMs = Math.max(commitTimestampMs, emptySinceMs);
      const expiryMs = expireTimestampMs >= 0 ? expireTimestampMs : baseMs + retentionMs;
      if (expiryMs <= nowMs) yield { topic, partition };
    }
  }
}
