import { expect, test } from "vitest";
import { PROTOBUF_COMPATIBILITY, proto3 } from "../../test/protobuf-compatibility.ts";
import type { ResolvedReference } from "../schema-definition.ts";
import { protobufDifferences, protobufIncompatibilities } from "./compatibility.ts";
import { type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";

function parse(text: string, references: readonly ResolvedReference[] = []): ProtobufSchema {
  return parseProtobuf({ format: "PROTOBUF", text, references });
}

/** `RULE path` of everything that stops `reader` from reading what `writer` wrote. */
function reasons(reader: ProtobufSchema, writer: ProtobufSchema): string[] {
  return protobufIncompatibilities(reader, writer).map(({ rule, path }) => `${rule} ${path}`);
}

test.each(PROTOBUF_COMPATIBILITY)("%s", (_, before, after, backward, forward) => {
  const [old, fresh] = [parse(before), parse(after)];
  expect(reasons(fresh, old)).toEqual(backward);
  expect(reasons(old, fresh)).toEqual(forward);
});

const groups = [
  ["int32", "int64", "uint32", "uint64", "bool", "E"],
  ["sint32", "sint64"],
  ["string", "bytes"],
  ["fixed32", "sfixed32"],
  ["fixed64", "sfixed64"],
  ["float"],
  ["double"],
];

test("scalars are compatible within their group and nowhere else", () => {
  const schemas = groups.flatMap((group, index) =>
    group.map((type) => ({ index, schema: parse(proto3(`enum E { X = 0; } message A { ${type} a = 1; }`)) })),
  );
  for (const reader of schemas) {
    for (const writer of schemas) {
      const expected = reader.index === writer.index ? [] : ["FIELD_SCALAR_KIND_CHANGED #/A/1"];
      expect(reasons(reader.schema, writer.schema)).toEqual(expected);
    }
  }
});

test("follows fields into other files", () => {
  const withPart = (part: string): ProtobufSchema =>
    parse(proto3('import "part.proto"; message A { q.Part part = 1; q.Part again = 2; }'), [
      {
        name: "part.proto",
        subject: "part",
        version: part.length,
        schema: {
          format: "PROTOBUF",
          text: `syntax = "proto3"; package q; message Part { ${part} }`,
          references: [],
        },
      },
    ]);
  const [old, fresh] = [withPart("int32 a = 1; Part next = 2;"), withPart("string a = 1; Part next = 2;")];
  expect(reasons(fresh, old)).toEqual([
    "FIELD_SCALAR_KIND_CHANGED #/Part/1",
    "FIELD_NAMED_TYPE_CHANGED #/A/1",
    "FIELD_NAMED_TYPE_CHANGED #/A/2",
  ]);
  expect(reasons(old, withPart("int32 a = 1; Part next = 2; int32 c = 3;"))).toEqual([]);
});

test("says why in Confluent's words", () => {
  const [reader, writer] = [
    parse(proto3("message A { string a = 1; }")),
    parse(proto3("message A { int32 a = 1; }")),
  ];
  expect(protobufIncompatibilities(reader, writer)[0]?.message).toBe(
    "The kind of a SCALAR field at path '#/A/1' in the reader schema does not match its kind in the writer schema",
  );
});

test("names compatible differences too", () => {
  const old = parse(proto3("message A { int32 a = 1; } message B {} enum E { X = 0; Y = 1; }"));
  const fresh = parse(
    proto3("message B { int32 n = 1; } message A { int32 b = 1; } enum E { X = 0; Z = 2; }"),
  );
  expect(protobufDifferences(fresh, old).map(({ type, path }) => `${type} ${path}`)).toEqual([
    "FIELD_NAME_CHANGED #/A/1",
    "MESSAGE_MOVED #/A",
    "FIELD_ADDED #/B/1",
    "MESSAGE_MOVED #/B",
    "ENUM_CONST_REMOVED #/E/1",
    "ENUM_CONST_ADDED #/E/2",
  ]);
});
