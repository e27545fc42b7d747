import type { LogConfig } from "../partition-log.ts";
import { bytesOf, type Segment } from "./segment.ts";

/**
 * How many of the first segments retention lets go: those whose newest record is older than `retentionMs`, and those
 * without which the log still has `retentionBytes`. Only what readers may see is ever deleted.
 */
export function countExpired(
  segments: readonly Segment[],
  config: LogConfig,
  nowMs: number,
  highWatermark: number,
): number {
  if (!config.cleanupPolicy.delete) return 0;
  let sizeBytes = bytesOf(segments);
  let count = 0;
  for (const [index, segment] of segments.entries()) {
    const isActive = segment === segments.at(-1);
    if (segment.endOffset > highWatermark || (isActive && segment.sizeBytes === 0)) break;
    // What compaction has emptied goes with what lies behind it.
    if (segment.sizeBytes === 0) continue;
    const isOld = config.retentionMs >= 0 && segment.maxTimestampMs >= 0 && isOlder(segment, config, nowMs);
    sizeBytes -= segment.sizeBytes;
    const isExcess = config.retentionBytes >= 0 && !isActive && sizeBytes >= config.retentionBytes;
    if (!isOld && !isExcess) break;
    count = index + 1;
  }
  return count;
}

function isOlder(segment: Segment, config: LogConfig, nowMs: number): boolean {
  return nowMs - segment.maxTimestampMs > config.retentionMs;
}
