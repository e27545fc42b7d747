import {
  type CompressionName,
  encodeRecordBatch,
  readBatches,
  readRecords,
  verifyBatchCrc,
} from "@letterpress/wire";
import type { PartitionLog } from "../partition-log.ts";

const READ_BYTES = 200;
const TIMESTAMP_MS = 1_000;

/** A record that is to be appended: a value of null deletes the key. */
export interface KeyedWrite {
  readonly key: string;
  readonly value: string | null;
}

/** A record as the log has it. */
export interface KeyedRecord extends KeyedWrite {
  readonly offset: number;
}

/** One batch of these records, all of the same time. */
export function keyedBatch(
  writes: readonly KeyedWrite[],
  compression: CompressionName = "none",
  timestampMs = TIMESTAMP_MS,
): Buffer {
  const records = writes.map(({ key, value }) => ({
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestampMs,
  }));
  return encodeRecordBatch(records, { compression });
}

/** The records of batches that lie one after the other, each checked. */
export function keyedRecordsOf(batches: Buffer): KeyedRecord[] {
  return [...readBatches(batches)].flatMap(({ header, at }) => {
    verifyBatchCrc(batches, header, at);
    return readRecords(batches, header, at).map(({ offset, key, value }) => ({
      offset: Number(offset),
      key: String(key),
      value: value === null ? null : String(value),
    }));
  });
}

/** Every record from `from` on, read in small pieces, with its batch checked. */
export async function keyedRecords(
  log: Pick<PartitionLog, "startOffset" | "highWatermark" | "read">,
  from = log.startOffset,
): Promise<KeyedRecord[]> {
  const found: KeyedRecord[] = [];
  let next = from;
  while (next < log.highWatermark) {
    const { chunks } = await log.read(next, READ_BYTES);
    for (const chunk of chunks) {
      found.push(...keyedRecordsOf(chunk).filter(({ offset }) => offset >= from));
      for (const { header } of readBatches(chunk)) next = header.lastOffset + 1n;
    }
    if (chunks.length === 0) throw new Error(`nothing at offset ${next}`);
  }
  return found;
}

/** The state a reader ends with. */
export function stateOf(found: readonly KeyedRecord[]): Readonly<Record<string, string>> {
  const last = new Map(found.map(({ key, value }) => [key, value]));
  return Object.fromEntries([...last].filter((entry): entry is [string, string] => entry[1] !== null).sort());
}
