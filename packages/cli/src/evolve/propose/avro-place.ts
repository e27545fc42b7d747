import {
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  childrenOf,
  type ParsedAvroSchema,
  type SourceLocation,
} from "@letterpress/schema";
import { offsetOf, valueAt } from "./json-text.ts";

/** A schema's tree and the text it was parsed from. */
export interface TextTree {
  readonly text: string;
  readonly parsed: ParsedAvroSchema;
}

export interface Place {
  /** The innermost record around the place. */
  readonly record: AvroRecord;
  /** The innermost field around the place. */
  readonly field: AvroField | undefined;
  /** The named type that begins there. */
  readonly node: AvroSchema | undefined;
}

/** What stands at a location of a text; undefined when the location is in another text. */
export function placeAt({ text, parsed }: TextTree, location: SourceLocation | undefined): Place | undefined {
  const root = parsed.avro.schema;
  if (location === undefined || location.file !== root.location.file) return undefined;
  const offset = offsetOf(text, location);
  const places: (Place & { readonly size: number })[] = [];
  const named = new Set([root, ...parsed.avro.named.values()]);
  const node = [...named].find((each) => sameLocation(each.location, location));
  for (const record of named) {
    if (record.kind !== "record" || record.location.file !== location.file) continue;
    for (const field of record.fields) {
      const { start, end } = valueAt(text, offsetOf(text, field.location));
      if (start <= offset && offset < end) places.push({ record, field, node, size: end - start });
    }
  }
  const [inner] = places.toSorted((a, b) => a.size - b.size);
  if (inner !== undefined) return inner;
  return root.kind === "record" ? { record: root, field: undefined, node } : undefined;
}

/** The record of the same name, where it is defined in the tree's own text. */
export function recordNamed({ parsed }: TextTree, { name }: AvroRecord): AvroRecord | undefined {
  const found = parsed.avro.named.get(name.full);
  return found?.kind === "record" && found.location.file === parsed.avro.schema.location.file
    ? found
    : undefined;
}

/** Whether two types look the same; named ones go by their names. */
export function sameType(a: AvroSchema, b: AvroSchema): boolean {
  if (a.kind !== b.kind) return false;
  if ("name" in a && "name" in b) return a.name.full === b.name.full;
  const [inner, other] = [childrenOf(a), childrenOf(b)];
  return inner.length === other.length && inner.every((child, index) => sameType(child, other[index]!));
}

function sameLocation(a: SourceLocation, b: SourceLocation): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}
