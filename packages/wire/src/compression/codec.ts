import { WireError } from "../wire-error.ts";
import { gzip } from "./gzip.ts";
import { lz4 } from "./lz4.ts";
import { snappy } from "./snappy.ts";
import { zstd } from "./zstd.ts";

/** One compression format. `decompress` never produces more than `limitBytes`. */
export interface CompressionCodec {
  compress(bytes: Buffer): Buffer;
  /** @throws WireError `MALFORMED` for bytes that are not of the format, `TOO_LARGE` above the limit. */
  decompress(bytes: Buffer, limitBytes: number): Buffer;
}

export type CompressionName = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** The names by the number that the batch attributes carry. */
export const COMPRESSION_NAMES = [
  "none",
  "gzip",
  "snappy",
  "lz4",
  "zstd",
] as const satisfies CompressionName[];

/** What one batch may decompress to, where the caller sets no limit of its own. */
export const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

const CODECS: Readonly<Record<Exclude<CompressionName, "none">, CompressionCodec>> = {
  gzip,
  snappy,
  lz4,
  zstd,
};

/** The number that the batch attributes carry for `name`. */
export function compressionId(name: CompressionName): number {
  return COMPRESSION_NAMES.indexOf(name);
}

/** Compresses `bytes`; `none` gives them back as they are. */
export function compress(name: CompressionName, bytes: Buffer): Buffer {
  return name === "none" ? bytes : CODECS[name].compress(bytes);
}

/**
 * Decompresses `bytes` as the batch attribute `id` says; 0 gives them back as they are.
 *
 * @throws WireError `UNSUPPORTED` for an unknown id, `MALFORMED` for damaged bytes, `TOO_LARGE` above the limit.
 */
export function decompress(id: number, bytes: Buffer, limitBytes = DECOMPRESSED_BYTES_MAX): Buffer {
  const name = COMPRESSION_NAMES[id];
  if (name === undefined) throw new WireError("UNSUPPORTED", `compression codec ${id} is unknown`);
  return name === "none" ? bytes : CODECS[name].decompress(bytes, limitBytes);
}
