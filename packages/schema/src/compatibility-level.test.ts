import { expect, test } from "vitest";
import { avro } from "../test/avro-corpus.ts";
import {
  type CheckLevel,
  type CompatibilityLevel,
  checkLevel,
  type VersionedSchema,
} from "./compatibility-level.ts";
import { parseSchema } from "./parse-schema.ts";
import type { ParsedSchema } from "./parsed-schema.ts";

function record(...fields: object[]): ParsedSchema {
  return parseSchema(avro({ type: "record", name: "R", fields }));
}

function versions(...schemas: ParsedSchema[]): VersionedSchema[] {
  return schemas.map((schema, index) => ({ version: index + 1, schema }));
}

const A = { name: "a", type: "int" };
const B = { name: "b", type: "int" };
const B_OPTIONAL = { ...B, default: 0 };

/** Against version 1 `{a}` and version 2 `{a, b = 0}`: the versions that stand in the way, and in which direction. */
test.each<[string, CompatibilityLevel, ParsedSchema, string[]]>([
  ["anything", "NONE", record({ name: "z", type: "string" }), []],
  ["a required field, readable from the last version only", "BACKWARD", record(A, B), []],
  ["the same, all versions counting", "BACKWARD_TRANSITIVE", record(A, B), ["1 BACKWARD"]],
  ["a dropped field that readers default", "FORWARD", record(A), []],
  ["a dropped field that readers need", "FORWARD", record(B), ["2 FORWARD"]],
  ["the same, all versions counting", "FORWARD_TRANSITIVE", record(B_OPTIONAL), ["2 FORWARD"]],
  ["a field swapped for another", "FULL", record({ name: "c", type: "int" }), ["2 BACKWARD", "2 FORWARD"]],
  ["an optional field", "FULL_TRANSITIVE", record(A, { name: "c", type: "int", default: 1 }), []],
])("%s at %s", (_, level, candidate, expected) => {
  const found = checkLevel(level, candidate, versions(record(A), record(A, B_OPTIONAL)));
  expect(found.map(({ version, direction }) => `${version} ${direction}`)).toEqual(expected);
});

test("nothing stands in the way of a first version", () => {
  expect(checkLevel("FULL_TRANSITIVE", record(A), [])).toEqual([]);
});

test("messages are Confluent's, with new and old in the right places", () => {
  const [backward] = checkLevel("BACKWARD", record(A, B), versions(record(A)));
  expect(backward!.message).toBe(
    "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the new schema " +
      "has no default value and is missing in the old schema', additionalInfo:'b'}",
  );
  const [forward] = checkLevel("FORWARD", record(A), versions(record(A, B)));
  expect(forward!.message).toBe(
    "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the old schema " +
      "has no default value and is missing in the new schema', additionalInfo:'b'}",
  );
  const [name] = checkLevel("BACKWARD", parseSchema(avro(`"int"`)), versions(parseSchema(avro(`"string"`))));
  expect(name!.message).toBe(
    "{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the " +
      "old schema', additionalInfo:'reader type: INT not compatible with writer type: STRING'}",
  );
});

test("another format is incompatible", () => {
  const proto = parseSchema({ format: "PROTOBUF", text: `syntax = "proto3"; message R {}`, references: [] });
  const [found] = checkLevel("BACKWARD", proto, versions(record(A)));
  expect(found!.incompatibility.rule).toBe("SCHEMA_TYPE_MISMATCH");
});

test("Protobuf's reasons have Protobuf's quotes", () => {
  const [first, second] = ["a", "b"].map((name) =>
    parseSchema({
      format: "PROTOBUF",
      text: `syntax = "proto3"; package ${name}; message R {}`,
      references: [],
    }),
  );
  const [violation] = checkLevel("BACKWARD", second!, versions(first!));
  expect(violation!.message).toMatch(
    /^{errorType:"PACKAGE_CHANGED", description:"The package at '.*' in the new schema .* the package in the old schema"}$/,
  );
});

test("STRICT asks both directions of all versions, and lets nothing be lost", () => {
  const parse = (fields: string) =>
    parseSchema({
      format: "AVRO",
      text: `{"type":"record","name":"R","fields":[${fields}]}`,
      references: [],
    });
  const long = parse(`{"name":"a","type":"long"}`);
  const double = parse(`{"name":"a","type":"double"}`);
  const rulesOf = (level: CheckLevel, candidate: ParsedSchema, old: ParsedSchema) =>
    checkLevel(level, candidate, [{ version: 1, schema: old }]).map(
      ({ incompatibility }) => incompatibility.rule,
    );
  expect(rulesOf("BACKWARD", double, long)).toEqual([]);
  expect(rulesOf("STRICT", double, long)).toEqual(["LOSSY_PROMOTION", "TYPE_MISMATCH"]);
  const proto = (body: string) =>
    parseSchema({ format: "PROTOBUF", text: `syntax = "proto3"; message M { ${body} }`, references: [] });
  const [one, two] = [proto("int32 a = 1;"), proto("int32 a = 1; int32 b = 2;")];
  expect(rulesOf("STRICT", two, one)).toEqual([]);
  expect(rulesOf("STRICT", one, two)).toEqual([
    "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
  ]);
});
