import { isAvro, type ParsedSchema, type ProtobufSchema } from "@letterpress/schema";
import { avroDiff } from "./avro-diff.ts";
import { CANNOT_READ, type SchemaChange } from "./change.ts";
import { protobufDiff } from "./protobuf-diff.ts";

/** What differs in meaning from one schema to another, for those who read and those who write. */
export function schemaDiff(from: ParsedSchema, to: ParsedSchema): SchemaChange[] {
  if (isAvro(from) && isAvro(to)) return avroDiff(from, to);
  if (from.format === "PROTOBUF" && to.format === "PROTOBUF") {
    // Schemas of this format can only come from the Protobuf parser.
    return protobufDiff(from as ProtobufSchema, to as ProtobufSchema);
  }
  const what = `was ${from.format} and is ${to.format}`;
  return [
    {
      kind: "changed",
      path: "",
      what,
      newReaders: CANNOT_READ,
      oldReaders: CANNOT_READ,
      location: undefined,
    },
  ];
}
