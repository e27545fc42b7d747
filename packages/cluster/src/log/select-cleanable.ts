import { isWorthCompacting, type LogConfig, oldEnough } from "@letterpress/log";
import type { LogContent } from "./log-content.ts";

/** Making a stream costs more than having a little that is superseded. Logs with small segments are cleaned sooner. */
const DIRTY_BYTES_MIN = 4 * 1024 * 1024;

/** What of a log is compacted: everything before the last of these offsets. */
export interface Cleanable {
  /** Where what was never compacted begins. */
  readonly dirtyOffset: number;
  /** Where compaction may end, in order; at least one. */
  readonly endOffsets: readonly number[];
}

/** Undefined when too little has come since the last compaction. The last run of batches is never compacted. */
export function selectCleanable(
  { index, prefix, place }: Pick<LogContent, "index" | "prefix" | "place">,
  config: LogConfig,
  nowMs: number,
): Cleanable | undefined {
  const closed = oldEnough(index.chunks.slice(0, -1), config, nowMs);
  let dirtyBytes = 0;
  for (const { sizeBytes } of closed) dirtyBytes += sizeBytes;
  if (closed.length === 0 || dirtyBytes < Math.min(config.segmentBytes, DIRTY_BYTES_MIN)) return undefined;
  const cleanBytes = prefix?.content.index.sizeBytes ?? 0;
  if (!isWorthCompacting(dirtyBytes, cleanBytes + dirtyBytes, config)) return undefined;
  return {
    dirtyOffset: Math.max(place.startOffset, prefix?.endOffset ?? 0),
    endOffsets: closed.map(({ endOffset }) => endOffset),
  };
}
