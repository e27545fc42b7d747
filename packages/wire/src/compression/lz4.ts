import { WireError } from "../wire-error.ts";
import type { CompressionCodec } from "./codec.ts";
import { guarded, tooLarge } from "./failure.ts";
import { onFirstUse } from "./on-first-use.ts";

/*
 * An lz4 frame:
 *
 *   magic           uint32 LE   0x184D2204
 *   flags           uint8       bit 4 block checksums, 3 content size, 2 content checksum, 0 dictionary id
 *   block maximum   uint8       bits 4-6: 4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB
 *   content size    uint64 LE   when flagged
 *   dictionary id   uint32 LE   when flagged
 *   header checksum uint8
 *   ( size uint32 LE, highest bit: stored as it is; block; checksum uint32 when flagged )*
 *   end mark        uint32      0
 *   content checksum uint32     when flagged
 */
const MAGIC = 0x184d2204;
const BLOCK_CHECKSUM_FLAG = 0x10;
const CONTENT_SIZE_FLAG = 0x08;
const CONTENT_CHECKSUM_FLAG = 0x04;
const DICTIONARY_FLAG = 0x01;
const STORED_BIT = 0x80000000;
/** A sequence of lz4 expands by this factor at the most. */
const EXPANSION_MAX = 255;
const EMPTY = Buffer.alloc(0);

const library = onFirstUse<typeof import("lz4-napi")>("lz4-napi");

export const lz4: CompressionCodec = {
  compress: (bytes) => library().compressFrameSync(bytes),
  decompress(bytes, limitBytes) {
    if (bytes.length === 0) return EMPTY;
    if (outputBytesMax(bytes) > limitBytes) throw tooLarge("lz4", limitBytes);
    const { decompressFrameSync } = library();
    return guarded("lz4", limitBytes, () => decompressFrameSync(bytes));
  },
};

/**
 * An upper bound of what the frame decompresses to, from its block headers alone: the library has no limit of
 * its own. It exceeds the true size by less than one block.
 */
function outputBytesMax(bytes: Buffer): number {
  let at = 0;
  const take = (length: number): number => {
    if (length > bytes.length - at) throw new WireError("MALFORMED", "lz4 data ends inside a frame");
    at += length;
    return at - length;
  };
  if (bytes.readUInt32LE(take(4)) !== MAGIC)
    throw new WireError("MALFORMED", "lz4 data does not begin with a frame");
  const flags = bytes[take(1)]!;
  const blockBytesMax = 2 ** (2 * ((bytes[take(1)]! >> 4) & 0x07) + 8);
  take((flags & CONTENT_SIZE_FLAG ? 8 : 0) + (flags & DICTIONARY_FLAG ? 4 : 0) + 1);
  let total = 0;
  for (;;) {
    const size = bytes.readUInt32LE(take(4));
    if (size === 0) break;
    const length = size & ~STORED_BIT;
    take(length + (flags & BLOCK_CHECKSUM_FLAG ? 4 : 0));
    total += size >= STORED_BIT ? length : Math.min(blockBytesMax, length * EXPANSION_MAX);
  }
  take(flags & CONTENT_CHECKSUM_FLAG ? 4 : 0);
  if (at !== bytes.length)
    throw new WireError("MALFORMED", `${bytes.length - at} bytes follow the lz4 frame`);
  return total;
}
