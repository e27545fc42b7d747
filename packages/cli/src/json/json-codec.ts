import { type DescMessage, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import {
  avroSerde,
  parseProtobuf,
  parseResolvedAvro,
  protobufSerde,
  type ResolvedSchema,
  type Serde,
} from "@letterpress/schema";
import { avroConverter } from "./avro-converter.ts";
import { JsonFault } from "./json-fault.ts";
import { parseJson } from "./parse-json.ts";

/** A schema's serde, and the way between its values and JSON. */
export interface JsonCodec {
  readonly serde: Serde<unknown>;
  /** @throws JsonFault with the path to what does not fit. */
  fromJson(json: unknown): unknown;
  /** What `JSON.stringify` can print. */
  toJson(value: unknown): unknown;
  /** @throws JsonFault for text that is no JSON. */
  parse(text: string): unknown;
}

/** Makes the codec of a schema; `messageIndexes` as in `jsonCodec`. */
export type MakeJsonCodec = (schema: ResolvedSchema, messageIndexes?: readonly number[]) => JsonCodec;

/**
 * The codec of a schema. For Protobuf, `messageIndexes` names the message; by default it is the first one.
 *
 * @throws SchemaError `INVALID_SCHEMA`, `MISSING_REFERENCE`
 */
export function jsonCodec(schema: ResolvedSchema, messageIndexes: readonly number[] = [0]): JsonCodec {
  return schema.format === "AVRO" ? avroCodec(schema) : protobufCodec(schema, messageIndexes);
}

function avroCodec(schema: ResolvedSchema): JsonCodec {
  const converter = avroConverter(parseResolvedAvro(schema).schema);
  return {
    serde: avroSerde<unknown>(schema),
    fromJson: (json) => withinStack(() => converter.fromJson(json)),
    toJson: (value) => withinStack(() => converter.toJson(value)),
    parse: (text) => parseJson(text, BigInt),
  };
}

function protobufCodec(schema: ResolvedSchema, messageIndexes: readonly number[]): JsonCodec {
  const parsed = parseProtobuf(schema);
  const message = parsed.messageAt(messageIndexes);
  if (message === undefined)
    throw new JsonFault(`the schema has no message at [${messageIndexes.join(", ")}]`);
  const { registry } = parsed;
  return {
    serde: protobufSerde(message as DescMessage as GenMessage<Message>, schema) as Serde<unknown>,
    fromJson(json) {
      try {
        return fromJson(message, json as JsonValue, { registry });
      } catch (cause) {
        throw new JsonFault(cause instanceof Error ? cause.message : String(cause), "", { cause });
      }
    },
    toJson: (value) => toJson(message, value as Message, { registry }),
    // Protobuf's JSON has 64-bit numbers as strings.
    parse: (text) => parseJson(text, String),
  };
}

/** Input that is nested deeper than the stack is bad input, and no crash. */
function withinStack<T>(convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof RangeError) throw new JsonFault("is nested too deep");
    throw error;
  }
}
