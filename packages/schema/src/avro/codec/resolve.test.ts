import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryValue } from "../../../test/avro-arbitrary.ts";
import { arbitraryRecordSchema } from "../../../test/avro-arbitrary-schema.ts";
import { avro } from "../../../test/avro-corpus.ts";
import { SchemaError } from "../../schema-error.ts";
import { avroIncompatibilities } from "../compatibility.ts";
import { parseResolvedAvro } from "../parse.ts";
import { avroSerde } from "../serde.ts";

const HEADER_BYTES = 5;

/** What a reader sees of a value that was written with another schema. */
function reread(writer: unknown, reader: unknown, value: unknown): unknown {
  const bytes = avroSerde<unknown>(avro(writer as object)).encode(1, value);
  const decode = avroSerde<unknown>(avro(reader as object)).decoder(avro(writer as object));
  return decode(bytes, HEADER_BYTES, bytes.length);
}

function record(fields: unknown[], more: object = {}): object {
  return { type: "record", name: "R", fields, ...more };
}

const A = { name: "a", type: "int" };

test.each([
  ["int as long", `"int"`, `"long"`, 5, 5n],
  ["int as double", `"int"`, `"double"`, 5, 5],
  ["long as double", `"long"`, `"double"`, 2n ** 60n, 2 ** 60],
  ["long as float", `"long"`, `"float"`, 16777217n, 16777216],
  ["string as bytes", `"string"`, `"bytes"`, "é", new Uint8Array([0xc3, 0xa9])],
  ["bytes as string", `"bytes"`, `"string"`, new Uint8Array([0xc3, 0xa9]), "é"],
  ["int as timestamp", `"int"`, `{"type":"long","logicalType":"timestamp-millis"}`, 9, new Date(9)],
  ["a type that became nullable", `"int"`, `["null","int"]`, 5, 5],
  ["a type that became a union", `"int"`, `["null","string","long"]`, 5, { case: "long", value: 5n }],
  ["a nullable type that no longer is", `["null","int"]`, `"int"`, 5, 5],
  [
    "a union with a branch more",
    `["int","string"]`,
    `["string","null","int"]`,
    { case: "int", value: 5 },
    { case: "int", value: 5 },
  ],
])("reads %s", (_, writer, reader, value, expected) => {
  expect(reread(writer, reader, value)).toEqual(expected);
});

test("fields are matched by name and alias, skipped, and filled with defaults", () => {
  const writer = record([
    {
      name: "gone",
      type: { type: "map", values: ["null", { type: "array", items: record([A], { name: "S" }) }] },
    },
    { name: "old", type: "int" },
    { name: "kept", type: "string" },
  ]);
  const reader = record([
    { name: "kept", type: "string" },
    { name: "added", type: { type: "array", items: "long" }, default: [1, 2] },
    { name: "renamed", type: "long", aliases: ["old"] },
    { name: "copy", type: "double", aliases: ["old"] },
  ]);
  const value = { gone: { x: [{ a: 1 }, { a: 2 }], y: null }, old: 7, kept: "k" };
  const first = reread(writer, reader, value);
  expect(first).toEqual({ kept: "k", added: [1n, 2n], renamed: 7n, copy: 7 });
  // A default is made anew each time: changing one must not change the next.
  (first as { added: bigint[] }).added.push(3n);
  expect(reread(writer, reader, value)).toMatchObject({ added: [1n, 2n] });
});

test("a symbol that the reader lacks becomes its default, or refuses the data that has it", () => {
  const writer = record([{ name: "s", type: { type: "enum", name: "E", symbols: ["A", "B"] } }]);
  const lenient = record([
    { name: "s", type: { type: "enum", name: "E", symbols: ["Z", "A"], default: "Z" } },
  ]);
  const strict = record([{ name: "s", type: { type: "enum", name: "E", symbols: ["A"] } }]);
  expect(reread(writer, lenient, { s: "B" })).toEqual({ s: "Z" });
  expect(reread(writer, strict, { s: "A" })).toEqual({ s: "A" });
  expect(() => reread(writer, strict, { s: "B" })).toThrow(
    expect.objectContaining({ code: "INVALID_PAYLOAD", path: "s" }),
  );
});

test("a branch that the reader lacks refuses only the data that has it", () => {
  expect(reread(["null", "string"], ["null", "int"], null)).toBeNull();
  expect(() => reread(["null", "string"], ["null", "int"], "x")).toThrow(
    "no branch of the reader's union takes string",
  );
});

test("a decimal says what was written, whatever scale the reader expects", () => {
  const decimal = (scale: number): object => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });
  expect(reread(decimal(2), decimal(4), { unscaled: 150n, scale: 2 })).toEqual({ unscaled: 150n, scale: 2 });
});

test.each([
  ["int", "string", "int cannot be read as string"],
  [record([A]), record([A, { name: "b", type: "int" }]), `the writer has no field "b"`],
  [record([{ name: "a", type: "string" }]), record([A]), "R.a: string cannot be read as int"],
  [record([A]), record([A], { name: "S" }), `record "R" cannot be read as record "S"`],
])("refuses at once what no data can be read of (%#)", (writer, reader, message) => {
  const make = (): unknown => avroSerde(avro(JSON.stringify(reader))).decoder(avro(JSON.stringify(writer)));
  expect(make).toThrow(SchemaError);
  expect(make).toThrow(message);
});

test("a record that refuses is refused wherever plans already led to it", () => {
  const node = (type: string): object =>
    record([
      { name: "peer", type: ["null", record([{ name: "back", type: ["null", "R"] }], { name: "P" })] },
      { name: "other", type: ["null", "P"] },
      { name: "x", type },
    ]);
  const writer = { type: "map", values: ["null", node("string")] };
  const reader = { type: "map", values: ["null", node("int")] };
  expect(reread(writer, reader, { a: null })).toEqual({ a: null });
  expect(() => reread(writer, reader, { a: { peer: null, other: null, x: "" } })).toThrow("no branch");
});

test("whatever the compatibility check accepts can be read", () => {
  let compatible = 0;
  fc.assert(
    fc.property(
      arbitraryRecordSchema,
      arbitraryRecordSchema,
      fc.infiniteStream(fc.nat()),
      (writer, reader, seeds) => {
        const [writerSchema, readerSchema] = [
          parseResolvedAvro(avro(writer)),
          parseResolvedAvro(avro(reader)),
        ];
        if (avroIncompatibilities(readerSchema.schema, writerSchema.schema).length > 0) return;
        compatible++;
        const readerSerde = avroSerde<unknown>(avro(reader));
        const writerSerde = avroSerde<unknown>(avro(writer));
        const decode = readerSerde.decoder(avro(writer));
        const seed = seeds.next().value as number;
        for (const value of fc.sample(arbitraryValue(writerSchema.schema), { numRuns: 5, seed })) {
          const bytes = writerSerde.encode(1, value);
          const read = decode(bytes, HEADER_BYTES, bytes.length);
          // What was read is a complete value of the reader's schema: it can be written with it.
          const again = readerSerde.encode(1, read);
          expect(readerSerde.decoder(readerSerde.schema)(again, HEADER_BYTES, again.length)).toEqual(read);
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(compatible).toBeGreaterThan(60);
});
