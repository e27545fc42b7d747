import { expect, test } from "vitest";
import { AVRO_CORPUS } from "../../test/avro-corpus.ts";
import { lossyReads } from "./lossy-reads.ts";
import { parseAvro, parseResolvedAvro } from "./parse.ts";

function found(reader: unknown, writer: unknown): string[] {
  const [first, second] = [reader, writer].map((schema) => parseAvro(JSON.stringify(schema)).schema);
  return lossyReads(first!, second!).map(({ rule, path }) => `${rule} ${path}`);
}

function record(...fields: object[]): object {
  return { type: "record", name: "R", fields };
}

const E = (symbols: string[], more: object = {}): object => ({ type: "enum", name: "E", symbols, ...more });
const decimal = (scale: number): object => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });

test.each<[string, unknown, unknown, string[]]>([
  ["a widened int", "long", "int", []],
  ["an int as double", "double", "int", []],
  ["an int as float", "float", "int", ["LOSSY_PROMOTION /"]],
  ["a long as double", "double", "long", ["LOSSY_PROMOTION /"]],
  ["a long as double in a union", ["null", "double"], ["null", "long"], ["LOSSY_PROMOTION /1"]],
  ["bytes as text", "string", "bytes", ["LOSSY_PROMOTION /"]],
  ["text as bytes", "bytes", "string", []],
  ["symbols read as the default", E(["A"], { default: "A" }), E(["A", "B"]), ["LOSSY_ENUM_DEFAULT /symbols"]],
  [
    "another scale",
    { type: "array", items: decimal(2) },
    { type: "array", items: decimal(3) },
    ["LOGICAL_TYPE_CHANGED /items"],
  ],
  ["a logical type dropped", "int", { type: "int", logicalType: "date" }, ["LOGICAL_TYPE_CHANGED /"]],
  [
    "a field read by alias",
    record({ name: "b", type: "float", aliases: ["a"] }),
    record({ name: "a", type: "int" }),
    ["FIELD_READ_BY_ALIAS /fields/0", "LOSSY_PROMOTION /fields/0/type"],
  ],
  ["a field with a default added", record({ name: "b", type: "int", default: 1 }), record(), []],
])("%s", (_, reader, writer, expected) => {
  expect(found(reader, writer)).toEqual(expected);
});

test("a schema loses nothing of its own data", () => {
  for (const { schema } of AVRO_CORPUS) {
    const parsed = parseResolvedAvro(schema).schema;
    expect(lossyReads(parsed, parseResolvedAvro(schema).schema)).toEqual([]);
  }
});
