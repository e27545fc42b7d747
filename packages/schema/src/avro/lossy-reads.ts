import type { Incompatibility } from "../parsed-schema.ts";
import { writerFieldOf } from "./matching.ts";
import type { AvroEnum, AvroRecord, AvroSchema } from "./schema.ts";

/**
 * What compatible schemas still lose or leave to chance: the reasons that the strict check gives beside
 * `avroIncompatibilities`.
 *
 * - `LOSSY_ENUM_DEFAULT`: symbols that the reader lacks become its default.
 * - `LOSSY_PROMOTION`: a number loses digits, or bytes that are no UTF-8 become text.
 * - `FIELD_READ_BY_ALIAS`: libraries of other languages ignore aliases, and would see the default or nothing.
 * - `LOGICAL_TYPE_CHANGED`: the same bytes would mean something else.
 */
export function lossyReads(reader: AvroSchema, writer: AvroSchema): Incompatibility[] {
  return new LossSearch().find(reader, writer, []);
}

const LOSSY: ReadonlySet<string> = new Set(["int>float", "long>float", "long>double", "bytes>string"]);

class LossSearch {
  readonly #seen = new Map<AvroSchema, Set<AvroSchema>>();

  find(reader: AvroSchema, writer: AvroSchema, path: readonly (string | number)[]): Incompatibility[] {
    const seen = this.#seen.get(reader) ?? new Set();
    if (seen.has(writer)) return [];
    this.#seen.set(reader, seen.add(writer));
    if (writer.kind === "union") return writer.branches.flatMap((branch) => this.find(reader, branch, path));
    if (reader.kind === "union") {
      const index = branchFor(reader.branches, writer);
      return index < 0 ? [] : this.find(reader.branches[index]!, writer, [...path, index]);
    }
    if (reader.kind === "array" && writer.kind === "array") {
      return this.find(reader.items, writer.items, [...path, "items"]);
    }
    if (reader.kind === "map" && writer.kind === "map") {
      return this.find(reader.values, writer.values, [...path, "values"]);
    }
    if (reader.kind === "enum" && writer.kind === "enum") return enumLoss(reader, writer, path);
    if (reader.kind === "record" && writer.kind === "record") return this.#fields(reader, writer, path);
    return leafLoss(reader, writer, path);
  }

  #fields(reader: AvroRecord, writer: AvroRecord, path: readonly (string | number)[]): Incompatibility[] {
    return reader.fields.flatMap((field, index) => {
      const source = writerFieldOf(writer, field);
      if (source === undefined) return [];
      const found = this.find(field.type, source.type, [...path, "fields", index, "type"]);
      if (source.name === field.name) return found;
      const message = `the field '${field.name}' is read from '${source.name}' by an alias, which other languages ignore`;
      return [loss("FIELD_READ_BY_ALIAS", [...path, "fields", index], message, field), ...found];
    });
  }
}

function enumLoss(reader: AvroEnum, writer: AvroEnum, path: readonly (string | number)[]): Incompatibility[] {
  const lost = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (lost.length === 0 || reader.default === undefined) return [];
  const message = `the symbols ${lost.join(", ")} are read as '${reader.default}'`;
  return [loss("LOSSY_ENUM_DEFAULT", [...path, "symbols"], message, reader)];
}

function leafLoss(
  reader: AvroSchema,
  writer: AvroSchema,
  path: readonly (string | number)[],
): Incompatibility[] {
  if (LOSSY.has(`${writer.kind}>${reader.kind}`)) {
    return [
      loss(
        "LOSSY_PROMOTION",
        path,
        `${writer.kind} is read as ${reader.kind}, which cannot hold it all`,
        reader,
      ),
    ];
  }
  const [now, then] = [logicalText(reader), logicalText(writer)];
  if (now === then) return [];
  return [loss("LOGICAL_TYPE_CHANGED", path, `what was written as ${then} is read as ${now}`, reader)];
}

function logicalText(schema: AvroSchema): string {
  const logical = "logical" in schema ? schema.logical : undefined;
  if (logical === undefined) return "a plain value";
  return logical.name === "decimal" ? `decimal(${logical.precision}, ${logical.scale})` : logical.name;
}

/** The branch of the same kind, named types by their names; else the first that is not null: it promotes. */
function branchFor(branches: readonly AvroSchema[], writer: AvroSchema): number {
  const exact = branches.findIndex((branch) => {
    if (branch.kind !== writer.kind) return false;
    return !("name" in branch && "name" in writer) || branch.name.simple === writer.name.simple;
  });
  if (exact >= 0) return exact;
  return branches.findIndex((branch) => branch.kind !== "null" && LOSSY.has(`${writer.kind}>${branch.kind}`));
}

function loss(
  rule: string,
  path: readonly (string | number)[],
  message: string,
  at: { readonly location: NonNullable<Incompatibility["location"]> },
): Incompatibility {
  return { rule, path: `/${path.join("/")}`, message, location: at.location };
}
