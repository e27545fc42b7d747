import { expect, test } from "vitest";
import type { ResolvedReference } from "../schema-definition.ts";
import { protobufDifferences, protobufIncompatibilities } from "./compatibility.ts";
import { type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";

function parse(text: string, references: readonly ResolvedReference[] = []): ProtobufSchema {
  return parseProtobuf({ format: "PROTOBUF", text, references });
}

const proto3 = (body: string): string => `syntax = "proto3"; package p; ${body}`;

/** `RULE path` of everything that stops `reader` from reading what `writer` wrote. */
function reasons(reader: ProtobufSchema, writer: ProtobufSchema): string[] {
  return protobufIncompatibilities(reader, writer).map(({ rule, path }) => `${rule} ${path}`);
}

/** Name of the change, old text, new text, what stops new from reading old, what stops old from reading new. */
const golden: [string, string, string, string[], string[]][] = [
  [
    "package changed",
    'syntax = "proto3"; package a;',
    'syntax = "proto3"; package b;',
    ["PACKAGE_CHANGED #/"],
    ["PACKAGE_CHANGED #/"],
  ],
  ["message added", proto3("message A {}"), proto3("message A {} message B {}"), [], ["MESSAGE_REMOVED #/B"]],
  [
    "nested message removed",
    proto3("message A { message B {} }"),
    proto3("message A {}"),
    ["MESSAGE_REMOVED #/A/B"],
    [],
  ],
  ["messages reordered", proto3("message A {} message B {}"), proto3("message B {} message A {}"), [], []],
  ["enum added", proto3("message A {}"), proto3("message A {} enum E { X = 0; }"), [], []],
  [
    "enum constant added and renamed",
    proto3("enum E { X = 0; Y = 1; }"),
    proto3("enum E { X = 0; Z = 1; W = 2; }"),
    [],
    [],
  ],
  ["field added", proto3("message A {}"), proto3("message A { int32 a = 1; }"), [], []],
  ["field renamed", proto3("message A { int32 a = 1; }"), proto3("message A { int32 b = 1; }"), [], []],
  [
    "kind changed",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { A a = 1; }"),
    ["FIELD_KIND_CHANGED #/A/1"],
    ["FIELD_KIND_CHANGED #/A/1"],
  ],
  [
    "message to map",
    proto3("message A { A a = 1; }"),
    proto3("message A { map<string, A> a = 1; }"),
    ["FIELD_KIND_CHANGED #/A/1"],
    ["FIELD_KIND_CHANGED #/A/1"],
  ],
  [
    "map value changed",
    proto3("message A { map<string, int32> a = 1; }"),
    proto3("message A { map<string, string> a = 1; }"),
    ["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ["FIELD_SCALAR_KIND_CHANGED #/A/1"],
  ],
  [
    "named type changed",
    proto3("message A { B b = 1; } message B {} message C {}"),
    proto3("message A { C b = 1; } message B {} message C {}"),
    ["FIELD_NAMED_TYPE_CHANGED #/A/1"],
    ["FIELD_NAMED_TYPE_CHANGED #/A/1"],
  ],
  [
    "bytes label changed",
    proto3("message A { optional bytes a = 1; }"),
    proto3("message A { repeated bytes a = 1; }"),
    [],
    [],
  ],
  [
    "numeric label changed",
    proto3("message A { optional int32 a = 1; }"),
    proto3("message A { repeated int32 a = 1; }"),
    ["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
    ["FIELD_NUMERIC_LABEL_CHANGED #/A/1"],
  ],
  [
    "implicit label changed",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { repeated int32 a = 1; }"),
    [],
    [],
  ],
  [
    "required field added",
    "message A {}",
    "message A { required int32 a = 1; }",
    ["REQUIRED_FIELD_ADDED #/A/1"],
    ["REQUIRED_FIELD_REMOVED #/A/1"],
  ],
  ["oneof added", proto3("message A {}"), proto3("message A { oneof o { int32 a = 1; } }"), [], []],
  [
    "oneof field removed",
    proto3("message A { oneof o { int32 a = 1; int32 b = 2; } }"),
    proto3("message A { oneof o { int32 a = 1; } }"),
    ["ONEOF_FIELD_REMOVED #/A/o/2"],
    [],
  ],
  [
    "oneof field moved to the top level",
    proto3("message A { oneof o { int32 a = 1; int32 b = 2; } }"),
    proto3("message A { oneof o { int32 a = 1; } int32 b = 2; }"),
    [],
    ["FIELD_MOVED_TO_EXISTING_ONEOF #/A/o"],
  ],
  [
    "one field moved into a new oneof",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { oneof o { int32 a = 1; } }"),
    [],
    [],
  ],
  [
    "several fields moved into a oneof",
    proto3("message A { int32 a = 1; int32 b = 2; }"),
    proto3("message A { oneof o { int32 a = 1; int32 b = 2; } }"),
    ["MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o"],
    [],
  ],
  [
    "oneof field changed",
    proto3("message A { oneof o { int32 a = 1; } }"),
    proto3("message A { oneof o { string a = 1; } }"),
    ["FIELD_SCALAR_KIND_CHANGED #/A/o/1"],
    ["FIELD_SCALAR_KIND_CHANGED #/A/o/1"],
  ],
  [
    "field changed while its oneof was renamed",
    proto3("message A { oneof o { int32 a = 1; } }"),
    proto3("message A { oneof q { string a = 1; } }"),
    ["FIELD_SCALAR_KIND_CHANGED #/A/1"],
    ["FIELD_SCALAR_KIND_CHANGED #/A/1"],
  ],
  [
    "proto3 optional",
    proto3("message A { int32 a = 1; int32 b = 2; }"),
    proto3("message A { optional int32 a = 1; optional int32 b = 2; }"),
    [],
    [],
  ],
];

test.each(golden)("%s", (_, before, after, backward, forward) => {
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
