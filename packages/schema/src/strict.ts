import { isAvro } from "./avro/avro-schema.ts";
import { lossyReads } from "./avro/lossy-reads.ts";
import { checkCompatibility } from "./compatibility.ts";
import type { Incompatibility, ParsedSchema } from "./parsed-schema.ts";
import type { ProtobufSchema } from "./protobuf/protobuf-schema.ts";
import { protobufStrictIncompatibilities } from "./protobuf/strict.ts";

/**
 * As `checkCompatibility`, and beyond it what would be lost or left to chance: for Avro lossy reads, for Protobuf
 * what breaks the wire format or JSON by buf's `WIRE_JSON` rules. Those rules ask what has been taken away, so they
 * are held only against a newer reader.
 */
export function strictIncompatibilities(pair: {
  readonly reader: ParsedSchema;
  readonly writer: ParsedSchema;
  /** Which of the two is the later schema. */
  readonly newer: "reader" | "writer";
}): readonly Incompatibility[] {
  const { reader, writer } = pair;
  const plain = checkCompatibility(pair);
  if (reader.format !== writer.format) return plain;
  if (isAvro(reader) && isAvro(writer)) {
    return [...plain, ...lossyReads(reader.avro.schema, writer.avro.schema)];
  }
  if (pair.newer === "writer") return plain;
  // A schema of this format can only come from the Protobuf parser.
  return [...plain, ...protobufStrictIncompatibilities(reader as ProtobufSchema, writer as ProtobufSchema)];
}
