import { type ParsedSchema, type ResolvedSchema, SchemaError } from "@letterpress/schema";
import type { SchemaFormats } from "./schema-formats.ts";

interface PlainField {
  readonly name: string;
  readonly default?: unknown;
}

/** A double of the schema formats, for tests of what does not depend on them: records of fields, with defaults. */
export const PLAIN_FORMATS: SchemaFormats = {
  parse(schema: ResolvedSchema): ParsedSchema {
    return {
      format: schema.format,
      canonicalText: canonical(schema.text),
      normalizedText: canonical(schema.text),
      fullName: "",
      typeNameAt: () => undefined,
      checker: () => {
        throw new Error("plain formats check no payloads");
      },
    };
  },
  incompatibilities(reader, writer) {
    const written = new Set(fieldsOf(writer).map(({ name }) => name));
    return fieldsOf(reader)
      .filter((field) => field.default === undefined && !written.has(field.name))
      .map(({ name }, index) => ({
        rule: "READER_FIELD_MISSING_DEFAULT_VALUE",
        path: `/fields/${index}`,
        message: `the field '${name}' has no default`,
      }));
  },
  format: (schema, form) => (form === "serialized" ? Buffer.from(schema.text).toString("base64") : undefined),
};

function fieldsOf(schema: ParsedSchema): PlainField[] {
  const { fields = [] } = JSON.parse(schema.canonicalText) as { fields?: PlainField[] };
  return fields;
}

function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new SchemaError("INVALID_SCHEMA", "not JSON", { location: { line: 1, column: 1 } });
  }
}
