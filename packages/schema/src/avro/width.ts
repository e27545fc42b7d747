import type { AvroRecord, AvroSchema } from "./schema.ts";

/**
 * The least number of bytes that a value of a type takes. Zero means that every value takes none: it bounds how
 * many items can be left in a payload before anything is allocated for them.
 */
export function bytesMin(schema: AvroSchema): number {
  return least(schema, new Set());
}

/** A record that is already being measured counts as endless: its finite values end by another branch. */
function least(schema: AvroSchema, measuring: Set<AvroRecord>): number {
  switch (schema.kind) {
    case "null":
      return 0;
    case "float":
      return 4;
    case "double":
      return 8;
    case "fixed":
      return schema.sizeBytes;
    case "union":
      return 1 + Math.min(...schema.branches.map((branch) => least(branch, measuring)));
    case "record": {
      if (measuring.has(schema)) return Number.POSITIVE_INFINITY;
      measuring.add(schema);
      const sum = schema.fields.reduce((bytes, field) => bytes + least(field.type, measuring), 0);
      measuring.delete(schema);
      return sum;
    }
    default:
      return 1;
  }
}
