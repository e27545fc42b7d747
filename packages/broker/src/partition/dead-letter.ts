import {
  openRecords,
  RecordBatchBuilder,
  type RecordBatchHeader,
  type RecordCursor,
  type RecordHeader,
} from "@letterpress/wire";
import type { RecordFault } from "../record-guard.ts";

/**
 * The headers of a dead letter, all of them text, behind those the record had. A record with a fault in its key and one in its
 * value has the last three twice.
 */
export const DEAD_LETTER_HEADERS = {
  topic: "letterpress.error.topic",
  partition: "letterpress.error.partition",
  /** The offset that is missing in the partition. */
  offset: "letterpress.error.offset",
  /** When the record was made, in milliseconds since the epoch; its own timestamp is when it became a dead letter. */
  timestamp: "letterpress.error.timestamp",
  /** `key` or `value`. */
  part: "letterpress.error.part",
  /** The short name that metrics use, such as `unknown-schema-id`. */
  reason: "letterpress.error.reason",
  message: "letterpress.error.message",
} as const;

/** Dead letters are put into one batch up to this size, or one by one where they are larger. */
const BATCH_BYTES_MAX = 512 * 1024;

/** The batch whose records at fault become dead letters, and where it was to go. */
export interface FaultyBatch {
  readonly topic: string;
  readonly partition: number;
  /** The offset of its first record. */
  readonly baseOffset: bigint;
  readonly header: RecordBatchHeader;
  readonly bytes: Buffer;
  readonly faults: readonly RecordFault[];
}

/**
 * Record batches of the records at fault, in their order: keys, values and headers as they were, with what is wrong in
 * further headers.
 */
export function* deadLetterBatches(batch: FaultyBatch, nowMs: number): Generator<Buffer> {
  const faults = Map.groupBy(batch.faults, ({ index }) => index);
  const cursor = openRecords(batch.bytes, batch.header);
  let builder = new RecordBatchBuilder();
  while (cursor.next()) {
    const own = faults.get(cursor.count - 1);
    if (own === undefined) continue;
    const headers = [...cursor.headers(), ...errorHeaders(batch, cursor, own)];
    builder.append({ key: cursor.key(), value: cursor.value(), headers, timestampMs: nowMs });
    if (builder.sizeBytes < BATCH_BYTES_MAX) continue;
    yield builder.build();
    builder = new RecordBatchBuilder();
  }
  if (builder.recordCount > 0) yield builder.build();
}

function errorHeaders(
  batch: FaultyBatch,
  cursor: RecordCursor,
  faults: readonly RecordFault[],
): RecordHeader[] {
  const names = DEAD_LETTER_HEADERS;
  return [
    header(names.topic, batch.topic),
    header(names.partition, String(batch.partition)),
    header(names.offset, String(batch.baseOffset + BigInt(cursor.offsetDelta))),
    header(names.timestamp, String(batch.header.baseTimestampMs + cursor.timestampDelta)),
    ...faults.flatMap(({ part, reason, message }) => [
      header(names.part, part),
      header(names.reason, reason),
      header(names.message, message),
    ]),
  ];
}

function header(key: string, text: string): RecordHeader {
  return { key, value: Buffer.from(text) };
}
