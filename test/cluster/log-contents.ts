import type { PartitionLog } from "@letterpress/log";
import { readBatches } from "@letterpress/wire";

const READ_BYTES = 1024 * 1024;

/** Everything that can be seen of a log: its offsets, every byte of its batches, and what it knows of producers. */
export async function contentsOf(log: PartitionLog) {
  const batches: Buffer[] = [];
  for (let next = log.startOffset; next < log.endOffset; ) {
    const { chunks } = await log.read(next, READ_BYTES);
    if (chunks.length === 0) break;
    for (const chunk of chunks) {
      for (const { header, at } of readBatches(chunk)) {
        batches.push(Buffer.from(chunk.subarray(at, at + header.sizeBytes)));
        next = header.lastOffset + 1n;
      }
    }
  }
  const { startOffset, endOffset, highWatermark } = log;
  const producers = [...log.producers()].sort((a, b) => Number(a.producerId - b.producerId));
  return { startOffset, endOffset, highWatermark, producers, bytes: Buffer.concat(batches) };
}
