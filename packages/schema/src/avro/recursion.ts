import type { AvroRecord, AvroSchema } from "./schema.ts";

/** Every record within a schema, itself included, each once, in the order of their definitions. */
export function recordsOf(schema: AvroSchema): readonly AvroRecord[] {
  const records = new Set<AvroRecord>();
  const visit = (node: AvroSchema): void => {
    if (node.kind === "record") {
      if (records.has(node)) return;
      records.add(node);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(schema);
  return [...records];
}

/** The types that a type is directly made of. */
export function childrenOf(schema: AvroSchema): readonly AvroSchema[] {
  switch (schema.kind) {
    case "array":
      return [schema.items];
    case "map":
      return [schema.values];
    case "union":
      return schema.branches;
    case "record":
      return schema.fields.map((field) => field.type);
    default:
      return [];
  }
}

/**
 * A record that no finite value can satisfy, because each of its values holds another of its own kind.
 *
 * Found by growing the set of finite records until nothing changes.
 */
export function findEndlessRecord(schema: AvroSchema): AvroRecord | undefined {
  const records = recordsOf(schema);
  const finite = new Set<AvroRecord>();
  const hasEnd = (node: AvroSchema): boolean => {
    if (node.kind === "record") return finite.has(node);
    if (node.kind === "union") return node.branches.some(hasEnd);
    return true;
  };
  for (let before = -1; before !== finite.size; ) {
    before = finite.size;
    for (const record of records) if (record.fields.every((field) => hasEnd(field.type))) finite.add(record);
  }
  return records.find((record) => !finite.has(record));
}
