import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { base64 } from "./avro-leaf.ts";
import { JsonFault, shown } from "./json-fault.ts";

/** Bytes without a schema in JSON: text where they are UTF-8, and else `{"base64": ...}`. */
export type PlainBytes = string | { readonly base64: string };

export const plainBytes = z.union([z.string(), z.strictObject({ base64: z.base64() })]);

export function toPlainBytes(bytes: Uint8Array): PlainBytes {
  return isUtf8(bytes) ? Buffer.from(bytes).toString() : { base64: base64(bytes) };
}

/** Takes numbers, too, as their decimal text: a key field may be one. */
export function fromPlainBytes(json: unknown): Buffer {
  if (typeof json === "number" || typeof json === "bigint") return Buffer.from(String(json));
  const { success, data } = plainBytes.safeParse(json);
  if (!success) throw new JsonFault(`must be text or {"base64": ...}; it is ${shown(json)}`);
  return typeof data === "string" ? Buffer.from(data) : Buffer.from(data.base64, "base64");
}
