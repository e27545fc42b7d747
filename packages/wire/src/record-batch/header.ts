import { WireError } from "../wire-error.ts";

/*
 * Record batch, magic 2 (Kafka 0.11 and later):
 *
 *   base offset              int64     0   patched by the broker, outside the CRC
 *   batch length             int32     8   bytes behind this field
 *   partition leader epoch   int32    12   patched by the broker, outside the CRC
 *   magic                    int8     16   2
 *   CRC-32C                  uint32   17   of everything behind it
 *   attributes               int16    21   see below
 *   last offset delta        int32    23
 *   base timestamp           int64    27   milliseconds since the epoch
 *   max timestamp            int64    35
 *   producer id              int64    43   -1 for none
 *   producer epoch           int16    51
 *   base sequence            int32    53
 *   record count             int32    57
 *   records                           61   compressed as a whole when the attributes say so
 *
 * Attributes: bits 0-2 compression codec, 3 timestamp type (1 = log append time), 4 transactional, 5 control,
 * 6 delete horizon.
 */
export const BASE_OFFSET_AT = 0;
export const BATCH_LENGTH_AT = BASE_OFFSET_AT + 8;
export const LEADER_EPOCH_AT = BATCH_LENGTH_AT + 4;
export const MAGIC_AT = LEADER_EPOCH_AT + 4;
export const CRC_AT = MAGIC_AT + 1;
export const ATTRIBUTES_AT = CRC_AT + 4;
export const LAST_OFFSET_DELTA_AT = ATTRIBUTES_AT + 2;
export const BASE_TIMESTAMP_AT = LAST_OFFSET_DELTA_AT + 4;
export const MAX_TIMESTAMP_AT = BASE_TIMESTAMP_AT + 8;
export const PRODUCER_ID_AT = MAX_TIMESTAMP_AT + 8;
export const PRODUCER_EPOCH_AT = PRODUCER_ID_AT + 8;
export const BASE_SEQUENCE_AT = PRODUCER_EPOCH_AT + 2;
export const RECORD_COUNT_AT = BASE_SEQUENCE_AT + 4;
export const RECORDS_AT = RECORD_COUNT_AT + 4;

/** The bytes in front of the batch length's count: base offset and the length itself. */
export const LOG_OVERHEAD_BYTES = LEADER_EPOCH_AT;
/** The size of a batch without records. */
export const HEADER_BYTES = RECORDS_AT;
/** The one record format this project stores. */
export const MAGIC_V2 = 2;

export const NO_PRODUCER_ID = -1n;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1;

const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_BIT = 0x08;
export const TRANSACTIONAL_BIT = 0x10;
export const CONTROL_BIT = 0x20;

/** The header of a record batch. Timestamps are milliseconds since the epoch, -1 for none. */
export interface RecordBatchHeader {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  /** The whole batch, from the base offset to the last record byte. */
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly crc: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly compression: number;
  readonly timestampType: "create" | "log-append";
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/**
 * How many bytes the batch that starts at `at` takes, or undefined when even its length is not there yet.
 * Throws `MALFORMED` when the length is shorter than a header.
 */
export function batchSizeAt(buffer: Buffer, at: number): number | undefined {
  if (at + LOG_OVERHEAD_BYTES > buffer.length) return undefined;
  const length = buffer.readInt32BE(at + BATCH_LENGTH_AT);
  if (length < HEADER_BYTES - LOG_OVERHEAD_BYTES) {
    throw new WireError("MALFORMED", `record batch of ${length} bytes is shorter than its header`);
  }
  return length + LOG_OVERHEAD_BYTES;
}

/**
 * Reads the header of the batch that starts at `at`. Checks size, magic and that the counts agree with each
 * other; checks neither the CRC nor the records.
 *
 * @throws WireError `TRUNCATED`, `MALFORMED`, or `UNSUPPORTED` for another magic.
 */
export function readBatchHeader(buffer: Buffer, at = 0): RecordBatchHeader {
  if (at + HEADER_BYTES > buffer.length) {
    throw new WireError(
      "TRUNCATED",
      `record batch header needs ${HEADER_BYTES} bytes, ${buffer.length - at} are left`,
    );
  }
  const magic = buffer.readInt8(at + MAGIC_AT);
  if (magic !== MAGIC_V2) {
    throw new WireError("UNSUPPORTED", `record batch of magic ${magic}; only magic ${MAGIC_V2} is supported`);
  }
  const sizeBytes = batchSizeAt(buffer, at)!;
  const attributes = buffer.readInt16BE(at + ATTRIBUTES_AT);
  const baseOffset = buffer.readBigInt64BE(at + BASE_OFFSET_AT);
  const lastOffsetDelta = buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
  const recordCount = buffer.readInt32BE(at + RECORD_COUNT_AT);
  if (lastOffsetDelta < 0 || recordCount < 0) {
    throw new WireError(
      "MALFORMED",
      `record batch of ${recordCount} records, last offset delta ${lastOffsetDelta}`,
    );
  }
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(lastOffsetDelta),
    sizeBytes,
    leaderEpoch: buffer.readInt32BE(at + LEADER_EPOCH_AT),
    crc: buffer.readUInt32BE(at + CRC_AT),
    compression: attributes & COMPRESSION_MASK,
    timestampType: attributes & LOG_APPEND_TIME_BIT ? "log-append" : "create",
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    baseTimestampMs: readMs(buffer, at + BASE_TIMESTAMP_AT),
    maxTimestampMs: readMs(buffer, at + MAX_TIMESTAMP_AT),
    producerId: buffer.readBigInt64BE(at + PRODUCER_ID_AT),
    producerEpoch: buffer.readInt16BE(at + PRODUCER_EPOCH_AT),
    baseSequence: buffer.readInt32BE(at + BASE_SEQUENCE_AT),
    recordCount,
  };
}

/** Milliseconds fit a double for the next 285,000 years; the halves are joined without a BigInt. */
function readMs(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

/** Writes the two fields that the broker owns; both lie outside the CRC. */
export function stampBatch(batch: Buffer, baseOffset: bigint, leaderEpoch: number, at = 0): void {
  batch.writeBigInt64BE(baseOffset, at + BASE_OFFSET_AT);
  batch.writeInt32BE(leaderEpoch, at + LEADER_EPOCH_AT);
}
