import { type BatchOptions, encodeRecordBatch, readBatches, readRecords } from "@letterpress/wire";
import type { LogRead, PartitionId, PartitionLog } from "../partition-log.ts";

const READ_BYTES = 1024 * 1024;

/** A batch of one record per value; record `n` has the timestamp `timestampMs + n`. */
export function batchOf(values: readonly string[], timestampMs = 1_000, options: BatchOptions = {}): Buffer {
  const records = values.map((value, index) => ({
    value: Buffer.from(value),
    timestampMs: timestampMs + index,
  }));
  return encodeRecordBatch(records, options);
}

/** The values of all records a read gave, in order, each with its offset. */
export function recordsOf(read: LogRead): { readonly offset: bigint; readonly value: string }[] {
  return read.chunks.flatMap((chunk) =>
    [...readBatches(chunk)].flatMap(({ header, at }) =>
      readRecords(chunk, header, at).map(({ offset, value }) => ({ offset, value: String(value) })),
    ),
  );
}

/** Everything a log has from `offset` on, read piece by piece. */
export async function readAll(
  log: PartitionLog,
  offset: bigint = log.startOffset,
  maxBytes = READ_BYTES,
): Promise<{ readonly offset: bigint; readonly value: string }[]> {
  const all: { readonly offset: bigint; readonly value: string }[] = [];
  let next = offset;
  while (next < log.highWatermark) {
    const records = recordsOf(await log.read(next, maxBytes));
    const wanted = records.filter((record) => record.offset >= next);
    if (wanted.length === 0) break;
    all.push(...wanted);
    next = wanted.at(-1)!.offset + 1n;
  }
  return all;
}

/** A partition of a topic whose id depends on `topic` alone. */
export function partitionOf(topic: string, partition = 0): PartitionId {
  const hex = Buffer.from(topic).toString("hex").padEnd(12, "0").slice(0, 12);
  return { topic, partition, topicId: `00000000-0000-4000-8000-${hex}` };
}
