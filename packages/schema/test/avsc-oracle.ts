import avsc from "avsc";
import {
  type AvroFixed,
  type AvroPrimitive,
  type AvroSchema,
  parseResolvedAvro,
  parsingCanonicalForm,
  type ResolvedSchema,
  unionShape,
} from "../src/index.ts";

/** The library `avsc`, set up so that it loses nothing: longs as BigInt, unions always wrapped, no logical types. */
export interface AvscOracle {
  encode(value: unknown): Buffer;
  /** Throws where avsc does. */
  decode(payload: Buffer): unknown;
}

const longType = avsc.types.LongType.__with({
  fromBuffer: (buffer: Uint8Array) => Buffer.from(buffer).readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

export function avscOracle(schema: ResolvedSchema): AvscOracle {
  const parsed = parseResolvedAvro(schema).schema;
  const type = avsc.Type.forSchema(JSON.parse(parsingCanonicalForm(parsed)) as avsc.Schema, {
    wrapUnions: true,
    registry: { long: longType },
  });
  return {
    encode: (value) => type.toBuffer(toAvsc(parsed, value)),
    decode: (payload) => type.fromBuffer(payload),
  };
}

/** A value in our public shape, as avsc wants it. */
function toAvsc(schema: AvroSchema, value: unknown): unknown {
  switch (schema.kind) {
    case "record": {
      const given = value as Record<string, unknown>;
      return Object.fromEntries(schema.fields.map(({ name, type }) => [name, toAvsc(type, given[name])]));
    }
    case "array":
      return (value as unknown[]).map((item) => toAvsc(schema.items, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, toAvsc(schema.values, item)]),
      );
    case "union": {
      if (value === null) return null;
      const { wrapped, cases } = unionShape(schema);
      const given = wrapped ? (value as { case: string; value: unknown }) : { case: cases[0]!.name, value };
      const branch = schema.branches[cases.find(({ name }) => name === given.case)!.index]!;
      return { ["name" in branch ? branch.name.full : branch.kind]: toAvsc(branch, given.value) };
    }
    case "bytes":
    case "fixed":
      return toBuffer(schema, value);
    case "long":
      return value instanceof Date ? BigInt(value.getTime()) : value;
    default:
      return value;
  }
}

function toBuffer(schema: AvroPrimitive | AvroFixed, value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (schema.logical?.name === "duration") {
    const { months, days, milliseconds } = value as { months: number; days: number; milliseconds: number };
    const buffer = Buffer.alloc(12);
    [months, days, milliseconds].forEach((part, index) => void buffer.writeUInt32LE(part, 4 * index));
    return buffer;
  }
  const { unscaled } = value as { unscaled: bigint };
  const sizeBytes = schema.kind === "fixed" ? schema.sizeBytes : shortest(unscaled);
  const bytes: number[] = [];
  for (let rest = unscaled; bytes.length < sizeBytes; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return Buffer.from(bytes);
}

function shortest(value: bigint): number {
  let bytes = 1;
  while (BigInt.asIntN(8 * bytes, value) !== value) bytes++;
  return bytes;
}
