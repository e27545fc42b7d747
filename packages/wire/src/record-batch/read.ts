import { DECOMPRESSED_BYTES_MAX, decompress } from "../compression/codec.ts";
import { crc32c } from "../crc32c.ts";
import { WireError } from "../wire-error.ts";
import { RecordCursor } from "./cursor.ts";
import { ATTRIBUTES_AT, HEADER_BYTES, type RecordBatchHeader, readBatchHeader } from "./header.ts";
import type { StoredRecord } from "./record.ts";

/**
 * Checks the CRC of the batch that starts at `at`.
 *
 * @throws WireError `TRUNCATED` when the buffer ends before the batch, `CRC_MISMATCH`.
 */
export function verifyBatchCrc(buffer: Buffer, header: RecordBatchHeader, at = 0): void {
  const end = at + header.sizeBytes;
  if (end > buffer.length) {
    throw new WireError(
      "TRUNCATED",
      `record batch of ${header.sizeBytes} bytes, ${buffer.length - at} are left`,
    );
  }
  const crc = crc32c(buffer, at + ATTRIBUTES_AT, end);
  if (crc !== header.crc) {
    throw new WireError("CRC_MISMATCH", `record batch states CRC ${header.crc}, its bytes have ${crc}`);
  }
}

/** A cursor before the first record of the batch that starts at `at`; a compressed batch is opened, bounded. */
export function openRecords(
  buffer: Buffer,
  header: RecordBatchHeader,
  at = 0,
  limitBytes = DECOMPRESSED_BYTES_MAX,
): RecordCursor {
  const start = at + HEADER_BYTES;
  const end = at + header.sizeBytes;
  if (header.compression === 0) return new RecordCursor(buffer, start, end);
  return new RecordCursor(decompress(header.compression, buffer.subarray(start, end), limitBytes));
}

/**
 * Walks all records of a batch and checks that their number and offset deltas are what the header says: counted
 * from 0 without gaps, as a producer must write them.
 *
 * @throws WireError `TRUNCATED`, `MALFORMED`, or what opening a compressed batch throws.
 */
export function verifyRecords(
  buffer: Buffer,
  header: RecordBatchHeader,
  at = 0,
  limitBytes = DECOMPRESSED_BYTES_MAX,
): void {
  const cursor = openRecords(buffer, header, at, limitBytes);
  while (cursor.next()) {
    if (cursor.offsetDelta !== cursor.count - 1) {
      throw new WireError("MALFORMED", `record ${cursor.count - 1} has offset delta ${cursor.offsetDelta}`);
    }
  }
  const lastOffsetDelta = Number(header.lastOffset - header.baseOffset);
  if (cursor.count !== header.recordCount || lastOffsetDelta !== cursor.count - 1) {
    throw new WireError(
      "MALFORMED",
      `batch states ${header.recordCount} records and last offset delta ${lastOffsetDelta}, it holds ${cursor.count}`,
    );
  }
}

/** The batches of `chunk`, whole ones only, in order, with where each one starts. */
export function* readBatches(
  chunk: Buffer,
): Generator<{ readonly header: RecordBatchHeader; readonly at: number }> {
  let at = 0;
  while (at + HEADER_BYTES <= chunk.length) {
    const header = readBatchHeader(chunk, at);
    if (at + header.sizeBytes > chunk.length) return;
    yield { header, at };
    at += header.sizeBytes;
  }
}

/** All records of the batch that starts at `at`, with their offsets and timestamps. */
export function readRecords(
  buffer: Buffer,
  header: RecordBatchHeader,
  at = 0,
  limitBytes = DECOMPRESSED_BYTES_MAX,
): StoredRecord[] {
  const cursor = openRecords(buffer, header, at, limitBytes);
  const isAppendTime = header.timestampType === "log-append";
  const records: StoredRecord[] = [];
  while (cursor.next()) {
    records.push({
      offset: header.baseOffset + BigInt(cursor.offsetDelta),
      timestampMs: isAppendTime ? header.maxTimestampMs : header.baseTimestampMs + cursor.timestampDelta,
      key: cursor.key(),
      value: cursor.value(),
      headers: cursor.headers(),
    });
  }
  return records;
}
