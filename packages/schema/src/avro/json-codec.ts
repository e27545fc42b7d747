import avsc from "avsc";
import { writeSchemaId } from "../framing.ts";
import type { ResolvedSchema } from "../schema-definition.ts";
import { SchemaError } from "../schema-error.ts";
import { payloadChecker } from "./checker/payload-checker.ts";
import { schemaFault } from "./json-reader.ts";
import { parseResolvedAvro } from "./parse.ts";
import { parsingCanonicalForm } from "./parsing-canonical-form.ts";
import { recordsOf } from "./recursion.ts";

/**
 * Avro's own JSON encoding, for command lines and consoles that know a schema only at run time: as Confluent's
 * console producer and consumer have it. Values of unions are `{"type": value}`, bytes are text of characters up to
 * U+00FF, logical types are their plain types.
 *
 * Source: Avro specification, "JSON Encoding".
 */
export interface AvroJsonCodec {
  /**
   * Encodes one JSON text behind a schema id. Every field has to be there.
   *
   * @throws SchemaError `INVALID_VALUE`.
   */
  encode(schemaId: number, json: string): Buffer;
  /**
   * Decodes one payload to one line of JSON. Longs keep all their digits.
   *
   * @throws SchemaError `INVALID_PAYLOAD` with the path.
   */
  decode(buffer: Buffer, position: number, end: number): string;
}

const HEADER_BYTES = 5;

/**
 * A map's key `__proto__` is lost on the way: avsc builds its values out of ordinary objects.
 *
 * @throws SchemaError `INVALID_SCHEMA`, for a field named `__proto__` too; `MISSING_REFERENCE`.
 */
export function avroJsonCodec(schema: ResolvedSchema): AvroJsonCodec {
  const parsed = parseResolvedAvro(schema).schema;
  const unfit = recordsOf(parsed).find((record) => record.fields.some(({ name }) => name === "__proto__"));
  if (unfit !== undefined) {
    throw schemaFault(
      `"${unfit.name.full}" has a field __proto__, which JSON tools cannot handle`,
      unfit.location,
    );
  }
  const checker = payloadChecker(parsed);
  const type = avsc.Type.forSchema(JSON.parse(parsingCanonicalForm(parsed)) as avsc.Schema, {
    wrapUnions: "always",
    registry: { long: exactLong },
  });
  return {
    encode(schemaId, json) {
      const payload = toPayload(type, json);
      const buffer = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
      writeSchemaId(buffer, schemaId);
      buffer.set(payload, HEADER_BYTES);
      return buffer;
    },
    decode(buffer, position, end) {
      // Checked first: avsc itself would believe a few bytes that claim millions of items.
      if (!checker.isValid(buffer, position, end)) {
        const { path, message } = checker.explain(buffer, position, end);
        throw new SchemaError("INVALID_PAYLOAD", `${path || "the payload"}: ${message}`, { path });
      }
      return type.toString(type.fromBuffer(buffer.subarray(position, end)));
    },
  };
}

function toPayload(type: avsc.Type, json: string): Buffer {
  try {
    return type.toBuffer(type.fromString(json));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new SchemaError("INVALID_VALUE", `the JSON does not fit the schema: ${detail}`, { cause });
  }
}

/** Longs as bigint, printed digit by digit; as JSON numbers they can only come in exactly. */
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, 8).readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: unknown) => {
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is not a whole number within 2^53`);
    return BigInt(value as number);
  },
  toJSON: (value: bigint) => rawJson(String(value)),
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** ES2026's `JSON.rawJSON`, which Node has had since 21 and TypeScript's library does not know yet. */
export function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
