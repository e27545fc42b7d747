import { readBatches } from "@letterpress/wire";
import { type BatchInChunk, firstRecord } from "../first-record.ts";
import type { TimestampedOffset } from "../partition-log.ts";
import type { ReadSource } from "./chunk-read.ts";
import { readChunks } from "./log-reader.ts";
import type { Segment } from "./segment.ts";

const SCAN_BYTES = 1024 * 1024;

/** The readable part of a log. */
export interface ReadableLog extends ReadSource {
  readonly startOffset: number;
  readonly limitOffset: number;
}

/** All batches from `offset` on, up to where the log was readable at the start. */
export async function* scanBatches(log: ReadableLog, offset: number): AsyncGenerator<BatchInChunk> {
  let next = Math.max(offset, log.startOffset);
  while (next < log.limitOffset) {
    const { chunks } = await readChunks(log, next, log.limitOffset, SCAN_BYTES);
    if (chunks.length === 0) return;
    for (const chunk of chunks) {
      for (const { header, at } of readBatches(chunk)) {
        next = Number(header.lastOffset) + 1;
        yield { header, chunk, at };
      }
    }
  }
}

/** The first record at or after `timestampMs`. */
export async function findTimestamp(
  log: ReadableLog,
  timestampMs: number,
): Promise<TimestampedOffset | undefined> {
  for (const segment of [...log.segments]) {
    if (segment.maxTimestampMs < timestampMs || segment.endOffset <= log.startOffset) continue;
    const { times } = await segment.indexes();
    const entry = times.lastBelow(timestampMs);
    const from = entry === undefined ? segment.baseOffset : segment.baseOffset + entry.relativeOffset;
    for await (const batch of scanBatches({ ...log, limitOffset: endOf(segment, log) }, from)) {
      if (batch.header.maxTimestampMs < timestampMs) continue;
      const found = firstRecord(batch, (record) => {
        return record.timestampMs >= timestampMs && record.offset >= log.startOffset;
      });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The first record with the largest timestamp. */
export async function findMaxTimestamp(log: ReadableLog): Promise<TimestampedOffset | undefined> {
  let best: BatchInChunk | undefined;
  for (const segment of [...log.segments].sort((a, b) => b.maxTimestampMs - a.maxTimestampMs)) {
    if (best !== undefined && segment.maxTimestampMs <= best.header.maxTimestampMs) break;
    const isReadable =
      segment.maxTimestampOffset >= log.startOffset && segment.maxTimestampOffset < log.limitOffset;
    // The batch is known by its offset, unless it was deleted or is not readable yet: then the segment is searched.
    const from = isReadable ? segment.maxTimestampOffset : segment.baseOffset;
    for await (const batch of scanBatches({ ...log, limitOffset: endOf(segment, log) }, from)) {
      if (best === undefined || batch.header.maxTimestampMs > best.header.maxTimestampMs) best = batch;
      if (isReadable) break;
    }
  }
  if (best === undefined) return undefined;
  const { maxTimestampMs } = best.header;
  return firstRecord(best, (record) => record.timestampMs === maxTimestampMs);
}

function endOf(segment: Segment, log: ReadableLog): number {
  return Math.min(segment.endOffset, log.limitOffset);
}
