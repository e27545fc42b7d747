import type { Incompatibility } from "../parsed-schema.ts";
import type { SourceLocation } from "../schema-error.ts";
import { namesMatch, promotes, writerFieldOf } from "./matching.ts";
import {
  type AvroEnum,
  type AvroFixed,
  type AvroNamed,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
  isNamed,
} from "./schema.ts";

/**
 * Why data written with one schema cannot be read with another, by the rules of Java's `SchemaCompatibility` and
 * in its order. Recursion assumes that what is being compared is compatible. As in Java, places within the branches
 * of unions count from the branch, not from the schema.
 */
export function avroIncompatibilities(reader: AvroSchema, writer: AvroSchema): Incompatibility[] {
  return new Comparison().compare(reader, writer, []);
}

type Location = readonly (string | number)[];

class Comparison {
  /** What is known of each pair; empty while it is being compared. */
  readonly #results = new Map<AvroSchema, Map<AvroSchema, Incompatibility[]>>();

  compare(reader: AvroSchema, writer: AvroSchema, location: Location): Incompatibility[] {
    const known = this.#results.get(reader)?.get(writer);
    if (known !== undefined) return known;
    const found: Incompatibility[] = [];
    if (!this.#results.has(reader)) this.#results.set(reader, new Map());
    this.#results.get(reader)!.set(writer, found);
    found.push(...this.#compareNew(reader, writer, location));
    return found;
  }

  #compareNew(reader: AvroSchema, writer: AvroSchema, location: Location): Incompatibility[] {
    if (reader.kind === "union" && writer.kind === "union") return this.#unions(reader, writer, location);
    if (writer.kind === "union") return writer.branches.flatMap((branch) => this.compare(reader, branch, []));
    if (reader.kind === "union") {
      const fits = reader.branches.some((branch) => this.compare(branch, writer, []).length === 0);
      return fits ? [] : [this.#missingBranch(reader, writer, location)];
    }
    if (reader.kind === "array" && writer.kind === "array") {
      return this.compare(reader.items, writer.items, [...location, "items"]);
    }
    if (reader.kind === "map" && writer.kind === "map") {
      return this.compare(reader.values, writer.values, [...location, "values"]);
    }
    if (reader.kind === "fixed" && writer.kind === "fixed") {
      return [...nameMismatch(reader, writer, location), ...sizeMismatch(reader, writer, location)];
    }
    if (reader.kind === "enum" && writer.kind === "enum") {
      return [...nameMismatch(reader, writer, location), ...missingSymbols(reader, writer, location)];
    }
    if (reader.kind === "record" && writer.kind === "record") {
      return [...nameMismatch(reader, writer, location), ...this.#fields(reader, writer, location)];
    }
    if (reader.kind === writer.kind || promotes(writer.kind, reader.kind)) return [];
    return [typeMismatch(reader, writer, location)];
  }

  #unions(reader: AvroUnion, writer: AvroUnion, location: Location): Incompatibility[] {
    return writer.branches.flatMap((branch, index) =>
      this.compare(reader, branch, []).length === 0
        ? []
        : [this.#missingBranch(reader, branch, [...location, index])],
    );
  }

  /** A branch of the same name that does not fit is the one to look at. */
  #missingBranch(reader: AvroUnion, writer: AvroSchema, location: Location): Incompatibility {
    const path = pointer(location);
    const description = `The reader schema is missing a type inside a union field at path '${path}' in the writer schema`;
    const detail = `reader union lacking writer type: ${javaType(writer)}`;
    const alike = reader.branches.find(
      (branch) => isNamed(branch) && isNamed(writer) && namesMatch(writer, branch),
    );
    const because = alike === undefined ? [] : [...this.compare(alike, writer, [])];
    const at = { location: because[0]?.location ?? reader.location };
    const found = incompatibility("MISSING_UNION_BRANCH", path, description, detail, at);
    return because.length === 0 ? found : { ...found, because };
  }

  #fields(reader: AvroRecord, writer: AvroRecord, location: Location): Incompatibility[] {
    return reader.fields.flatMap((field, index) => {
      const fieldLocation = [...location, "fields", index];
      const source = writerFieldOf(writer, field);
      if (source !== undefined) return this.compare(field.type, source.type, [...fieldLocation, "type"]);
      if (field.default !== undefined) return [];
      // Java then compares the enum with the record, which says why the enum's own default does not help.
      if (field.type.kind === "enum" && field.type.default !== undefined) {
        return this.compare(field.type, writer, [...fieldLocation, "type"]);
      }
      const path = pointer(fieldLocation);
      const description = `The field '${field.name}' at path '${path}' in the reader schema has no default value and is missing in the writer schema`;
      return [incompatibility("READER_FIELD_MISSING_DEFAULT_VALUE", path, description, field.name, field)];
    });
  }
}

function nameMismatch(reader: AvroNamed, writer: AvroNamed, location: Location): Incompatibility[] {
  if (namesMatch(writer, reader)) return [];
  const path = pointer([...location, "name"]);
  const description = `The name of the schema has changed (path '${path}')`;
  return [incompatibility("NAME_MISMATCH", path, description, `expected: ${writer.name.full}`, reader)];
}

function sizeMismatch(reader: AvroFixed, writer: AvroFixed, location: Location): Incompatibility[] {
  if (reader.sizeBytes === writer.sizeBytes) return [];
  const path = pointer([...location, "size"]);
  const description = `The size of FIXED type field at path '${path}' in the reader schema does not match with the writer schema`;
  const detail = `expected: ${writer.sizeBytes}, found: ${reader.sizeBytes}`;
  return [incompatibility("FIXED_SIZE_MISMATCH", path, description, detail, reader)];
}

function missingSymbols(reader: AvroEnum, writer: AvroEnum, location: Location): Incompatibility[] {
  const known = new Set(reader.symbols);
  const missing = writer.symbols.filter((symbol) => !known.has(symbol)).sort();
  if (missing.length === 0 || reader.default !== undefined) return [];
  const path = pointer([...location, "symbols"]);
  const detail = `[${missing.join(", ")}]`;
  const description = `The reader schema is missing enum symbols '${detail}' at path '${path}' in the writer schema`;
  return [incompatibility("MISSING_ENUM_SYMBOLS", path, description, detail, reader)];
}

function typeMismatch(reader: AvroSchema, writer: AvroSchema, location: Location): Incompatibility {
  const path = pointer(location);
  const description = `The type (path '${path}') of a field in the reader schema does not match with the writer schema`;
  const detail = `reader type: ${javaType(reader)} not compatible with writer type: ${javaType(writer)}`;
  return incompatibility("TYPE_MISMATCH", path, description, detail, reader);
}

function incompatibility(
  rule: string,
  path: string,
  message: string,
  detail: string,
  at: { readonly location: SourceLocation },
): Incompatibility {
  return { rule, path, message, detail, location: at.location };
}

function javaType(schema: AvroSchema): string {
  return schema.kind.toUpperCase();
}

/** A JSON pointer as Java's Avro writes it: the root is `/`. */
function pointer(location: Location): string {
  return `/${location.join("/")}`;
}
