import { Emitter, literal } from "../../codec/emitter.ts";
import { ZERO_WIDTH_ITEMS_MAX } from "../limits.ts";
import type { AvroFixed, AvroPrimitive, AvroRecord, AvroSchema, AvroUnion } from "../schema.ts";
import { type LongFields, leafShape, longsAreNumbers, unionShape } from "../shape.ts";
import { bytesMin } from "../width.ts";
import { defaultBytes } from "./default-bytes.ts";
import { type AvroOutput, MISMATCH } from "./output.ts";

/** Writes a value, or throws `MISMATCH`. */
export type Encode = (value: unknown, output: AvroOutput) => void;

/** Generates the straight-line encoder of a schema, from the public shape of its values. */
export function compileEncoder(schema: AvroSchema, longs: LongFields): Encode {
  return new EncoderEmitter(schema, longs).compile();
}

class EncoderEmitter {
  readonly #code = new Emitter();
  readonly #schema: AvroSchema;
  readonly #longs: LongFields;
  /** The names of the functions of records met so far, each emitted once. */
  readonly #functions = new Map<AvroRecord, string>();
  readonly #waiting: AvroRecord[] = [];

  constructor(schema: AvroSchema, longs: LongFields) {
    this.#schema = schema;
    this.#longs = longs;
  }

  compile(): Encode {
    const code = this.#code;
    code.line("function encode(v, o) {");
    this.#value(this.#schema, "v", false);
    code.line("}");
    for (let record = this.#waiting.pop(); record !== undefined; record = this.#waiting.pop()) {
      this.#record(record);
    }
    return code.compile("encode");
  }

  #value(schema: AvroSchema, v: string, longsAsNumbers: boolean): void {
    const code = this.#code;
    switch (schema.kind) {
      case "record":
        code.line(`${this.#functionOf(schema)}(${v}, o);`);
        return;
      case "enum": {
        const index = code.name("i");
        const indexes = new Map(schema.symbols.map((symbol, position) => [symbol, position]));
        code.line(`const ${index} = ${code.constant(indexes)}.get(${v});`);
        code.line(`if (${index} === undefined) o.refuse(); o.writeInt(${index});`);
        return;
      }
      case "array":
        this.#array(schema.items, v, longsAsNumbers);
        return;
      case "map":
        this.#map(schema.values, v, longsAsNumbers);
        return;
      case "union":
        this.#union(schema, v, longsAsNumbers);
        return;
      default:
        code.line(leafSource(schema, v, longsAsNumbers));
        return;
    }
  }

  #array(items: AvroSchema, v: string, longsAsNumbers: boolean): void {
    const code = this.#code;
    const item = code.name("x");
    code.line(`if (!Array.isArray(${v})) o.refuse();`);
    if (bytesMin(items) === 0) code.line(`if (${v}.length > ${ZERO_WIDTH_ITEMS_MAX}) o.refuse();`);
    code.line(`if (${v}.length > 0) o.writeInt(${v}.length);`);
    code.line(`for (const ${item} of ${v}) {`);
    this.#value(items, item, longsAsNumbers);
    code.line("}");
    code.line("o.writeByte(0);");
  }

  #map(values: AvroSchema, v: string, longsAsNumbers: boolean): void {
    const code = this.#code;
    const [keys, key, item] = [code.name("a"), code.name("y"), code.name("x")];
    code.line(`if (!${code.constant(isStringMap)}(${v})) o.refuse();`);
    code.line(`const ${keys} = Object.keys(${v});`);
    code.line(`if (${keys}.length > 0) o.writeInt(${keys}.length);`);
    code.line(`for (const ${key} of ${keys}) {`);
    code.line(`o.writeString(${key});`);
    code.line(`const ${item} = ${v}[${key}];`);
    this.#value(values, item, longsAsNumbers);
    code.line("}");
    code.line("o.writeByte(0);");
  }

  #union(union: AvroUnion, v: string, longsAsNumbers: boolean): void {
    const code = this.#code;
    const { nullIndex, wrapped, cases } = unionShape(union);
    if (nullIndex >= 0) code.line(`if (${v} === null) o.writeInt(${nullIndex}); else`);
    code.line("{");
    if (cases.length === 0) code.line("o.refuse();");
    if (!wrapped) {
      for (const { index } of cases) {
        code.line(`o.writeInt(${index});`);
        this.#value(union.branches[index]!, v, longsAsNumbers);
      }
    } else {
      const inner = code.name("x");
      code.line(`if (typeof ${v} !== "object" || ${v} === null) o.refuse();`);
      code.line(`const ${inner} = ${v}.value;`);
      code.line(`switch (${v}.case) {`);
      for (const { index, name } of cases) {
        code.line(`case ${literal(name)}: {`);
        code.line(`o.writeInt(${index});`);
        this.#value(union.branches[index]!, inner, longsAsNumbers);
        code.line("break; }");
      }
      code.line("default: o.refuse(); }");
    }
    code.line("}");
  }

  #functionOf(record: AvroRecord): string {
    let name = this.#functions.get(record);
    if (name === undefined) {
      name = this.#code.name("r");
      this.#functions.set(record, name);
      this.#waiting.push(record);
    }
    return name;
  }

  #record(record: AvroRecord): void {
    const code = this.#code;
    code.line(`function ${this.#functionOf(record)}(v, o) {`);
    code.line(`if (typeof v !== "object" || v === null) o.refuse();`);
    code.line("o.enter();");
    code.line("let missing = 0;");
    for (const field of record.fields) {
      const f = code.name("f");
      code.line(`const ${f} = ${propertySource("v", field.name)};`);
      code.line(`if (${f} === undefined) {`);
      if (field.default === undefined) code.line("o.refuse();");
      else code.line(`o.writeRaw(${code.constant(defaultBytes(field.type, field.default))}); missing++;`);
      code.line("} else {");
      this.#value(field.type, f, longsAreNumbers(this.#longs, record, field.name));
      code.line("}");
    }
    const names = code.constant(new Set(record.fields.map((field) => field.name)));
    code.line("let count = 0;");
    code.line("for (const key in v) count++;");
    code.line(
      `if (count !== ${record.fields.length} - missing) ${code.constant(refuseUndeclared)}(v, ${names});`,
    );
    code.line("o.leave();");
    code.line("}");
  }
}

function leafSource(schema: AvroPrimitive | AvroFixed, v: string, longsAsNumbers: boolean): string {
  const unless = (condition: string, write: string): string => `if (!(${condition})) o.refuse(); ${write}`;
  const shape = leafShape(schema, longsAsNumbers);
  switch (shape) {
    case "null":
      return unless(`${v} === null`, "");
    case "boolean":
      return unless(`typeof ${v} === "boolean"`, `o.writeByte(${v} ? 1 : 0);`);
    case "int":
      return unless(`typeof ${v} === "number" && (${v} | 0) === ${v}`, `o.writeInt(${v});`);
    case "long":
      return unless(`typeof ${v} === "bigint"`, `o.writeLong(${v});`);
    case "safe-long":
      return unless(`typeof ${v} === "number"`, `o.writeSafeLong(${v});`);
    case "float":
      return unless(`typeof ${v} === "number"`, `o.writeFloat(${v});`);
    case "double":
      return unless(`typeof ${v} === "number"`, `o.writeDouble(${v});`);
    case "bytes":
      return unless(`${v} instanceof Uint8Array`, `o.writeBytes(${v});`);
    case "fixed":
      return unless(`${v} instanceof Uint8Array && ${v}.length === ${sizeOf(schema)}`, `o.writeRaw(${v});`);
    case "string":
      return unless(`typeof ${v} === "string"`, `o.writeString(${v});`);
    case "uuid":
      return unless(`typeof ${v} === "string"`, `o.writeUuid(${v});`);
    case "date-time":
      return unless(`${v} instanceof Date`, `o.writeSafeLong(${v}.getTime());`);
    case "duration":
      return `o.writeDuration(${v});`;
    case "decimal": {
      const { precision, scale } = schema.logical as { precision: number; scale: number };
      return schema.kind === "fixed"
        ? `o.writeFixedDecimal(${v}, ${precision}, ${scale}, ${schema.sizeBytes});`
        : `o.writeDecimal(${v}, ${precision}, ${scale});`;
    }
  }
}

function sizeOf(schema: AvroPrimitive | AvroFixed): number {
  return schema.kind === "fixed" ? schema.sizeBytes : 0;
}

/** Reads a field; names that every object inherits, such as `constructor`, count only when they are its own. */
function propertySource(object: string, name: string): string {
  const access = `${object}[${literal(name)}]`;
  return name in Object.prototype
    ? `(Object.hasOwn(${object}, ${literal(name)}) ? ${access} : undefined)`
    : access;
}

/** Whether a value's own keys are a map's. Arrays, `Map`s and the like have keys of another meaning, or none. */
export function isStringMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !(Symbol.iterator in value) && !(value instanceof Date)
  );
}

function refuseUndeclared(value: object, names: ReadonlySet<string>): void {
  for (const key in value) if (!names.has(key)) throw MISMATCH;
}
