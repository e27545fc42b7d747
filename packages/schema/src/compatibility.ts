import { isAvro } from "./avro/avro-schema.ts";
import { avroIncompatibilities } from "./avro/compatibility.ts";
import type { Incompatibility, ParsedSchema } from "./parsed-schema.ts";
import { protobufIncompatibilities } from "./protobuf/compatibility.ts";
import type { ProtobufSchema } from "./protobuf/protobuf-schema.ts";

const OTHER_FORMAT: Incompatibility = {
  rule: "SCHEMA_TYPE_MISMATCH",
  path: "/",
  message: "Incompatible because of different schema type",
};

/** Why data written with `writer` cannot be read with `reader`, with Confluent's verdicts; empty when it can. */
export function checkCompatibility(pair: {
  readonly reader: ParsedSchema;
  readonly writer: ParsedSchema;
}): readonly Incompatibility[] {
  const { reader, writer } = pair;
  if (reader.format !== writer.format) return [OTHER_FORMAT];
  if (isAvro(reader) && isAvro(writer)) return avroIncompatibilities(reader.avro.schema, writer.avro.schema);
  // A schema of this format can only come from the Protobuf parser.
  return protobufIncompatibilities(reader as ProtobufSchema, writer as ProtobufSchema);
}
