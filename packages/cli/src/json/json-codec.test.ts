import type { ResolvedSchema } from "@letterpress/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../output.ts";
import { jsonCodec } from "./json-codec.ts";

const avro = (schema: unknown): ResolvedSchema => ({
  format: "AVRO",
  text: JSON.stringify(schema),
  references: [],
});
const field = (type: unknown): ResolvedSchema =>
  avro({ type: "record", name: "R", fields: [{ name: "f", type }] });

/** Through JSON text, the SDK's form, bytes, and back to JSON. */
function roundTrip(schema: ResolvedSchema, text: string): unknown {
  const { serde, parse, fromJson, toJson } = jsonCodec(schema);
  const bytes = serde.encode(1, fromJson(parse(text)));
  const start = schema.format === "AVRO" ? 5 : 6;
  return JSON.parse(jsonText(toJson(serde.decoder(schema)(bytes, start, bytes.length))));
}

test.each([
  ["a small long", "long", "7", 7],
  ["a long beyond 2^53, as a number", "long", "9007199254740993", "9007199254740993"],
  ["a long beyond 2^53, as a string", "long", '"-9223372036854775808"', "-9223372036854775808"],
  ["bytes", "bytes", '"AP8="', "AP8="],
  ["fixed", { type: "fixed", name: "F", size: 2 }, '"AP8="', "AP8="],
  [
    "a time",
    { type: "long", logicalType: "timestamp-millis" },
    '"2026-01-31T12:00:00Z"',
    "2026-01-31T12:00:00.000Z",
  ],
  [
    "a time in milliseconds",
    { type: "long", logicalType: "timestamp-millis" },
    "0",
    "1970-01-01T00:00:00.000Z",
  ],
  ["a decimal", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }, '"-12.5"', "-12.50"],
  ["a decimal below one", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }, "0.05", "0.05"],
  ["not a number", "double", '"NaN"', "NaN"],
  ["an integer as a double", "double", "12345678901234567000", 12345678901234567000],
  ["null in a union", ["null", "long"], "null", null],
  ["the other branch", ["null", "long"], "3", 3],
  ["a union of several", ["null", "long", "string"], '{"case":"long","value":3}', { case: "long", value: 3 }],
  ["an array", { type: "array", items: "long" }, "[1,2]", [1, 2]],
  [
    "a map with an awkward key",
    { type: "map", values: "long" },
    '{"__proto__":1}',
    JSON.parse('{"__proto__":1}'),
  ],
  ["an enum", { type: "enum", name: "E", symbols: ["A", "B"] }, '"B"', "B"],
])("Avro: %s", (_, type, text, expected) => {
  const result = roundTrip(field(type), `{"f":${text}}`) as { f: unknown };
  expect(JSON.stringify(result.f)).toBe(JSON.stringify(expected));
});

test("Avro: any 64-bit number survives", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const { f } = roundTrip(field("long"), `{"f":${value}}`) as { f: number | string };
      expect(BigInt(f)).toBe(value);
    }),
  );
});

test("Avro: recursive records and defaults", () => {
  const list = avro({
    type: "record",
    name: "List",
    fields: [
      { name: "value", type: "long", default: 5 },
      { name: "next", type: ["null", "List"], default: null },
    ],
  });
  expect(roundTrip(list, '{"next":{"value":2}}')).toEqual({ value: 5, next: { value: 2, next: null } });
});

test.each([
  ["a fraction for a long", "long", "1.5", /^f: must be a whole number.* 1\.5$/],
  ["letters for bytes", "bytes", '"%"', /^f: must be bytes in base64; it is "%"$/],
  ["no time", { type: "long", logicalType: "timestamp-millis" }, '"x"', /^f: must be a time/],
  [
    "too many places",
    { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 },
    '"1.234"',
    /2 places/,
  ],
  ["a wrong item", { type: "array", items: "long" }, "[1,true]", /^f\[1\]: .* true$/],
  ["a wrong entry", { type: "map", values: "long" }, '{"k":{"x":12345678901234567890}}', /^f\.k: /],
  ["no branch", ["null", "long", "string"], '{"case":"int"}', /long, string; it is \{"case":"int"\}$/],
  ["a list for an object", { type: "map", values: "long" }, "[]", /^f: must be an object/],
])("Avro: %s is refused with its path", (_, type, text, message) => {
  const { fromJson, parse } = jsonCodec(field(type));
  expect(() => fromJson(parse(`{"f":${text}}`))).toThrow(message);
});

test("an unknown field names those that are", () => {
  const { fromJson } = jsonCodec(field("long"));
  expect(() => fromJson({ g: 1 })).toThrow("g: is no field of R; it has f");
});

test("input that is nested too deep is refused", () => {
  const schema = avro({
    type: "record",
    name: "Deep",
    fields: [{ name: "d", type: { type: "array", items: "Deep" } }],
  });
  let json: unknown = { d: [] };
  for (let depth = 0; depth < 200_000; depth++) json = { d: [json] };
  expect(() => jsonCodec(schema).fromJson(json)).toThrow("nested too deep");
});

test("Protobuf goes by its own JSON mapping", () => {
  const text = `syntax = "proto3"; package p; import "google/protobuf/timestamp.proto";
    message M { int64 big = 1; bytes raw = 2; google.protobuf.Timestamp at = 3; E e = 4; }
    enum E { NONE = 0; SOME = 1; }`;
  const schema: ResolvedSchema = { format: "PROTOBUF", text, references: [] };
  const json = '{"big":9007199254740993,"raw":"AP8=","at":"2026-01-31T12:00:00Z","e":"SOME"}';
  expect(roundTrip(schema, json)).toEqual({
    big: "9007199254740993",
    raw: "AP8=",
    at: "2026-01-31T12:00:00Z",
    e: "SOME",
  });
  expect(() => jsonCodec(schema).fromJson({ nothing: 1 })).toThrow(/nothing/);
});

test("text that is no JSON says so", () => {
  expect(() => jsonCodec(field("long")).parse("{")).toThrow(/^is no JSON: /);
});
