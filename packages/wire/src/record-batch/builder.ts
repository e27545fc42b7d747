import { type CompressionName, compress, compressionId } from "../compression/codec.ts";
import { crc32c } from "../crc32c.ts";
import { WireError } from "../wire-error.ts";
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  CONTROL_BIT,
  CRC_AT,
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD_BYTES,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from "./header.ts";
import type { RecordHeader, RecordInit } from "./record.ts";
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from "./varint.ts";

const CAPACITY_DEFAULT_BYTES = 1024;
/** A record's length, attributes, timestamp, offset, key length, value length and header count take no more. */
const RECORD_OVERHEAD_BYTES_MAX = 5 + 1 + 10 + 5 + 5 + 5 + 5;
/** Batch lengths are signed 32-bit numbers; half of that keeps every sum on the way in range. */
const BATCH_BYTES_MAX = 1024 * 1024 * 1024;
const NO_HEADERS: readonly RecordHeader[] = [];

/** What a finished batch says of itself besides its records. */
export interface BatchOptions {
  /** Default `none`. */
  readonly compression?: CompressionName;
  /** Default 0; the broker assigns the real one. */
  readonly baseOffset?: bigint;
  /** Default -1, none. */
  readonly leaderEpoch?: number;
  /** Default -1, none. */
  readonly producerId?: bigint;
  /** Default -1, none. */
  readonly producerEpoch?: number;
  /** Default -1, none. */
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
}

/**
 * Collects records into one record batch. Each record is written once, straight to its place behind the header;
 * `build` fills in the header and, only where asked, compresses.
 */
export class RecordBatchBuilder {
  #buffer: Buffer;
  #position = HEADER_BYTES;
  #count = 0;
  #baseTimestampMs = 0;
  #maxTimestampMs = -1;

  constructor(capacityBytes = CAPACITY_DEFAULT_BYTES) {
    this.#buffer = Buffer.allocUnsafe(Math.max(capacityBytes, HEADER_BYTES + RECORD_OVERHEAD_BYTES_MAX));
  }

  /** The batch's size so far, before compression. */
  get sizeBytes(): number {
    return this.#position;
  }

  get recordCount(): number {
    return this.#count;
  }

  /** An upper bound of what a record adds to a batch. */
  static recordBytesMax(record: RecordInit): number {
    let bytes = RECORD_OVERHEAD_BYTES_MAX + (record.key?.length ?? 0) + (record.value?.length ?? 0);
    for (const { key, value } of record.headers ?? NO_HEADERS)
      bytes += 10 + 3 * key.length + (value?.length ?? 0);
    return bytes;
  }

  /** Adds a record. `nowMs` stands in for a missing timestamp. Throws `TOO_LARGE` past 1 GiB. */
  append(record: RecordInit, nowMs = 0): void {
    this.#ensure(RecordBatchBuilder.recordBytesMax(record));
    const timestampMs = record.timestampMs ?? nowMs;
    if (this.#count === 0) this.#baseTimestampMs = timestampMs;
    if (timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = timestampMs;
    const timestampDelta = timestampMs - this.#baseTimestampMs;
    const key = record.key ?? null;
    const { value } = record;
    const headers = record.headers ?? NO_HEADERS;

    const bodyBytes =
      1 +
      varlongBytes(timestampDelta) +
      varintBytes(this.#count) +
      bytesSize(key) +
      bytesSize(value) +
      varintBytes(headers.length) +
      (headers.length === 0 ? 0 : headersSize(headers));
    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#position, bodyBytes);
    buffer[at++] = 0;
    at = writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, this.#count);
    at = writeBytes(buffer, at, key);
    at = writeBytes(buffer, at, value);
    at = writeVarint(buffer, at, headers.length);
    for (const header of headers) {
      const keyBytes = Buffer.byteLength(header.key);
      at = writeVarint(buffer, at, keyBytes);
      buffer.write(header.key, at, keyBytes, "utf8");
      at = writeBytes(buffer, at + keyBytes, header.value);
    }
    this.#position = at;
    this.#count++;
  }

  /**
   * Fills in the header and returns the batch: a view of the builder's memory, or the compressed copy. The
   * builder must not be appended to afterwards.
   */
  build(options: BatchOptions = {}): Buffer {
    const { compression = "none", isTransactional = false, isControl = false } = options;
    const plain = this.#buffer.subarray(0, this.#position);
    const batch =
      compression === "none"
        ? plain
        : Buffer.concat([
            plain.subarray(0, HEADER_BYTES),
            compress(compression, plain.subarray(HEADER_BYTES)),
          ]);
    batch.writeBigInt64BE(options.baseOffset ?? 0n, BASE_OFFSET_AT);
    batch.writeInt32BE(batch.length - LOG_OVERHEAD_BYTES, BATCH_LENGTH_AT);
    batch.writeInt32BE(options.leaderEpoch ?? -1, LEADER_EPOCH_AT);
    batch.writeInt8(MAGIC_V2, MAGIC_AT);
    const attributes =
      compressionId(compression) | (isTransactional ? TRANSACTIONAL_BIT : 0) | (isControl ? CONTROL_BIT : 0);
    batch.writeInt16BE(attributes, ATTRIBUTES_AT);
    batch.writeInt32BE(Math.max(0, this.#count - 1), LAST_OFFSET_DELTA_AT);
    batch.writeBigInt64BE(BigInt(this.#baseTimestampMs), BASE_TIMESTAMP_AT);
    batch.writeBigInt64BE(BigInt(this.#maxTimestampMs), MAX_TIMESTAMP_AT);
    batch.writeInt32BE(this.#count, RECORD_COUNT_AT);
    stampProducer(
      batch,
      options.producerId ?? NO_PRODUCER_ID,
      options.producerEpoch ?? -1,
      options.baseSequence ?? NO_SEQUENCE,
    );
    return batch;
  }

  #ensure(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.length) return;
    if (needed > BATCH_BYTES_MAX)
      throw new WireError("TOO_LARGE", `record batch of more than ${BATCH_BYTES_MAX} bytes`);
    const larger = Buffer.allocUnsafe(Math.min(BATCH_BYTES_MAX, Math.max(needed, this.#buffer.length * 2)));
    this.#buffer.copy(larger, 0, 0, this.#position);
    this.#buffer = larger;
  }
}

/** Writes who produced a finished batch, and its CRC: a producer learns its sequence only when it sends. */
export function stampProducer(
  batch: Buffer,
  producerId: bigint,
  producerEpoch: number,
  baseSequence: number,
): void {
  batch.writeBigInt64BE(producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(baseSequence, BASE_SEQUENCE_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
}

/** Makes one record batch of `records`. The base timestamp is the first record's, or `nowMs`. */
export function encodeRecordBatch(
  records: readonly RecordInit[],
  options: BatchOptions = {},
  nowMs = Date.now(),
): Buffer {
  const builder = new RecordBatchBuilder();
  for (const record of records) builder.append(record, nowMs);
  return builder.build(options);
}

function bytesSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintBytes(bytes.length) + bytes.length;
}

function headersSize(headers: readonly RecordHeader[]): number {
  let size = 0;
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key);
    size += varintBytes(keyBytes) + keyBytes + bytesSize(value);
  }
  return size;
}

function writeBytes(buffer: Buffer, position: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(buffer, position, -1);
  const at = writeVarint(buffer, position, bytes.length);
  buffer.set(bytes, at);
  return at + bytes.length;
}
