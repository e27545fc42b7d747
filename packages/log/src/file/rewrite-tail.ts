import { HEADER_BYTES } from "@letterpress/wire";
import { batchBytesOf, lastOffsetOf } from "./batch-fields.ts";
import type { Segment } from "./segment.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes a recovered segment's bytes from the durable mark on once more, in place. After a failed fsync the system
 * marks pages clean that never reached the disk: they read back fine until the power fails. Writing them anew is the
 * only way to have the next sync cover them.
 */
export async function rewriteTail(segment: Segment, durableOffset: number): Promise<void> {
  const { offsets } = await segment.indexes();
  const start = offsets.lookup(Math.max(-1, durableOffset - 1 - segment.baseOffset)).position;
  await segment.file.use(async (file) => {
    let position = start;
    let isBehindMark = false;
    while (position < segment.sizeBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, segment.sizeBytes - position));
      await file.read(chunk, position);
      const from = isBehindMark ? 0 : firstAbove(chunk, durableOffset);
      if (from < chunk.length) await file.write([chunk.subarray(from)], position + from);
      isBehindMark = true;
      position += chunk.length;
    }
  });
}

/** Where the first batch that ends at or above `offset` starts. */
function firstAbove(chunk: Buffer, offset: number): number {
  let at = 0;
  while (at + HEADER_BYTES <= chunk.length && lastOffsetOf(chunk, at) < offset) at += batchBytesOf(chunk, at);
  return Math.min(at, chunk.length);
}
