import { type BatchInChunk, firstRecord, type LogRead, type TimestampedOffset } from "@letterpress/log";
import { readBatches } from "@letterpress/wire";
import type { Chunk } from "./log-index.ts";

const SCAN_BYTES = 1024 * 1024;

/** As much of a log as searching needs. */
export interface Searchable {
  readonly startOffset: bigint;
  readonly highWatermark: bigint;
  read(offset: bigint, maxBytes: number): Promise<LogRead>;
}

/** Where a log's batches lie, in offset order. */
export interface Chunks {
  readonly chunks: readonly Chunk[];
}

/** All batches from the one with `offset` on, up to where the log was readable at the start. */
export async function* scanBatches(log: Searchable, offset: bigint): AsyncGenerator<BatchInChunk> {
  const limit = log.highWatermark;
  let next = offset;
  while (next < limit) {
    const { chunks } = await log.read(next, SCAN_BYTES);
    if (chunks.length === 0) return;
    for (const chunk of chunks) {
      for (const { header, at } of readBatches(chunk)) {
        next = header.lastOffset + 1n;
        yield { header, chunk, at };
      }
    }
  }
}

/** The first record at or after `timestampMs`. */
export async function findTimestamp(
  log: Searchable,
  { chunks }: Chunks,
  timestampMs: number,
): Promise<TimestampedOffset | undefined> {
  const chunk = chunks.find(
    (candidate) => candidate.maxTimestampMs >= timestampMs && candidate.endOffset > Number(log.startOffset),
  );
  if (chunk === undefined) return undefined;
  for await (const batch of scanBatches(log, laterOf(chunk.baseOffset, log.startOffset))) {
    if (batch.header.maxTimestampMs < timestampMs) continue;
    const found = firstRecord(batch, (record) => {
      return record.timestampMs >= timestampMs && record.offset >= log.startOffset;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first record with the largest timestamp. */
export async function findMaxTimestamp(
  log: Searchable,
  { chunks }: Chunks,
): Promise<TimestampedOffset | undefined> {
  let best: { readonly maxTimestampMs: number; readonly maxTimestampOffset: number } | undefined;
  for (const chunk of chunks) {
    if (chunk.endOffset <= Number(log.startOffset)) continue;
    if (best === undefined || chunk.maxTimestampMs > best.maxTimestampMs) best = chunk;
  }
  if (best === undefined) return undefined;
  // The batch that the chunk remembers may have been deleted: then a later one of the log has the largest that is left.
  let largest: BatchInChunk | undefined;
  const isReadable = BigInt(best.maxTimestampOffset) >= log.startOffset;
  for await (const batch of scanBatches(log, laterOf(best.maxTimestampOffset, log.startOffset))) {
    if (largest === undefined || batch.header.maxTimestampMs > largest.header.maxTimestampMs) largest = batch;
    if (isReadable) break;
  }
  if (largest === undefined) return undefined;
  const { maxTimestampMs } = largest.header;
  return firstRecord(largest, (record) => record.timestampMs === maxTimestampMs);
}

function laterOf(offset: number, other: bigint): bigint {
  return BigInt(offset) > other ? BigInt(offset) : other;
}
