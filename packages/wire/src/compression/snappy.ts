import { WireError } from "../wire-error.ts";
import type { CompressionCodec } from "./codec.ts";
import { guarded, tooLarge } from "./failure.ts";
import { onFirstUse } from "./on-first-use.ts";

/*
 * Kafka's Java clients write the framing of the xerial library, librdkafka and others read both:
 *
 *   82 'S' 'N' 'A' 'P' 'P' 'Y' 00   magic
 *   version int32, compatible int32
 *   ( length int32, raw snappy block )*
 *
 * A raw block begins with its uncompressed size as an unsigned varint.
 */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = Buffer.concat([XERIAL_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const XERIAL_BLOCK_BYTES = 32 * 1024;

const library = onFirstUse<typeof import("snappy")>("snappy");

export const snappy: CompressionCodec = {
  compress(bytes) {
    const chunks: Buffer[] = [XERIAL_HEADER];
    for (let at = 0; at < bytes.length; at += XERIAL_BLOCK_BYTES) {
      const block = library().compressSync(bytes.subarray(at, at + XERIAL_BLOCK_BYTES));
      const length = Buffer.allocUnsafe(4);
      length.writeInt32BE(block.length);
      chunks.push(length, block);
    }
    return Buffer.concat(chunks);
  },

  decompress(bytes, limitBytes) {
    const isXerial =
      bytes.length >= XERIAL_HEADER.length && XERIAL_MAGIC.equals(bytes.subarray(0, XERIAL_MAGIC.length));
    return isXerial ? decompressXerial(bytes, limitBytes) : decompressBlock(bytes, limitBytes);
  },
};

function decompressXerial(bytes: Buffer, limitBytes: number): Buffer {
  const blocks: Buffer[] = [];
  let left = limitBytes;
  let at = XERIAL_HEADER.length;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new WireError("MALFORMED", "snappy data ends inside a block length");
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) {
      throw new WireError("MALFORMED", `snappy block of ${length} bytes, ${bytes.length - at} are left`);
    }
    const block = decompressBlock(bytes.subarray(at, at + length), left);
    blocks.push(block);
    left -= block.length;
    at += length;
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
}

function decompressBlock(block: Buffer, limitBytes: number): Buffer {
  if (statedSize(block) > limitBytes) throw tooLarge("snappy", limitBytes);
  const { uncompressSync } = library();
  return guarded("snappy", limitBytes, () => uncompressSync(block, { asBuffer: true }) as Buffer);
}

function statedSize(block: Buffer): number {
  let size = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block[index];
    if (byte === undefined) break;
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return size;
  }
  throw new WireError("MALFORMED", "snappy data does not begin with its size");
}
