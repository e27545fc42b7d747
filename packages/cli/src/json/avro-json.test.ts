import type { ResolvedSchema } from "@letterpress/schema";
import { expect, test } from "vitest";
import { jsonText } from "../output.ts";
import { specifiedJsonCodec } from "./avro-json.ts";

const field = (type: unknown): ResolvedSchema => ({
  format: "AVRO",
  text: JSON.stringify({ type: "record", name: "R", fields: [{ name: "f", type }] }),
  references: [],
});

/** Through JSON text, the SDK's form, bytes, and back to JSON text. */
function roundTrip(schema: ResolvedSchema, text: string): string {
  const { serde, parse, fromJson, toJson } = specifiedJsonCodec(schema);
  const bytes = serde.encode(1, fromJson(parse(text)));
  const start = schema.format === "AVRO" ? 5 : 6;
  return jsonText(toJson(serde.decoder(schema)(bytes, start, bytes.length)));
}

test.each([
  ["null in a union", ["null", "string"], "null"],
  ["the other branch behind its type", ["null", "string"], '{"string":"x"}'],
  ["a union of several", ["null", "long", "string"], '{"long":3}'],
  ["bytes as characters", "bytes", '"\\u0000ÿ"'],
  ["a time as its number", { type: "long", logicalType: "timestamp-millis" }, "1769860801000"],
  ["a decimal as its bytes", { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }, '"\\u0004â"'],
  ["an enum", { type: "enum", name: "E", symbols: ["A", "B"] }, '"B"'],
  ["the largest whole number that comes in", "long", "9007199254740991"],
])("Avro's own encoding: %s", (_, type, text) => {
  expect(roundTrip(field(type), `{"f":${text}}`)).toBe(`{"f":${text}}`);
});

test("longs go out with all their digits", () => {
  const { toJson } = specifiedJsonCodec(field("long"));
  expect(jsonText(toJson({ f: -9223372036854775808n }))).toBe('{"f":-9223372036854775808}');
});

test.each([
  ["a long beyond 2^53", "long", '{"f":9007199254740993}'],
  ["a branch without its type", ["null", "string"], '{"f":"x"}'],
  ["a field that is left out", { type: "array", items: "long" }, "{}"],
])("%s is refused", (_, type, text) => {
  const { fromJson, parse } = specifiedJsonCodec(field(type));
  expect(() => fromJson(parse(text))).toThrow(/does not fit the schema/);
});

test("Protobuf goes by its own mapping all the same", () => {
  const schema: ResolvedSchema = {
    format: "PROTOBUF",
    text: 'syntax = "proto3"; message M { int64 n = 1; }',
    references: [],
  };
  expect(roundTrip(schema, '{"n":"9007199254740993"}')).toBe('{"n":"9007199254740993"}');
});
