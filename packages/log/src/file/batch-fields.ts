import {
  BASE_OFFSET_AT,
  BATCH_LENGTH_AT,
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD_BYTES,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
} from "@letterpress/wire";

/*
 * Single fields of a stored batch as plain numbers. Walking a segment reads three of them per batch; building a
 * whole header, with its BigInts, would cost more than the walk.
 */

/** Offsets stay far below 2^53: the halves are joined without a BigInt. A larger one gives an unsafe integer. */
function int64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

export function baseOffsetOf(buffer: Buffer, at: number): number {
  return int64(buffer, at + BASE_OFFSET_AT);
}

export function lastOffsetOf(buffer: Buffer, at: number): number {
  return baseOffsetOf(buffer, at) + buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
}

/** Producers may state any timestamp; absurd ones are held at the largest safe integer. */
export function maxTimestampOf(buffer: Buffer, at: number): number {
  return Math.min(int64(buffer, at + MAX_TIMESTAMP_AT), Number.MAX_SAFE_INTEGER);
}

export function leaderEpochOf(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LEADER_EPOCH_AT);
}

/** The size of a batch whose header lies in the buffer; 0 when it cannot be a batch. */
export function batchBytesOf(buffer: Buffer, at: number): number {
  const length = buffer.readInt32BE(at + BATCH_LENGTH_AT);
  if (length < HEADER_BYTES - LOG_OVERHEAD_BYTES || buffer[at + MAGIC_AT] !== MAGIC_V2) return 0;
  return length + LOG_OVERHEAD_BYTES;
}
