import {
  type AvroNamed,
  type AvroRecord,
  type AvroSchema,
  childrenOf,
  isNamed,
  recordsOf,
} from "@letterpress/schema";

/** Every named type that a schema reaches, itself included, by full name, in the order in which they appear. */
export function namedTypes(schema: AvroSchema, found = new Map<string, AvroNamed>()): Map<string, AvroNamed> {
  if (isNamed(schema)) {
    if (found.has(schema.name.full)) return found;
    found.set(schema.name.full, schema);
  }
  for (const child of childrenOf(schema)) namedTypes(child, found);
  return found;
}

/** Whether writing a record takes another type than reading it gives: somewhere in it is a default or a UUID. */
export function differsAsInput(record: AvroRecord): boolean {
  return recordsOf(record).some((each) =>
    each.fields.some((field) => field.default !== undefined || hasUuid(field.type)),
  );
}

/** Whether a UUID stands in a type, nested records aside. */
function hasUuid(schema: AvroSchema): boolean {
  if (schema.kind === "record") return false;
  if ("logical" in schema && schema.logical?.name === "uuid") return true;
  return childrenOf(schema).some(hasUuid);
}
