import { type AvroFixed, type AvroPrimitive, type LeafShape, leafShape } from "@letterpress/schema";
import type { Direction } from "./type-text.ts";

const TYPES: Readonly<Record<LeafShape, string>> = {
  null: "null",
  boolean: "boolean",
  int: "number",
  long: "bigint",
  "safe-long": "number",
  float: "number",
  double: "number",
  bytes: "Uint8Array",
  string: "string",
  "date-time": "Date",
  decimal: "{ unscaled: bigint; scale: number }",
  uuid: "Uuid",
  duration: "{ months: number; days: number; milliseconds: number }",
  fixed: "Uint8Array",
};

/** The TypeScript type of a value that is not made of others. Writers may give any text for a UUID: it is checked. */
export function scalarType(
  schema: AvroPrimitive | AvroFixed,
  direction: Direction,
  longsAsNumbers: boolean,
): string {
  const shape = leafShape(schema, longsAsNumbers);
  return shape === "uuid" && direction === "input" ? "string" : TYPES[shape];
}
