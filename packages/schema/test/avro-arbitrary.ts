import fc from "fast-check";
import { type AvroFixed, type AvroPrimitive, type AvroSchema, leafShape, unionShape } from "../src/index.ts";

/** Below this depth, recursion takes its way out: null, an empty array, an empty map. */
const DEPTH_MAX = 4;

/** Random values of a schema in their public shape, every defaulted field present. */
export function arbitraryValue(schema: AvroSchema, depth = 0): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case "record": {
      const fields = schema.fields.map((field) => arbitraryValue(field.type, depth + 1));
      return fc.tuple(...fields).map((values) => recordOf(schema.fields, values));
    }
    case "enum":
      return fc.constantFrom(...schema.symbols);
    case "array":
      if (depth > DEPTH_MAX) return fc.constant([]);
      return fc.array(arbitraryValue(schema.items, depth + 1), { maxLength: 3 });
    case "map":
      if (depth > DEPTH_MAX) return fc.constant(mapOf([]));
      return fc
        .array(fc.tuple(mapKey, arbitraryValue(schema.values, depth + 1)), { maxLength: 3 })
        .map(mapOf);
    case "union": {
      const { nullIndex, wrapped, cases } = unionShape(schema);
      if (nullIndex >= 0 && (depth > DEPTH_MAX || cases.length === 0)) return fc.constant(null);
      const values = cases.map(({ index, name }) => {
        const value = arbitraryValue(schema.branches[index]!, depth + 1);
        return wrapped ? value.map((inner) => ({ case: name, value: inner })) : value;
      });
      return nullIndex >= 0 ? fc.oneof(fc.constant(null), ...values) : fc.oneof(...values);
    }
    default:
      return arbitraryLeaf(schema);
  }
}

const mapKey = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("__proto__", "constructor", ""));
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.string({ minLength: 60, maxLength: 200, unit: "binary" }),
);

function arbitraryLeaf(schema: AvroPrimitive | AvroFixed): fc.Arbitrary<unknown> {
  switch (leafShape(schema, false)) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "int":
      return fc.oneof(fc.integer(), fc.integer({ min: -70, max: 70 }));
    case "long":
    case "safe-long":
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -300n, max: 300n }),
      );
    case "float":
      return fc.float();
    case "double":
      return fc.double();
    case "bytes":
      return fc.uint8Array({ maxLength: 20 });
    case "fixed":
      return fc.uint8Array({ minLength: sizeOf(schema), maxLength: sizeOf(schema) });
    case "string":
      return text;
    case "uuid":
      return fc.uuid();
    case "date-time":
      return fc.date({ noInvalidDate: true });
    case "duration": {
      const part = fc.integer({ min: 0, max: 2 ** 32 - 1 });
      return fc.record({ months: part, days: part, milliseconds: part });
    }
    case "decimal": {
      const { precision, scale } = schema.logical as { precision: number; scale: number };
      const limit = 10n ** BigInt(precision) - 1n;
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => ({ unscaled, scale }));
    }
  }
}

function sizeOf(schema: AvroSchema): number {
  return schema.kind === "fixed" ? schema.sizeBytes : 0;
}

/** Own properties only, whatever they are called. */
function recordOf(fields: readonly { readonly name: string }[], values: readonly unknown[]): object {
  return Object.fromEntries(fields.map(({ name }, index) => [name, values[index]]));
}

function mapOf(entries: readonly (readonly [string, unknown])[]): object {
  const map = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) map[key] = value;
  return map;
}
