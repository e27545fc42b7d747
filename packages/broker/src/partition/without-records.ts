import { filterBatch } from "@letterpress/log";
import {
  ATTRIBUTES_AT,
  BATCH_LENGTH_AT,
  CRC_AT,
  crc32c,
  HEADER_BYTES,
  LOG_OVERHEAD_BYTES,
  RECORD_COUNT_AT,
  type RecordBatchHeader,
} from "@letterpress/wire";

const COMPRESSION_MASK = 0x07;

/**
 * The batch without some of its records. Nothing is numbered anew: offsets have gaps, as compaction leaves them, and the
 * sequences of an idempotent producer stay what they were. Without any record it is a batch of none, as compaction keeps
 * the last one of a producer.
 *
 * @param indexes the records to leave out, counted from 0.
 * @throws WireError when the records cannot be opened.
 */
export function withoutRecords(
  batch: Buffer,
  header: RecordBatchHeader,
  indexes: ReadonlySet<number>,
): Buffer {
  let index = 0;
  return filterBatch(batch, header, () => !indexes.has(index++)) ?? emptied(batch);
}

function emptied(batch: Buffer): Buffer {
  const empty = Buffer.from(batch.subarray(0, HEADER_BYTES));
  empty.writeInt32BE(HEADER_BYTES - LOG_OVERHEAD_BYTES, BATCH_LENGTH_AT);
  empty.writeInt16BE(empty.readInt16BE(ATTRIBUTES_AT) & ~COMPRESSION_MASK, ATTRIBUTES_AT);
  empty.writeInt32BE(0, RECORD_COUNT_AT);
  empty.writeUInt32BE(crc32c(empty, ATTRIBUTES_AT), CRC_AT);
  return empty;
}
