import { expect, test } from "vitest";
import { protobufIncompatibilities } from "./compatibility.ts";
import { parseProtobuf } from "./protobuf-schema.ts";
import { protobufStrictIncompatibilities } from "./strict.ts";

const parse = (...lines: string[]) =>
  parseProtobuf(
    {
      format: "PROTOBUF",
      text: ['syntax = "proto3";', "package shop;", ...lines].join("\n"),
      references: [],
    },
    { file: "order.proto" },
  );

const before = parse(
  "message Order {",
  "  message Line { int32 n = 1; string sku = 2; }",
  "  Line line = 1;",
  "}",
);

test("a changed field is located in the reader's text, in nested messages too", () => {
  const after = parse(
    "message Order {",
    "  message Line {",
    "    string n = 1;",
    "  }",
    "  Line line = 1;",
    "}",
  );
  expect(protobufIncompatibilities(after, before)).toMatchObject([
    { rule: "FIELD_SCALAR_KIND_CHANGED", location: { file: "order.proto", line: 5, column: 5 } },
  ]);
});

test("what is gone is located at the message it is gone from", () => {
  const after = parse("message Order {", "  message Line { int32 n = 1; }", "  Line line = 1;", "}");
  const places = protobufStrictIncompatibilities(after, before).map(({ location }) => location);
  expect(places).toEqual([
    { file: "order.proto", line: 4, column: 3 },
    { file: "order.proto", line: 4, column: 3 },
  ]);
});
