import type { ResolvedReference, ResolvedSchema } from "../schema-definition.ts";
import { readJson } from "./json-reader.ts";
import type { AvroNamed, AvroSchema } from "./schema.ts";
import { SchemaParser } from "./schema-parser.ts";

export interface ParseAvroOptions {
  /** The name of the file the text came from, for messages. Default: none. */
  readonly file?: string | undefined;
  /** The schemas whose named types the text may use, with their own references. Default: none. */
  readonly references?: readonly ResolvedReference[] | undefined;
}

/** A parsed text: its schema, and what came from elsewhere. */
export interface ParsedAvro {
  readonly schema: AvroSchema;
  /** The top-level schemas of the references, those of their references before them. */
  readonly references: readonly AvroSchema[];
  /** All named types by full name, those of references too. */
  readonly named: ReadonlyMap<string, AvroNamed>;
}

/**
 * Parses an Avro schema, strictly: names, defaults, duplicates and recursion are checked.
 *
 * @throws SchemaError `INVALID_SCHEMA` with file, line and column; `MISSING_REFERENCE` for a type that neither the
 * text nor its references define.
 */
export function parseAvro(text: string, options: ParseAvroOptions = {}): ParsedAvro {
  const named = new Map<string, AvroNamed>();
  const references: AvroSchema[] = [];
  includeReferences(options.references ?? [], named, references, new Set());
  const schema = new SchemaParser(named).parse(readJson(text, options.file));
  return { schema, references, named };
}

/** As {@link parseAvro}, for a schema as the registry gives it. */
export function parseResolvedAvro(schema: ResolvedSchema): ParsedAvro {
  return parseAvro(schema.text, { references: schema.references });
}

/** Parses references depth first, each subject's version once, however many ways lead to it. */
function includeReferences(
  references: readonly ResolvedReference[],
  named: Map<string, AvroNamed>,
  parsed: AvroSchema[],
  seen: Set<string>,
): void {
  for (const reference of references) {
    const key = `${reference.version}:${reference.subject}`;
    if (seen.has(key)) continue;
    seen.add(key);
    includeReferences(reference.schema.references, named, parsed, seen);
    parsed.push(
      new SchemaParser(named).parse(readJson(reference.schema.text, reference.file ?? reference.subject)),
    );
  }
}
