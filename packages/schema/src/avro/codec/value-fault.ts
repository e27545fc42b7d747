import type { PayloadFault } from "../../parsed-schema.ts";
import { RECURSION_DEPTH_MAX, ZERO_WIDTH_ITEMS_MAX } from "../limits.ts";
import type { AvroFixed, AvroPrimitive, AvroRecord, AvroSchema, AvroUnion } from "../schema.ts";
import { type LongFields, leafShape, longsAreNumbers, unionShape } from "../shape.ts";
import { bytesMin } from "../width.ts";
import { isStringMap } from "./emit-encoder.ts";
import { AvroOutput, MISMATCH } from "./output.ts";

/** The first place where a value does not fit a schema: the slow twin of the generated encoder. */
export function valueFault(schema: AvroSchema, value: unknown, longs: LongFields): PayloadFault | undefined {
  try {
    return new ValueWalker(longs).fault(schema, value, "", false, 0);
  } catch (error) {
    // Containers within records within containers: the encoder needs no stack for those, this walk does.
    if (error instanceof RangeError)
      return { path: "", message: "is nested too deep to say where it does not fit" };
    throw error;
  }
}

class ValueWalker {
  readonly #longs: LongFields;
  readonly #output = new AvroOutput();

  constructor(longs: LongFields) {
    this.#longs = longs;
  }

  fault(
    schema: AvroSchema,
    value: unknown,
    path: string,
    longsAsNumbers: boolean,
    depth: number,
  ): PayloadFault | undefined {
    switch (schema.kind) {
      case "record":
        return this.#record(schema, value, path, depth + 1);
      case "enum":
        if (typeof value === "string" && schema.symbols.includes(value)) return undefined;
        return expected(
          `one of ${schema.symbols.map((symbol) => JSON.stringify(symbol)).join(", ")}`,
          value,
          path,
        );
      case "array":
        if (!Array.isArray(value)) return expected("an array", value, path);
        if (bytesMin(schema.items) === 0 && value.length > ZERO_WIDTH_ITEMS_MAX) {
          return {
            path,
            message: `has ${value.length} items without content, the limit is ${ZERO_WIDTH_ITEMS_MAX}`,
          };
        }
        return first(Array.from(value).entries(), ([index, item]) =>
          this.fault(schema.items, item, `${path}[${index}]`, longsAsNumbers, depth),
        );
      case "map":
        if (!isStringMap(value)) return expected("an object", value, path);
        return first(Object.entries(value), ([key, item]) =>
          this.fault(schema.values, item, `${path}[${JSON.stringify(key)}]`, longsAsNumbers, depth),
        );
      case "union":
        return this.#union(schema, value, path, longsAsNumbers, depth);
      default:
        return this.#leaf(schema, value, path, longsAsNumbers);
    }
  }

  #record(record: AvroRecord, value: unknown, path: string, depth: number): PayloadFault | undefined {
    if (typeof value !== "object" || value === null) return expected("an object", value, path);
    if (depth > RECURSION_DEPTH_MAX)
      return { path, message: `is nested deeper than ${RECURSION_DEPTH_MAX} records` };
    for (const field of record.fields) {
      const fieldPath = path === "" ? field.name : `${path}.${field.name}`;
      const inherited = field.name in Object.prototype && !Object.hasOwn(value, field.name);
      const given = inherited ? undefined : (value as Record<string, unknown>)[field.name];
      if (given === undefined) {
        if (field.default === undefined)
          return { path: fieldPath, message: "is missing, and has no default" };
        continue;
      }
      const longsAsNumbers = longsAreNumbers(this.#longs, record, field.name);
      const fault = this.fault(field.type, given, fieldPath, longsAsNumbers, depth);
      if (fault !== undefined) return fault;
    }
    for (const key in value) {
      if (record.fields.some((field) => field.name === key)) continue;
      const undeclared = path === "" ? key : `${path}.${key}`;
      return { path: undeclared, message: `is not a field of ${record.name.full}` };
    }
    return undefined;
  }

  #union(
    union: AvroUnion,
    value: unknown,
    path: string,
    longsAsNumbers: boolean,
    depth: number,
  ): PayloadFault | undefined {
    const { nullIndex, wrapped, cases } = unionShape(union);
    if (value === null && nullIndex >= 0) return undefined;
    if (!wrapped) {
      const branch = union.branches[cases[0]?.index ?? nullIndex]!;
      return this.fault(branch, value, path, longsAsNumbers, depth);
    }
    const names = cases.map(({ name }) => JSON.stringify(name)).join(", ");
    if (typeof value !== "object" || value === null) {
      return expected(`{ case, value } with a case of ${names}`, value, path);
    }
    const { case: given, value: inner } = value as { case?: unknown; value?: unknown };
    const found = cases.find(({ name }) => name === given);
    if (found === undefined) return expected(`one of ${names}`, given, `${path}.case`);
    return this.fault(union.branches[found.index]!, inner, `${path}.value`, longsAsNumbers, depth);
  }

  #leaf(
    schema: AvroPrimitive | AvroFixed,
    value: unknown,
    path: string,
    longsAsNumbers: boolean,
  ): PayloadFault | undefined {
    const shape = leafShape(schema, longsAsNumbers);
    const fits = (): boolean => {
      switch (shape) {
        case "null":
          return value === null;
        case "boolean":
          return typeof value === "boolean";
        case "int":
          return typeof value === "number" && (value | 0) === value;
        case "long":
          return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
        case "safe-long":
          return Number.isSafeInteger(value);
        case "float":
        case "double":
          return typeof value === "number";
        case "string":
          return typeof value === "string";
        case "bytes":
          return value instanceof Uint8Array;
        case "fixed":
          return value instanceof Uint8Array && schema.kind === "fixed" && value.length === schema.sizeBytes;
        case "date-time":
          return value instanceof Date && !Number.isNaN(value.getTime());
        default:
          return this.#canWrite(schema, value);
      }
    };
    return fits() ? undefined : expected(leafWords(schema, longsAsNumbers), value, path);
  }

  /** For shapes whose rules stand in the output's own methods. */
  #canWrite(schema: AvroPrimitive | AvroFixed, value: unknown): boolean {
    const output = this.#output;
    output.begin();
    try {
      if (schema.logical?.name === "uuid") {
        if (typeof value !== "string") return false;
        output.writeUuid(value);
      } else if (schema.logical?.name === "decimal") {
        const { precision, scale } = schema.logical;
        if (schema.kind === "fixed") output.writeFixedDecimal(value, precision, scale, schema.sizeBytes);
        else output.writeDecimal(value, precision, scale);
      } else output.writeDuration(value);
      return true;
    } catch (error) {
      if (error === MISMATCH) return false;
      throw error;
    }
  }
}

function leafWords(schema: AvroPrimitive | AvroFixed, longsAsNumbers: boolean): string {
  switch (leafShape(schema, longsAsNumbers)) {
    case "int":
      return "a whole number of 32 bits";
    case "long":
      return "a bigint of 64 bits";
    case "safe-long":
      return "a safe integer";
    case "float":
    case "double":
      return "a number";
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "bytes":
      return "a Uint8Array";
    case "fixed":
      return `a Uint8Array of ${schema.kind === "fixed" ? schema.sizeBytes : 0} bytes`;
    case "date-time":
      return "a valid Date";
    case "uuid":
      return "a UUID such as 0a1b2c3d-0000-4000-8000-0123456789ab";
    case "duration":
      return "{ months, days, milliseconds }, whole numbers of 32 bits without sign";
    case "decimal": {
      const { precision, scale } = schema.logical as { precision: number; scale: number };
      return `{ unscaled: bigint of at most ${precision} digits, scale: ${scale} }`;
    }
    case "null":
      return "null";
  }
}

function expected(what: string, value: unknown, path: string): PayloadFault {
  return { path, message: `expected ${what}, got ${describe(value)}` };
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === "bigint")
    return value > -(10n ** 40n) && value < 10n ** 40n ? `${value}n` : "a huge bigint";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function first<T>(
  items: Iterable<T>,
  check: (item: T) => PayloadFault | undefined,
): PayloadFault | undefined {
  for (const item of items) {
    const fault = check(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
