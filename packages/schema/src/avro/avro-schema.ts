import type { ParsedSchema, PayloadChecker } from "../parsed-schema.ts";
import type { ResolvedSchema } from "../schema-definition.ts";
import { canonicalText, normalizedText } from "./canonical.ts";
import { payloadChecker } from "./checker/payload-checker.ts";
import { type ParseAvroOptions, type ParsedAvro, parseAvro } from "./parse.ts";

/** A parsed Avro schema, with its syntax tree for those who know the format. */
export interface ParsedAvroSchema extends ParsedSchema {
  readonly format: "AVRO";
  readonly avro: ParsedAvro;
}

/** Parses an Avro schema as the registry gives it. */
export function parseAvroSchema(
  schema: ResolvedSchema,
  options: Pick<ParseAvroOptions, "file"> = {},
): ParsedAvroSchema {
  const avro = parseAvro(schema.text, { ...options, references: schema.references });
  const root = avro.schema;
  const fullName = "name" in root ? root.name.full : "";
  let text: string | undefined;
  let checker: PayloadChecker | undefined;
  return {
    format: "AVRO",
    avro,
    fullName,
    get canonicalText() {
      text ??= canonicalText(avro);
      return text;
    },
    get normalizedText() {
      return normalizedText(avro);
    },
    typeNameAt: (messageIndexes) => (messageIndexes.length === 0 ? fullName : undefined),
    checker() {
      checker ??= payloadChecker(root);
      return checker;
    },
  };
}

export function isAvro(schema: ParsedSchema): schema is ParsedAvroSchema {
  return schema.format === "AVRO";
}
