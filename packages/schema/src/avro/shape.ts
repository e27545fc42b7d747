import type { AvroFixed, AvroPrimitive, AvroRecord, AvroUnion } from "./schema.ts";

/**
 * How a value without parts looks in TypeScript:
 *
 * | Avro | TypeScript |
 * |---|---|
 * | null, boolean, string | the same |
 * | int, float, double | `number` |
 * | long | `bigint`, or `number` for fields that ask for it (`safe-long`) |
 * | bytes, fixed | `Uint8Array` |
 * | timestamp-millis | `Date` |
 * | date, time-millis | `number`: days since 1970-01-01, milliseconds since midnight |
 * | time-micros, timestamp-micros, local-timestamp-* | as long: nothing is lost |
 * | decimal | `{ unscaled: bigint, scale: number }` |
 * | uuid | `string`, checked when writing |
 * | duration | `{ months, days, milliseconds }`, three unsigned 32-bit numbers |
 */
export type LeafShape =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "safe-long"
  | "float"
  | "double"
  | "bytes"
  | "string"
  | "date-time"
  | "decimal"
  | "uuid"
  | "duration"
  | "fixed";

export function leafShape(schema: AvroPrimitive | AvroFixed, longsAsNumbers: boolean): LeafShape {
  switch (schema.logical?.name) {
    case "decimal":
    case "uuid":
    case "duration":
      return schema.logical.name;
    case "timestamp-millis":
      return "date-time";
  }
  return schema.kind === "long" && longsAsNumbers ? "safe-long" : schema.kind;
}

/** The fields whose longs are numbers, each as `<record's full name>.<field>`. */
export interface LongFields {
  readonly [recordAndField: string]: "number";
}

/** Whether longs within a field, nested records aside, are numbers. */
export function longsAreNumbers(longs: LongFields, record: AvroRecord, field: string): boolean {
  const key = `${record.name.full}.${field}`;
  return Object.hasOwn(longs, key) && longs[key] === "number";
}

/** One branch of a union, as values tell it. */
export interface UnionCase {
  readonly index: number;
  /** What stands in `case`. */
  readonly name: string;
}

/**
 * How a union's values look. With one branch next to `null`, or alone, they are that branch's values: `T | null`.
 * With more they are `{ case, value }`, `null` itself staying `null`.
 */
export interface UnionShape {
  /** The index of the `null` branch; -1 where there is none. */
  readonly nullIndex: number;
  /** Whether values are wrapped in `{ case, value }`. */
  readonly wrapped: boolean;
  /** The branches other than `null`. */
  readonly cases: readonly UnionCase[];
}

/**
 * A case is named after the branch's type, named types by their last part only; where that is not unique within
 * the union, by their full name.
 */
export function unionShape(union: AvroUnion): UnionShape {
  const short = union.branches.map((branch) => ("name" in branch ? branch.name.simple : branch.kind));
  const cases: UnionCase[] = [];
  union.branches.forEach((branch, index) => {
    if (branch.kind === "null") return;
    const name = short[index]!;
    const ambiguous = "name" in branch && short.filter((other) => other === name).length > 1;
    cases.push({ index, name: ambiguous ? branch.name.full : name });
  });
  const nullIndex = union.branches.findIndex((branch) => branch.kind === "null");
  return { nullIndex, wrapped: cases.length > 1, cases };
}
