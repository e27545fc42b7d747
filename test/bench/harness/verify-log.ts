import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openRecords, readBatches, readBatchHeader, verifyBatchCrc } from "@letterpress/wire";

const LENGTH_BYTES = 4;

/** What the segment files of a topic hold. */
export interface LogContent {
  readonly records: number;
  /** Of the keys, read as decimal numbers; 0 for records without. */
  readonly keySum: number;
  readonly valueBytes: number;
  /** Of the CRCs of all batches, in the order of the log; only of use for a topic with one partition. */
  readonly digest: number;
}

/** A checksum of CRCs that tells their order. */
export function digest(earlier: number, crc: number): number {
  return (Math.imul(earlier, 31) + crc) >>> 0;
}

/**
 * Reads a topic straight from its segment files, not through the broker that is being measured. Bytes behind the last
 * whole batch of a file, such as preallocated ones, are left out.
 *
 * @throws WireError when a batch's CRC is wrong.
 */
export function readLog(data: string, topic: string): LogContent {
  const content = { records: 0, keySum: 0, valueBytes: 0, digest: 0 };
  for (const file of globSync(`**/${topic}-[0-9]*/*.log`, { cwd: data }).sort()) {
    const bytes = readFileSync(join(data, file));
    for (const { header, at } of readBatches(bytes)) {
      verifyBatchCrc(bytes, header, at);
      content.digest = digest(content.digest, header.crc);
      const cursor = openRecords(bytes, header, at);
      while (cursor.next()) {
        content.records++;
        if (cursor.keyStart >= 0) {
          content.keySum += Number(bytes.toString("latin1", cursor.keyStart, cursor.keyEnd));
        }
        content.valueBytes += cursor.valueEnd - cursor.valueStart;
      }
    }
  }
  return content;
}

/** The digest of the frames in a file that the bare loop wrote: each ends with its batch. */
export function digestOfFrames(file: string, batchSizes: readonly number[]): number {
  const bytes = readFileSync(file);
  let result = 0;
  let index = 0;
  for (let at = 0; at < bytes.length; index++) {
    const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
    const start = end - batchSizes[index % batchSizes.length]!;
    const header = readBatchHeader(bytes, start);
    verifyBatchCrc(bytes, header, start);
    result = digest(result, header.crc);
    at = end;
  }
  return result;
}
