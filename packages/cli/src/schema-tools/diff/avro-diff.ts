import {
  type AvroEnum,
  type AvroField,
  type AvroNamed,
  type AvroRecord,
  type AvroSchema,
  avroIncompatibilities,
  type JsonNode,
  type ParsedAvroSchema,
} from "@letterpress/schema";
import { CANNOT_READ, type SchemaChange } from "./change.ts";
import { typeText } from "./type-text.ts";

/** What differs between two Avro schemas, named type by named type. */
export function avroDiff(from: ParsedAvroSchema, to: ParsedAvroSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const [root, newRoot] = [from.avro.schema, to.avro.schema];
  if (!("name" in root) && typeText(root) !== typeText(newRoot)) {
    changes.push(changed("", `the type was ${typeText(root)} and is ${typeText(newRoot)}`, newRoot.location));
  }
  for (const [name, type] of to.avro.named) {
    const old = from.avro.named.get(name);
    if (old === undefined) changes.push(added(name, `the ${type.kind} ${name}`, type.location));
    else changes.push(...namedChanges(old, type));
  }
  for (const [name, type] of from.avro.named) {
    if (!to.avro.named.has(name)) changes.push(removed(name, `the ${type.kind} ${name}`, type.location));
  }
  return changes;
}

function namedChanges(from: AvroNamed, to: AvroNamed): SchemaChange[] {
  const path = to.name.full;
  if (from.kind !== to.kind) {
    return [changed(path, `was a ${from.kind} and is a ${to.kind}`, to.location, CANNOT_READ, CANNOT_READ)];
  }
  const changes: SchemaChange[] = [];
  if (from.doc !== to.doc) changes.push(changed(path, "has another doc", to.location));
  const aliases = [from, to].map((type) => type.aliases.map(({ full }) => full).join(", "));
  if (aliases[0] !== aliases[1])
    changes.push(changed(path, `has the aliases ${aliases[1] || "(none)"}`, to.location));
  if (from.kind === "fixed" && to.kind === "fixed" && from.sizeBytes !== to.sizeBytes) {
    const what = `had ${from.sizeBytes} bytes and has ${to.sizeBytes}`;
    changes.push(changed(path, what, to.location, CANNOT_READ, CANNOT_READ));
  }
  if (from.kind === "enum" && to.kind === "enum") changes.push(...symbolChanges(from, to));
  if (from.kind === "record" && to.kind === "record") changes.push(...fieldChanges(from, to));
  return changes;
}

function symbolChanges(from: AvroEnum, to: AvroEnum): SchemaChange[] {
  const path = to.name.full;
  const fallback = (type: AvroEnum): string =>
    type.default === undefined ? CANNOT_READ : `read it as ${type.default}`;
  const changes = to.symbols
    .filter((symbol) => !from.symbols.includes(symbol))
    .map((symbol) =>
      added(`${path}.${symbol}`, `the symbol ${symbol}`, to.location, undefined, fallback(from)),
    );
  for (const symbol of from.symbols.filter((each) => !to.symbols.includes(each))) {
    changes.push(removed(`${path}.${symbol}`, `the symbol ${symbol}`, from.location, fallback(to)));
  }
  if (from.default !== to.default) {
    changes.push(
      changed(
        path,
        `had the default ${from.default ?? "(none)"} and has ${to.default ?? "(none)"}`,
        to.location,
      ),
    );
  }
  return changes;
}

function fieldChanges(from: AvroRecord, to: AvroRecord): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const before = new Map(from.fields.map((field) => [field.name, field]));
  const renamed = new Set<string>();
  for (const field of to.fields) {
    const path = `${to.name.full}.${field.name}`;
    const old = before.get(field.name);
    const alias = old === undefined ? field.aliases.find((each) => before.has(each)) : undefined;
    if (old !== undefined) changes.push(...oneField(path, old, field));
    else if (alias !== undefined) {
      renamed.add(alias);
      const what = `was ${alias}, and is read from it by an alias`;
      changes.push(changed(path, what, field.location, undefined, absent(before.get(alias)!)));
    } else {
      const what = `the field ${field.name}: ${typeText(field.type)}${defaultText(field)}`;
      changes.push(added(path, what, field.location, absent(field), "do not see it"));
    }
  }
  for (const field of from.fields) {
    if (to.fields.some(({ name }) => name === field.name) || renamed.has(field.name)) continue;
    const what = `the field ${field.name}: ${typeText(field.type)}`;
    changes.push(
      removed(`${to.name.full}.${field.name}`, what, field.location, "do not see it", absent(field)),
    );
  }
  return changes;
}

function oneField(path: string, from: AvroField, to: AvroField): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const [was, is] = [typeText(from.type), typeText(to.type)];
  if (was !== is)
    changes.push(
      changed(path, `was ${was} and is ${is}`, to.type.location, ...directions(from.type, to.type)),
    );
  const [old, now] = [from, to].map(({ default: value }) => value && jsonText(value));
  if (old !== now) {
    changes.push(changed(path, `had the default ${old ?? "(none)"} and has ${now ?? "(none)"}`, to.location));
  }
  if (from.doc !== to.doc) changes.push(changed(path, "has another doc", to.location));
  return changes;
}

/** What a reader makes of records without its field. */
function absent(field: AvroField): string {
  return field.default === undefined ? CANNOT_READ : `read ${jsonText(field.default)}`;
}

function directions(
  from: AvroSchema,
  to: AvroSchema,
): [newReaders: string | undefined, oldReaders: string | undefined] {
  return [reads(to, from) ? undefined : CANNOT_READ, reads(from, to) ? undefined : CANNOT_READ];
}

function reads(reader: AvroSchema, writer: AvroSchema): boolean {
  return avroIncompatibilities(reader, writer).length === 0;
}

function defaultText(field: AvroField): string {
  return field.default === undefined ? "" : ` = ${jsonText(field.default)}`;
}

function jsonText(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "number":
      return node.text;
    case "array":
      return `[${node.items.map(jsonText).join(", ")}]`;
    case "object":
      return `{${node.entries.map(({ key, value }) => `"${key}": ${jsonText(value)}`).join(", ")}}`;
    default:
      return JSON.stringify(node.value);
  }
}

type Place = SchemaChange["location"];

function added(
  path: string,
  what: string,
  location: Place,
  newReaders?: string,
  oldReaders?: string,
): SchemaChange {
  return { kind: "added", path, what, newReaders, oldReaders, location };
}

function removed(
  path: string,
  what: string,
  location: Place,
  newReaders?: string,
  oldReaders?: string,
): SchemaChange {
  return { kind: "removed", path, what, newReaders, oldReaders, location };
}

function changed(
  path: string,
  what: string,
  location: Place,
  newReaders?: string,
  oldReaders?: string,
): SchemaChange {
  return { kind: "changed", path, what, newReaders, oldReaders, location };
}
