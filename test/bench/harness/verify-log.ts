import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openRecords, readBatches, verifyBatchCrc } from "@letterpress/wire";

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
          content.keySum += Number(bytes.latin1Slice(cursor.keyStart, cursor.keyEnd));
        }
        content.valueBytes += cursor.valueEnd - cursor.valueStart;
      }
    }
  }
  return content;
}
