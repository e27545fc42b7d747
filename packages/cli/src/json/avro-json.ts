import { avroSerde, type ResolvedSchema, SchemaError } from "@letterpress/schema";
import { avroJsonCodec, rawJson } from "@letterpress/schema/avro-json";
import { type JsonCodec, jsonCodec } from "./json-codec.ts";
import { JsonFault } from "./json-fault.ts";
import { parseJson } from "./parse-json.ts";

/** Behind the schema id, which stays within this process. */
const PAYLOAD_START = 5;
const NO_ID = 0;

/**
 * As `jsonCodec`, with Avro's own JSON encoding for Avro: what Confluent's console tools print and take. Whole numbers
 * beyond 2^53 are printed with all their digits, and refused when they come in.
 *
 * Source: Avro specification, "JSON Encoding".
 *
 * @throws SchemaError `INVALID_SCHEMA`, `MISSING_REFERENCE`
 */
export function specifiedJsonCodec(schema: ResolvedSchema, messageIndexes?: readonly number[]): JsonCodec {
  if (schema.format !== "AVRO") return jsonCodec(schema, messageIndexes);
  const serde = avroSerde<unknown>(schema);
  const decode = serde.decoder(schema);
  const avro = avroJsonCodec(schema);
  return {
    serde,
    fromJson(json) {
      const bytes = asJsonFault(() => avro.encode(NO_ID, JSON.stringify(json)));
      return decode(bytes, PAYLOAD_START, bytes.length);
    },
    toJson(value) {
      const bytes = serde.encode(NO_ID, value);
      return parseJson(avro.decode(bytes, PAYLOAD_START, bytes.length), rawJson);
    },
    parse: (text) => parseJson(text, rawJson),
  };
}

function asJsonFault<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof SchemaError) throw new JsonFault(error.message, "", { cause: error });
    throw error;
  }
}
