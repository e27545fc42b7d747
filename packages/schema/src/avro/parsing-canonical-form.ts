import type { AvroSchema } from "./schema.ts";

/**
 * Avro's Parsing Canonical Form: only what reading needs, with full names, so that fingerprints of it are the same
 * in every language. Docs, aliases, defaults, logical types and other properties are gone.
 *
 * Source: Avro specification, "Transforming into Parsing Canonical Form".
 */
export function parsingCanonicalForm(schema: AvroSchema): string {
  return print(schema, new Set());
}

function print(schema: AvroSchema, defined: Set<string>): string {
  switch (schema.kind) {
    case "array":
      return `{"type":"array","items":${print(schema.items, defined)}}`;
    case "map":
      return `{"type":"map","values":${print(schema.values, defined)}}`;
    case "union":
      return `[${schema.branches.map((branch) => print(branch, defined)).join(",")}]`;
    case "record":
    case "enum":
    case "fixed": {
      const name = `"${schema.name.full}"`;
      if (defined.has(name)) return name;
      defined.add(name);
      const type = schema.kind === "record" && schema.isError ? "error" : schema.kind;
      const start = `{"name":${name},"type":"${type}"`;
      if (schema.kind === "fixed") return `${start},"size":${schema.sizeBytes}}`;
      if (schema.kind === "enum") return `${start},"symbols":${JSON.stringify(schema.symbols)}}`;
      const fields = schema.fields.map(
        (field) => `{"name":"${field.name}","type":${print(field.type, defined)}}`,
      );
      return `${start},"fields":[${fields.join(",")}]}`;
    }
    default:
      return `"${schema.kind}"`;
  }
}
