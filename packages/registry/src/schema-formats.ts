import {
  checkLevel,
  inlinedText,
  type ParsedSchema,
  parseProtobuf,
  parseSchema,
  type ResolvedSchema,
  type SchemaFormat,
  serializedFile,
} from "@letterpress/schema";

/** What the registry asks of the schema formats. */
export interface SchemaFormats {
  /** @throws SchemaError when the text is no schema. */
  parse(schema: ResolvedSchema): ParsedSchema;
  /** Why a schema may not follow earlier ones; empty when it may. */
  readonly checkLevel: typeof checkLevel;
  /** The schema in another form; undefined when the format has no such form. */
  format(schema: ResolvedSchema, form: string): string | undefined;
}

/** Avro and Protobuf as this project knows them. */
export const LETTERPRESS_FORMATS: SchemaFormats = {
  parse: parseSchema,
  checkLevel,
  format(schema, form) {
    if (schema.format === "AVRO") return form === "resolved" ? inlinedText(schema) : undefined;
    return form === "serialized" ? serializedFile(parseProtobuf(schema)) : undefined;
  },
};

/** The formats a schema can be registered in. */
export const SCHEMA_TYPES: readonly SchemaFormat[] = ["AVRO", "PROTOBUF"];

export function asSchemaFormat(schemaType: string): SchemaFormat | undefined {
  return SCHEMA_TYPES.find((format) => format === schemaType);
}
