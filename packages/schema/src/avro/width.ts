import { recordsOf } from "./recursion.ts";
import type { AvroRecord, AvroSchema } from "./schema.ts";

/**
 * The least number of bytes that a value of a type takes. Zero means that every value takes none: it bounds how
 * many items can be left in a payload before anything is allocated for them.
 */
export function bytesMin(schema: AvroSchema): number {
  // Records start as endless and shrink until nothing changes, so that one that is used often is measured once.
  const measured = new Map<AvroRecord, number>();
  const records = recordsOf(schema).toReversed();
  for (let changed = true; changed; ) {
    changed = false;
    for (const record of records) {
      const sum = record.fields.reduce((bytes, field) => bytes + least(field.type, measured), 0);
      if (sum === (measured.get(record) ?? Number.POSITIVE_INFINITY)) continue;
      measured.set(record, sum);
      changed = true;
    }
  }
  return least(schema, measured);
}

function least(schema: AvroSchema, measured: ReadonlyMap<AvroRecord, number>): number {
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
      return 1 + Math.min(...schema.branches.map((branch) => least(branch, measured)));
    case "record":
      return measured.get(schema) ?? Number.POSITIVE_INFINITY;
    default:
      return 1;
  }
}
