import type { RecordBatchHeader } from "@letterpress/wire";
import { filterBatch, type RecordFilter } from "../file/filter-batch.ts";
import type { LogConfig } from "../partition-log.ts";
import type { LatestOffsets } from "./latest-offsets.ts";

const DELETE_RETENTION_DEFAULT_MS = 24 * 60 * 60 * 1000;

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
export function isWorthCompacting(dirtyBytes: number, allBytes: number): boolean {
  return allBytes > 0 && dirtyBytes * 2 >= allBytes;
}
