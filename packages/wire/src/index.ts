export {
  COMPRESSION_NAMES,
  type CompressionName,
  compress,
  compressionId,
  DECOMPRESSED_BYTES_MAX,
  decompress,
} from "./compression/codec.ts";
export { crc32c } from "./crc32c.ts";
export { Reader } from "./reader.ts";
export {
  type BatchOptions,
  encodeRecordBatch,
  RecordBatchBuilder,
  stampProducer,
} from "./record-batch/builder.ts";
export { RecordCursor } from "./record-batch/cursor.ts";
export * from "./record-batch/header.ts";
export { openRecords, readBatches, readRecords, verifyBatchCrc, verifyRecords } from "./record-batch/read.ts";
export type { RecordHeader, RecordInit, StoredRecord } from "./record-batch/record.ts";
export { stampAppendTime } from "./record-batch/stamp.ts";
export { WireError, type WireErrorCode } from "./wire-error.ts";
export { Writer } from "./writer.ts";
