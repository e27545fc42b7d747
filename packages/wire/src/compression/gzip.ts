import { gunzipSync, gzipSync } from "node:zlib";
import type { CompressionCodec } from "./codec.ts";
import { guarded } from "./failure.ts";

/** Level 1: for batches of small records the higher levels cost several times the CPU for a few per cent. */
const LEVEL = 1;

export const gzip: CompressionCodec = {
  compress: (bytes) => gzipSync(bytes, { level: LEVEL }),
  decompress: (bytes, limitBytes) =>
    guarded("gzip", limitBytes, () => gunzipSync(bytes, { maxOutputLength: Math.max(1, limitBytes) })),
};
