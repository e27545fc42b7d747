import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryValue } from "../../test/avro-arbitrary.ts";
import { AVRO_CORPUS, avro, corpusSchema } from "../../test/avro-corpus.ts";
import { SchemaError } from "../schema-error.ts";
import { avroJsonCodec } from "./json-codec.ts";
import { parseResolvedAvro } from "./parse.ts";
import { avroSerde } from "./serde.ts";

const HEADER_BYTES = 5;

/** Whether all numbers within a value are finite. */
function allFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(allFinite);
}

const READABLE = AVRO_CORPUS.filter(({ file }) => file !== "reserved-words.avsc");

describe.each(READABLE)("$file", ({ schema }) => {
  test("what the typed codec writes reads as JSON, and back", () => {
    const codec = avroJsonCodec(schema);
    const serde = avroSerde<unknown>(schema);
    fc.assert(
      fc.property(arbitraryValue(parseResolvedAvro(schema).schema), (value) => {
        const bytes = serde.encode(9, value);
        const json = codec.decode(bytes, HEADER_BYTES, bytes.length);
        JSON.parse(json);
        // What JSON cannot carry: inexact longs, numbers that are not finite, a map's key of `__proto__`.
        const isCarried = !/\d{16}|__proto__/.test(json) && allFinite(value);
        if (!isCarried) return;
        const again = codec.encode(9, json);
        expect(codec.decode(again, HEADER_BYTES, again.length)).toBe(json);
      }),
      { numRuns: 40 },
    );
  });
});

test("speaks Avro's JSON encoding", () => {
  const codec = avroJsonCodec(corpusSchema("order.avsc"));
  const json =
    '{"orderId":"o","customerId":"c","quantity":1,"amountCents":5,"currency":"EUR","weight":0.5,"express":false,' +
    '"placedAt":1700000000000,"status":"NEW","note":{"string":"x"}}';
  const bytes = codec.encode(3, json);
  expect(codec.decode(bytes, HEADER_BYTES, bytes.length)).toBe(json);
});

test("longs keep their digits on the way out, and are refused when they would lose them on the way in", () => {
  const codec = avroJsonCodec(avro(`"long"`));
  const bytes = avroSerde<bigint>(avro(`"long"`)).encode(1, 2n ** 63n - 1n);
  expect(codec.decode(bytes, HEADER_BYTES, bytes.length)).toBe("9223372036854775807");
  expect(() => codec.encode(1, "9223372036854775807")).toThrow("is not a whole number within 2^53");
});

test("a field that avsc would lose is refused at once", () => {
  expect(() => avroJsonCodec(corpusSchema("reserved-words.avsc"))).toThrow("has a field __proto__");
});

test.each([
  ["not JSON", "{"],
  ["of another type", `"x"`],
  ["unwrapped", `{"orderId": 5}`],
])("JSON that is %s is refused with a typed error", (_, json) => {
  const codec = avroJsonCodec(corpusSchema("order.avsc"));
  expect(() => codec.encode(1, json)).toThrow(SchemaError);
  expect(() => codec.encode(1, json)).toThrow(expect.objectContaining({ code: "INVALID_VALUE" }));
});

test("a payload that claims too much is refused before anything is built", () => {
  const codec = avroJsonCodec(avro({ type: "array", items: "null" }));
  const claim = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]);
  expect(() => codec.decode(claim, 0, claim.length)).toThrow("items without bytes");
});
