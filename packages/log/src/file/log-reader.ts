import { ChunkRead, type ChunksRead, type ReadSource } from "./chunk-read.ts";
import type { Segment } from "./segment.ts";

/** The segment that holds `offset`, by its index; -1 before the first one. */
export function segmentIndexOf(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.baseOffset <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Reads whole batches from the one that holds `offset` up to `limitOffset`: at most `maxBytes`, but at least one.
 * What the tail cache has is given out without a copy; what comes from the disk is checked against its CRC, its
 * index entry and the offsets around it.
 */
export async function readChunks(
  source: ReadSource,
  offset: number,
  limitOffset: number,
  maxBytes: number,
): Promise<ChunksRead> {
  const read = new ChunkRead(source, offset, limitOffset, maxBytes);
  // The list may lose segments to retention while the read goes on; the ones it started with stay readable.
  const segments = source.segments.slice(Math.max(0, segmentIndexOf(source.segments, offset)));
  for (const segment of segments) {
    if (read.isDone) break;
    await read.readSegment(segment);
  }
  return read;
}
