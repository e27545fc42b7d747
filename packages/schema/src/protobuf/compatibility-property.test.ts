import { create, fromBinary, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import fc, { type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { arbitraryInit } from "../../test/protobuf-arbitrary.ts";
import { protobufIncompatibilities } from "./compatibility.ts";
import { type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";
import { protobufStrictIncompatibilities } from "./strict.ts";

const types = [
  "int32",
  "uint32",
  "int64",
  "sint32",
  "sint64",
  "bool",
  "string",
  "bytes",
  "fixed32",
  "sfixed64",
  "double",
  "E",
  "Part",
];

interface FieldPlan {
  readonly type: string;
  readonly label: "" | "optional" | "repeated";
  readonly change: "keep" | "retype" | "relabel" | "delete" | "into oneof";
  readonly newType: string;
}

const plan: Arbitrary<FieldPlan> = fc.record({
  type: fc.constantFrom(...types),
  label: fc.constantFrom("", "optional", "repeated"),
  change: fc.constantFrom("keep", "keep", "keep", "retype", "relabel", "delete", "into oneof"),
  newType: fc.constantFrom(...types),
});

function parse(fields: readonly string[]): ProtobufSchema {
  const body = `enum E { ZERO = 0; ONE = 1; } message Part { string text = 1; int64 number = 2; }`;
  const text = `syntax = "proto3"; message A { ${fields.join(" ")} } ${body}`;
  return parseProtobuf({ format: "PROTOBUF", text, references: [] });
}

function before({ type, label }: FieldPlan, index: number): string {
  return `${label} ${type} f${index} = ${index + 1};`;
}

function after({ type, label, change, newType }: FieldPlan, index: number): string {
  const number = index + 1;
  switch (change) {
    case "keep":
      return `${label} ${type} f${index} = ${number};`;
    case "retype":
      return `${label} ${newType} f${index} = ${number};`;
    case "relabel":
      return `${label === "" ? "optional" : ""} ${type} f${index} = ${number};`;
    case "delete":
      return `reserved ${number}; reserved "f${index}";`;
    case "into oneof":
      return `oneof o${index} { ${type} f${index} = ${number}; }`;
  }
}

test("what the checker calls compatible is read, and strictly so with the same JSON", () => {
  let compatible = 0;
  fc.assert(
    fc.property(fc.array(plan, { minLength: 1, maxLength: 4 }), fc.gen(), (plans, gen) => {
      const [writer, reader] = [parse(plans.map(before)), parse(plans.map(after))];
      if (protobufIncompatibilities(reader, writer).length > 0) return;
      if (protobufStrictIncompatibilities(reader, writer).length > 0) return;
      compatible += 1;
      const [from, to] = [writer.messageAt([0])!, reader.messageAt([0])!];
      const value = create(from, gen(() => arbitraryInit(from)) as never) as Message;
      const read = fromBinary(to, toBinary(from, value));
      const kept = plans.flatMap(({ change }, index) => (change === "keep" ? [`f${index}`] : []));
      const [written, seen] = [toJson(from, value), toJson(to, read)] as Record<string, unknown>[];
      for (const name of kept) expect(seen![name]).toEqual(written![name]);
    }),
    { numRuns: 500 },
  );
  expect(compatible).toBeGreaterThan(50);
});
