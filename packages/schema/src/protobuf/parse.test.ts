import { readdirSync, readFileSync } from "node:fs";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ResolvedReference, ResolvedSchema } from "../schema-definition.ts";
import { SchemaError } from "../schema-error.ts";
import { parseProtobuf } from "./protobuf-schema.ts";

const fixtures = new URL("./fixtures/nasty/", import.meta.url);
const references: ResolvedReference[] = readdirSync(fixtures).map((name) => ({
  name,
  subject: name,
  version: 1,
  schema: { format: "PROTOBUF", text: readFileSync(new URL(name, fixtures), "utf8"), references: [] },
}));

function schemaOf(text: string, withReferences: readonly ResolvedReference[] = []): ResolvedSchema {
  return { format: "PROTOBUF", text, references: withReferences };
}

function errorOf(text: string): SchemaError {
  try {
    parseProtobuf(schemaOf(text), { file: "a.proto" });
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error("the text was accepted");
}

test("finds messages by their index path and paths by name", () => {
  const schema = parseProtobuf(
    schemaOf(`syntax = "proto3"; package p;
      message A { map<string, B> m = 1; message N { message O {} } }
      message B {}`),
  );
  expect(schema.fullName).toBe("p.A");
  expect(schema.typeNameAt([0, 0, 0])).toBe("p.A.N.O");
  expect(schema.typeNameAt([1])).toBe("p.B");
  expect(schema.typeNameAt([2])).toBeUndefined();
  expect(schema.messageIndexesOf("p.A.N.O")).toEqual([0, 0, 0]);
  expect(schema.messageIndexesOf("p.C")).toBeUndefined();
});

test("resolves well-known types without their text, and says which reference is missing", () => {
  const schema = parseProtobuf(
    schemaOf(`syntax = "proto3";
      import "google/protobuf/timestamp.proto"; import "confluent/type/decimal.proto";
      message A { google.protobuf.Timestamp at = 1; confluent.type.Decimal price = 2; }`),
  );
  expect(schema.file.messageType[0]?.field.map((field) => field.typeName)).toEqual([
    ".google.protobuf.Timestamp",
    ".confluent.type.Decimal",
  ]);
  const missing = errorOf('syntax = "proto3";\nimport "other.proto";');
  expect(missing.code).toBe("MISSING_REFERENCE");
  expect(missing.message).toContain('a.proto:2:8: the import "other.proto" was not given');
});

test.each([
  ['syntax = "proto4";', "1:10", '"proto2" or "proto3"'],
  ['syntax = "proto3"; message A { Missing m = 1; }', "1:32", "the type Missing is not known here"],
  ['syntax = "proto3"; message A { int32 a = 1; int32 b = 1; }', "1:45", "which a has already"],
  ['syntax = "proto3"; message A { required int32 a = 1; }', "1:32", "remove it"],
  ['syntax = "proto2"; message A { int32 a = 1; }', "1:32", "needs a label"],
  ['syntax = "proto3"; message A { int32 a = 19001; }', "1:42", "belong to Protobuf itself"],
  ['syntax = "proto3"; message A { int32 a = 0; }', "1:42", "outside 1 to 536870911"],
  ['syntax = "proto3"; message A { reserved 4; int32 a = 4; }', "1:44", "reserved"],
  ['syntax = "proto3"; message A { int32 foo_bar = 1; int32 fooBar = 2; }', "1:51", "in JSON"],
  ['syntax = "proto3"; enum E { A = 1; }', "1:29", "must be zero"],
  ['syntax = "proto3"; enum E { A = 0; B = 0; }', "1:36", "allow_alias"],
  ['syntax = "proto3"; message A {} message A {}', "1:33", "already defined"],
  [
    'syntax = "proto3"; message A { int32 a = 1 [wrong = true]; }',
    "1:45",
    "custom options stand in parentheses",
  ],
  ['syntax = "proto3"; message A { int32 a = 1 [(x) = true]; }', "1:45", "import the file that does"],
  ['syntax = "proto3"; message A {\n  string s = 1;\n', "3:1", "the end of the text"],
  ['syntax = "proto3"; import "x', "1:27", "no closing"],
  ["/* never closed", "1:1", "no closing */"],
  ['syntax = "proto3"; message A { map<float, int32> m = 1; }', "1:36", "a map's key"],
  ['syntax = "proto2"; message A { optional int32 a = 1 [default = 99999999999]; }', "1:64", "outside"],
  ['edition = "2023"; message A { optional int32 a = 1; }', "1:31", "features.field_presence"],
])("refuses %j with a place and advice", (text, place, advice) => {
  const error = errorOf(text);
  expect(error.code).toBe("INVALID_SCHEMA");
  expect(error.message).toContain(`a.proto:${place}: `);
  expect(error.message).toContain(advice);
});

test("refuses imports that go round in a circle", () => {
  const loop = (name: string, other: string): ResolvedReference => ({
    name,
    subject: name,
    version: 1,
    schema: schemaOf(`syntax = "proto3"; import "${other}";`),
  });
  const schema = schemaOf('syntax = "proto3"; import "x.proto";', [
    loop("x.proto", "y.proto"),
    loop("y.proto", "x.proto"),
  ]);
  expect(() => parseProtobuf(schema)).toThrow(/circle: schema.proto -> x.proto -> y.proto -> x.proto/);
});

test("bounds nesting", () => {
  const text = `syntax = "proto3"; ${"message A {".repeat(5000)}`;
  expect(errorOf(text).message).toContain("may nest 32 deep");
  const option = `syntax = "proto3"; option (x) = ${"{a:".repeat(5000)}`;
  expect(errorOf(option).message).toContain("may nest 32 deep");
});

test("keeps comments and places of declarations", () => {
  const schema = parseProtobuf(
    schemaOf(`syntax = "proto3";

// Far away.

// An order,
// as placed.
message Order { // opens
  /* The id. */
  string id = 1; // never empty
}`),
  );
  const order = schema.file.messageType[0]!;
  const source = schema.sources.get(order);
  expect(source?.location).toMatchObject({ line: 7, column: 1 });
  expect(source?.comments).toMatchObject({
    leading: " An order,\n as placed.\n",
    detached: [" Far away.\n"],
  });
  expect(source?.trailing).toBe(" opens\n");
  expect(schema.sources.get(order.field[0]!)).toMatchObject({
    comments: { leading: " The id. " },
    trailing: " never empty\n",
  });
});

test("gives groups, maps, optional fields and defaults their descriptors", () => {
  const { file } = parseProtobuf(
    schemaOf(`message A { optional group Part = 1 { optional bytes b = 1 [default = "\\001x"]; }
      map<string, int32> by_name = 2; }`),
  );
  const [group, map] = file.messageType[0]!.field;
  expect(group).toMatchObject({ name: "part", type: Type.GROUP, typeName: ".A.Part" });
  expect(map).toMatchObject({ type: Type.MESSAGE, typeName: ".A.ByNameEntry" });
  expect(file.messageType[0]?.nestedType[0]?.field[0]?.defaultValue).toBe("\\001x");
});

test("random mutations of schemas give SchemaError or a schema, never anything else", () => {
  const texts = references.map((reference) => reference.schema.text);
  const words = texts.flatMap((text) => text.split(/\s+/));
  const mutation = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(40),
    insert: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(...words),
      fc.constantFrom("{", "}", "[", ";", "="),
    ),
  });
  fc.assert(
    fc.property(mutation, ({ text, at, drop, insert }) => {
      const cut = Math.floor(at * text.length);
      const mutated = text.slice(0, cut) + insert + text.slice(cut + drop);
      try {
        const schema = parseProtobuf(schemaOf(mutated, references), { file: "mutated.proto" });
        toBinary(FileDescriptorProtoSchema, schema.file);
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

test("random text gives SchemaError", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      try {
        parseProtobuf(schemaOf(text));
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
      }
    }),
  );
});

test("a package behind declarations holds for them, too", () => {
  const text = `syntax = "proto3"; message package_like { Inner package = 1; } message Inner {} package a.b;`;
  const parsed = parseProtobuf({ format: "PROTOBUF", text, references: [] });
  expect(parsed.fullName).toBe("a.b.package_like");
  expect(parsed.file.messageType[0]?.field[0]?.typeName).toBe(".a.b.Inner");
  const twice = { format: "PROTOBUF", text: `${text} package c;`, references: [] } as const;
  expect(() => parseProtobuf(twice)).toThrow("a file has one package");
});
