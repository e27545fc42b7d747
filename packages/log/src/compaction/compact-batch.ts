import type { RecordBatchHeader } from "@letterpress/wire";
import { filterBatch, type RecordFilter } from "../file/filter-batch.ts";
import type { LogConfig } from "../partition-log.ts";
import type { LatestOffsets } from "./latest-offsets.ts";

const DELETE_RETENTION_DEFAULT_MS = 24 * 60 * 60 * 1000;
const DIRTY_RATIO_DEFAULT = 0.5;

export interface CompactionRules {
  readonly latest: LatestOffsets;
  /** Tombstones of records with an older timestamp go too, in milliseconds since the epoch. */
  readonly tombstonesBeforeMs: number;
  /** The record at this offset stays whatever its key. Default none. */
  readonly keptOffset?: number;
}

/**
 * What compaction keeps of a batch: the last record of every key, at its offset. Records without a key go. Returns the
 * same bytes when all of it stays, undefined when nothing does. Control batches stay.
 *
 * @throws WireError when the records cannot be opened.
 */
export function compactBatch(
  batch: Buffer,
  header: RecordBatchHeader,
  { latest, tombstonesBeforeMs, keptOffset }: CompactionRules,
): Buffer | undefined {
  if (header.isControl) return batch;
  const keep: RecordFilter = (key, isTombstone, offset, timestampMs) => {
    if (offset === keptOffset) return true;
    if (key === null || latest.isSuperseded(key, offset)) return false;
    return !isTombstone || timestampMs >= tombstonesBeforeMs;
  };
  return filterBatch(batch, header, keep);
}

/** The timestamp before which tombstones go (`delete.retention.ms`). */
export function tombstonesBefore(
  { deleteRetentionMs = DELETE_RETENTION_DEFAULT_MS }: LogConfig,
  nowMs: number,
): number {
  return nowMs - deleteRetentionMs;
}

/** Whether so much is new since the last compaction that another one is worth its cost (`min.cleanable.dirty.ratio`). */
export function isWorthCompacting(
  dirtyBytes: number,
  allBytes: number,
  { minCleanableDirtyRatio = DIRTY_RATIO_DEFAULT }: LogConfig,
): boolean {
  return dirtyBytes > 0 && dirtyBytes >= allBytes * minCleanableDirtyRatio;
}

/** The first parts of a log that may be compacted, for all that they hold is old enough (`min.compaction.lag.ms`). */
export function oldEnough<T extends { readonly maxTimestampMs: number }>(
  parts: readonly T[],
  { minCompactionLagMs = 0 }: LogConfig,
  nowMs: number,
): readonly T[] {
  if (minCompactionLagMs <= 0) return parts;
  const tooYoung = parts.findIndex(({ maxTimestampMs }) => maxTimestampMs > nowMs - minCompactionLagMs);
  return tooYoung < 0 ? parts : parts.slice(0, tooYoung);
}
