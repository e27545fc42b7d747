import { createHash } from "node:crypto";
import { isAvro } from "./avro/avro-schema.ts";
import { parsingCanonicalForm } from "./avro/parsing-canonical-form.ts";
import { crc64Avro } from "./crc64-avro.ts";
import type { ParsedSchema } from "./parsed-schema.ts";

/** The algorithms that the Avro specification names. */
export type FingerprintAlgorithm = "CRC-64-AVRO" | "MD5" | "SHA-256";

/**
 * The fingerprint of what matters for reading a schema's data: for Avro of its Parsing Canonical Form, as in every
 * Avro library, for Protobuf of its canonical text. Not the registry's GUID, to which docs and defaults matter.
 *
 * @param algorithm Default `SHA-256`. `CRC-64-AVRO` gives its 8 bytes in little-endian order.
 */
export function schemaFingerprint(schema: ParsedSchema, algorithm: FingerprintAlgorithm = "SHA-256"): Buffer {
  const text = isAvro(schema) ? parsingCanonicalForm(schema.avro.schema) : schema.canonicalText;
  if (algorithm === "CRC-64-AVRO") return crc64Avro(Buffer.from(text));
  return createHash(algorithm === "MD5" ? "md5" : "sha256")
    .update(text)
    .digest();
}
