import * as zlib from "node:zlib";
import { WireError } from "../wire-error.ts";
import type { CompressionCodec } from "./codec.ts";
import { guarded } from "./failure.ts";

export const zstd: CompressionCodec = {
  compress(bytes) {
    requireZstd();
    return zlib.zstdCompressSync(bytes);
  },
  decompress(bytes, limitBytes) {
    requireZstd();
    return guarded("zstd", limitBytes, () =>
      zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, limitBytes) }),
    );
  },
};

/** zstd came to Node with 22.15 and 23.8. */
function requireZstd(): void {
  if (typeof zlib.zstdCompressSync === "function") return;
  throw new WireError("UNSUPPORTED", `zstd needs Node.js 22.15 or later; this is ${process.version}`);
}
