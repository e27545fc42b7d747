import { type RecordBatchHeader, readRecords, type StoredRecord, WireError } from "@letterpress/wire";
import { LogError } from "./log-error.ts";
import type { TimestampedOffset } from "./partition-log.ts";

/** A batch within a buffer, and where it starts. */
export interface BatchInChunk {
  readonly header: RecordBatchHeader;
  readonly chunk: Buffer;
  readonly at: number;
}

/**
 * The first record of a batch that is `wanted`, as searches by timestamp answer it.
 *
 * @throws LogError `CORRUPT` when the batch cannot be opened.
 */
export function firstRecord(
  { header, chunk, at }: BatchInChunk,
  wanted: (record: StoredRecord) => boolean,
): TimestampedOffset | undefined {
  try {
    const record = readRecords(chunk, header, at).find(wanted);
    if (record === undefined) return undefined;
    return { offset: record.offset, timestampMs: record.timestampMs, leaderEpoch: header.leaderEpoch };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new LogError("CORRUPT", `the batch at offset ${header.baseOffset} cannot be opened`, {
      cause: error,
    });
  }
}
