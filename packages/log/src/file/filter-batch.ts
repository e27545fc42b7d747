import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  COMPRESSION_NAMES,
  CRC_AT,
  compress,
  crc32c,
  decompress,
  HEADER_BYTES,
  LOG_OVERHEAD_BYTES,
  MAX_TIMESTAMP_AT,
  RECORD_COUNT_AT,
  Reader,
  type RecordBatchHeader,
  RecordCursor,
} from "@letterpress/wire";

/** Decides on one record: its key as it lies in the batch, whether its value is null, its offset and timestamp. */
export type RecordFilter = (
  key: Buffer | null,
  isTombstone: boolean,
  offset: number,
  timestampMs: number,
) => boolean;

/**
 * The batch without the records that `keep` refuses. Offsets stay: the base and the last one are those of the whole
 * batch, and kept records are copied as they are. Returns the same bytes when nothing goes, undefined when nothing
 * stays.
 *
 * @throws WireError when the records cannot be opened.
 */
export function filterBatch(
  batch: Buffer,
  header: RecordBatchHeader,
  keep: RecordFilter,
): Buffer | undefined {
  const stored = batch.subarray(HEADER_BYTES);
  const records = header.compression === 0 ? stored : decompress(header.compression, stored);
  const cursor = new RecordCursor(records);
  const reader = new Reader(records);
  const baseOffset = Number(header.baseOffset);
  const isAppendTime = header.timestampType === "log-append";
  const kept: Buffer[] = [];
  let maxTimestampMs = -1;
  while (cursor.next()) {
    const start = reader.position;
    reader.skip(reader.varint());
    const timestampMs = isAppendTime ? header.maxTimestampMs : header.baseTimestampMs + cursor.timestampDelta;
    if (!keep(cursor.key(), cursor.valueStart < 0, baseOffset + cursor.offsetDelta, timestampMs)) continue;
    kept.push(records.subarray(start, reader.position));
    maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
  }
  if (kept.length === cursor.count) return batch;
  if (kept.length === 0) return undefined;
  const plain = Buffer.concat(kept);
  const body = header.compression === 0 ? plain : compress(COMPRESSION_NAMES[header.compression]!, plain);
  const filtered = Buffer.concat([batch.subarray(0, HEADER_BYTES), body]);
  filtered.writeInt32BE(filtered.length - LOG_OVERHEAD_BYTES, BATCH_LENGTH_AT);
  filtered.writeBigInt64BE(BigInt(Math.min(maxTimestampMs, Number.MAX_SAFE_INTEGER)), MAX_TIMESTAMP_AT);
  filtered.writeInt32BE(kept.length, RECORD_COUNT_AT);
  filtered.writeUInt32BE(crc32c(filtered, ATTRIBUTES_AT), CRC_AT);
  return filtered;
}
