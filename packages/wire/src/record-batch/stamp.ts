import { crc32c } from "../crc32c.ts";
import {
  ATTRIBUTES_AT,
  CRC_AT,
  LOG_APPEND_TIME_BIT,
  MAX_TIMESTAMP_AT,
  type RecordBatchHeader,
} from "./header.ts";

/**
 * Gives the batch that starts at `at` the time of its append, as `message.timestamp.type=LogAppendTime` asks: every
 * record's timestamp becomes `timestampMs`. The CRC is renewed; the records are not touched.
 */
export function stampAppendTime(
  buffer: Buffer,
  header: RecordBatchHeader,
  timestampMs: number,
  at = 0,
): void {
  buffer.writeInt16BE(buffer.readInt16BE(at + ATTRIBUTES_AT) | LOG_APPEND_TIME_BIT, at + ATTRIBUTES_AT);
  buffer.writeBigInt64BE(BigInt(timestampMs), at + MAX_TIMESTAMP_AT);
  buffer.writeUInt32BE(crc32c(buffer, at + ATTRIBUTES_AT, at + header.sizeBytes), at + CRC_AT);
}
