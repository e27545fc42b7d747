import type { LogConfig } from "@letterpress/log";
import type { LogContent } from "./log-content.ts";

/**
 * How many of the first chunks retention lets go: those whose newest record is older than `retentionMs`, and those
 * without which the log still has `retentionBytes`. Only what readers may see is ever deleted.
 */
export function countExpired(
  { chunks, sizeBytes }: Pick<LogContent, "chunks" | "sizeBytes">,
  { cleanupPolicy, retentionMs, retentionBytes }: LogConfig,
  nowMs: number,
): number {
  if (!cleanupPolicy.delete) return 0;
  let leftBytes = sizeBytes;
  let count = 0;
  for (const chunk of chunks) {
    const isOld = retentionMs >= 0 && chunk.maxTimestampMs >= 0 && nowMs - chunk.maxTimestampMs > retentionMs;
    leftBytes -= chunk.sizeBytes;
    const isExcess = retentionBytes >= 0 && leftBytes >= retentionBytes;
    if (!isOld && !isExcess) break;
    count++;
  }
  return count;
}
