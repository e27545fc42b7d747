import type { Incompatibility, ParsedSchema, ResolvedSchema, SchemaFormat } from "@letterpress/schema";

/** What the registry asks of the schema formats. */
export interface SchemaFormats {
  /** @throws SchemaError when the text is no schema. */
  parse(schema: ResolvedSchema): ParsedSchema;
  /** Why data written with `writer` cannot be read with `reader`; empty when it can. */
  incompatibilities(reader: ParsedSchema, writer: ParsedSchema): readonly Incompatibility[];
  /** The text that all spellings of one schema share. */
  normalize(schema: ResolvedSchema): string;
  /** The schema in another form; undefined when the format has no such form. */
  format(schema: ResolvedSchema, form: string): string | undefined;
}

/** The formats a schema can be registered in. */
export const SCHEMA_TYPES: readonly SchemaFormat[] = ["AVRO", "PROTOBUF"];

export function asSchemaFormat(schemaType: string): SchemaFormat | undefined {
  return SCHEMA_TYPES.find((format) => format === schemaType);
}
