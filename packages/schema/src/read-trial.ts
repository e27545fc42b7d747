import { isAvro } from "./avro/avro-schema.ts";
import { avroReadTrial } from "./avro/read-trial.ts";
import { parseSchema } from "./parse-schema.ts";
import type { ProtobufSchema } from "./protobuf/protobuf-schema.ts";
import { protobufReadTrial } from "./protobuf/read-trial.ts";
import type { ReadTrial } from "./read-finding.ts";
import type { ResolvedSchema } from "./schema-definition.ts";

/**
 * Prepares to read real payloads of one schema with another: the proof beside `checkCompatibility`'s theory.
 *
 * @throws SchemaError when one of the schemas cannot be parsed. Schemas that do not fit at all are told by the
 * trial itself.
 */
export function readTrial(pair: {
  readonly reader: ResolvedSchema;
  readonly writer: ResolvedSchema;
}): ReadTrial {
  const [reader, writer] = [parseSchema(pair.reader), parseSchema(pair.writer)];
  if (reader.format !== writer.format) {
    const message = `was written as ${writer.format} and cannot be read as ${reader.format}`;
    return () => [{ kind: "failure", path: "", message }];
  }
  if (isAvro(reader) && isAvro(writer)) {
    return avroReadTrial({ ...pair, readerTree: reader.avro.schema, writerTree: writer.avro.schema });
  }
  // A schema of this format can only come from the Protobuf parser.
  return protobufReadTrial(reader as ProtobufSchema, writer as ProtobufSchema);
}
