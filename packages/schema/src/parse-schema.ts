import { parseAvroSchema } from "./avro/avro-schema.ts";
import type { ParsedSchema } from "./parsed-schema.ts";
import { parseProtobuf } from "./protobuf/protobuf-schema.ts";
import type { ResolvedSchema } from "./schema-definition.ts";

export interface ParseSchemaOptions {
  /** The name of the file the text came from, for messages and locations. Default: none. */
  readonly file?: string | undefined;
}

/**
 * Parses a schema in either format.
 *
 * @throws SchemaError `INVALID_SCHEMA` with line and column; `MISSING_REFERENCE` for what its references lack.
 */
export function parseSchema(schema: ResolvedSchema, options: ParseSchemaOptions = {}): ParsedSchema {
  return schema.format === "AVRO" ? parseAvroSchema(schema, options) : parseProtobuf(schema, options);
}
