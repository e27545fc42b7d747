import {
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  readBatchHeader,
  verifyBatchCrc,
  WireError,
} from "@letterpress/wire";
import type { DiskFile } from "../disk/disk.ts";
import { batchBytesOf } from "./batch-fields.ts";

const CHUNK_BYTES = 1024 * 1024;

/** Called for each intact batch; false refuses it and ends the walk. */
export type BatchVisitor = (buffer: Buffer, at: number, bytes: number) => boolean;

/**
 * Walks the batches of a `.log` file from its start and checks each one's CRC. Returns where the walk ended: the
 * file's size, or the position of the first bytes that are no intact batch or that `visit` refused. `afterChunk`
 * is awaited between reads, so that what `visit` gathers stays small.
 */
export async function walkBatches(
  file: DiskFile,
  visit: BatchVisitor,
  afterChunk?: () => Promise<void>,
): Promise<number> {
  const fileBytes = await file.size();
  let position = 0;
  let wantedBytes = CHUNK_BYTES;
  while (position + HEADER_BYTES <= fileBytes) {
    const chunk = Buffer.allocUnsafe(Math.min(wantedBytes, fileBytes - position));
    const filled = chunk.subarray(0, await file.read(chunk, position));
    let at = 0;
    let bytes = 0;
    while (at + HEADER_BYTES <= filled.length) {
      bytes = batchBytesOf(filled, at);
      if (bytes === 0 || position + at + bytes > fileBytes) return position + at;
      if (at + bytes > filled.length) break;
      if (!isIntact(filled, at) || !visit(filled, at, bytes)) return position + at;
      at += bytes;
      bytes = 0;
    }
    await afterChunk?.();
    // A file that shrank under the walk gives fewer bytes than its size said.
    if (at === 0 && filled.length < chunk.length) return position;
    position += at;
    wantedBytes = Math.max(CHUNK_BYTES, bytes);
  }
  return position;
}

/** Whether the batch, which lies in the buffer whole, has a sensible header and the CRC it states. */
export function isIntact(buffer: Buffer, at: number): boolean {
  if (buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT) < 0) return false;
  try {
    verifyBatchCrc(buffer, readBatchHeader(buffer, at), at);
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}
