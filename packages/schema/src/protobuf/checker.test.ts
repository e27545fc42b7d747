import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryInit, everyKind } from "../../test/protobuf-arbitrary.ts";
import { protobufChecker } from "./checker.ts";
import { parseProtobuf } from "./protobuf-schema.ts";

const schema = parseProtobuf({ format: "PROTOBUF", text: everyKind, references: [] });
const message = schema.messageAt([0])!;
const checker = schema.checker([0]);

function isValid(bytes: Uint8Array, check = checker): boolean {
  const buffer = Buffer.from(bytes);
  return check.isValid(buffer, 0, buffer.length);
}

function decodes(descriptor: DescMessage, bytes: Uint8Array): boolean {
  try {
    fromBinary(descriptor, bytes);
    return true;
  } catch {
    return false;
  }
}

test("accepts every message that protobuf-es writes, at any place in a buffer", () => {
  fc.assert(
    fc.property(arbitraryInit(message), fc.nat(20), fc.nat(20), (init, before, behind) => {
      const bytes = toBinary(message, create(message, init) as Message);
      const buffer = Buffer.concat([Buffer.alloc(before, 0xff), bytes, Buffer.alloc(behind, 0xff)]);
      return checker.isValid(buffer, before, before + bytes.length);
    }),
    { numRuns: 300 },
  );
});

test("what it accepts of mutated payloads decodes, and it agrees with its explanation", () => {
  const mutation = fc.record({
    at: fc.nat(),
    byte: fc.nat(255),
    kind: fc.constantFrom("set", "cut", "insert"),
  });
  fc.assert(
    fc.property(
      arbitraryInit(message),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      (init, mutations) => {
        let bytes = Buffer.from(toBinary(message, create(message, init) as Message));
        for (const { at, byte, kind } of mutations) {
          const index = bytes.length === 0 ? 0 : at % bytes.length;
          const tail = bytes.subarray(kind === "insert" ? index : index + 1);
          const middle = kind === "cut" ? Buffer.alloc(0) : Buffer.of(byte);
          bytes = Buffer.concat([bytes.subarray(0, index), middle, tail]);
        }
        const valid = isValid(bytes);
        const explained = checker.explain(bytes, 0, bytes.length).message === "the payload is valid";
        expect(explained).toBe(valid);
        if (valid) expect(decodes(message, bytes)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

test("random bytes never throw, and agree with their explanation", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      const explained = checker.explain(buffer, 0, buffer.length).message === "the payload is valid";
      return explained === checker.isValid(buffer, 0, buffer.length);
    }),
    { numRuns: 5000 },
  );
});

const proto2 = parseProtobuf({
  format: "PROTOBUF",
  text: `message Node { required int32 id = 1; optional string text = 2; optional Node next = 3;
    repeated int32 plain = 4; repeated fixed32 fixed = 5; optional group Part = 6 { optional int32 x = 1; }
    map<string, Node> nodes = 7; }`,
  references: [],
});

/** The fault of what `write` writes, or undefined when it is valid. */
function faultOf(write: (writer: BinaryWriter) => void): string | undefined {
  const writer = new BinaryWriter();
  write(writer);
  const buffer = Buffer.from(writer.finish());
  const check = proto2.checker([0]);
  if (check.isValid(buffer, 0, buffer.length)) return undefined;
  const { path, message: reason } = check.explain(buffer, 0, buffer.length);
  return `${path}: ${reason}`;
}

test("says where a payload is wrong", () => {
  const id = (writer: BinaryWriter): BinaryWriter => writer.tag(1, WireType.Varint).int32(1);
  expect(faultOf(id)).toBeUndefined();
  expect(faultOf(() => {})).toBe("id: the required field id is missing");
  expect(faultOf((w) => id(w).tag(3, WireType.LengthDelimited).bytes(new Uint8Array(0)))).toBe(
    "next.id: the required field id is missing",
  );
  expect(faultOf((w) => id(w).tag(2, WireType.Varint).int32(1))).toBe(
    "text: wire type varint where the schema has length-delimited",
  );
  expect(faultOf((w) => id(w).tag(2, WireType.LengthDelimited).uint32(9))).toBe(
    "text: 9 bytes would reach behind the end",
  );
  expect(faultOf((w) => id(w).tag(6, WireType.StartGroup).tag(1, WireType.Varint).int32(2))).toBe(
    "part: the group Node.Part does not end",
  );
  expect(faultOf((w) => id(w).tag(6, WireType.EndGroup))).toContain("is no field of a message");
  expect(faultOf((w) => id(w).raw(new Uint8Array([0])))).toContain("is no field of a message");
  const entry = Uint8Array.of(0x0a, 1, 65, 0x12, 0);
  expect(faultOf((w) => id(w).tag(7, WireType.LengthDelimited).bytes(entry))).toBe(
    "nodes[0].value.id: the required field id is missing",
  );
});

test("takes numbers packed and unpacked, and unknown fields of every kind", () => {
  const id = (writer: BinaryWriter): BinaryWriter => writer.tag(1, WireType.Varint).int32(1);
  expect(
    faultOf((w) =>
      id(w)
        .tag(4, WireType.LengthDelimited)
        .bytes(Uint8Array.of(1, 0x80, 1)),
    ),
  ).toBeUndefined();
  expect(faultOf((w) => id(w).tag(4, WireType.Varint).int32(-1))).toBeUndefined();
  expect(faultOf((w) => id(w).tag(4, WireType.LengthDelimited).bytes(Uint8Array.of(0x80)))).toContain(
    "plain[0]",
  );
  expect(faultOf((w) => id(w).tag(5, WireType.LengthDelimited).bytes(new Uint8Array(8)))).toBeUndefined();
  expect(faultOf((w) => id(w).tag(5, WireType.LengthDelimited).bytes(new Uint8Array(7)))).toContain(
    "no whole count",
  );
  expect(
    faultOf((w) =>
      id(w)
        .tag(900, WireType.StartGroup)
        .tag(1, WireType.Bit64)
        .fixed64(1)
        .tag(2, WireType.Bit32)
        .fixed32(1)
        .tag(3, WireType.LengthDelimited)
        .string("x")
        .tag(900, WireType.EndGroup),
    ),
  ).toBeUndefined();
  expect(faultOf((w) => id(w).tag(900, WireType.StartGroup).tag(901, WireType.EndGroup))).toContain(
    "unknown field 900",
  );
});

test("checks UTF-8 in proto3 strings and lets proto2 strings be", () => {
  const text = Uint8Array.of(0x0a, 2, 0xc3, 0x28);
  const proto3 = parseProtobuf({
    format: "PROTOBUF",
    text: 'syntax = "proto3"; message A { string s = 1; }',
    references: [],
  });
  expect(isValid(text, proto3.checker([0]))).toBe(false);
  expect(proto3.checker([0]).explain(Buffer.from(text), 0, 4)).toEqual({
    path: "s",
    message: "the string is not UTF-8",
  });
  expect(isValid(Uint8Array.of(0x0a, 2, 0xc3, 0xa9), proto3.checker([0]))).toBe(true);
});

test("nests as deep as protobuf-es does", () => {
  const nest = (levels: number): Uint8Array => {
    let bytes = Uint8Array.of(8, 1);
    for (let level = 1; level < levels; level += 1) {
      const writer = new BinaryWriter().tag(1, WireType.Varint).int32(1);
      bytes = writer.tag(3, WireType.LengthDelimited).bytes(bytes).finish() as typeof bytes;
    }
    return bytes;
  };
  const check = proto2.checker([0]);
  for (const levels of [100, 101]) {
    expect(isValid(nest(levels), check)).toBe(decodes(proto2.messageAt([0])!, nest(levels)));
  }
  expect(isValid(nest(101), check)).toBe(false);
});

test("refuses varints, tags and lengths that are too long", () => {
  const long = (count: number): number[] => [...Array<number>(count - 1).fill(0x80), 1];
  expect(isValid(Uint8Array.from([8, ...long(10)]), proto2.checker([0]))).toBe(true);
  expect(isValid(Uint8Array.from([8, ...long(11)]), proto2.checker([0]))).toBe(false);
  expect(isValid(Uint8Array.from([8, 1, 0x12, ...long(6)]), proto2.checker([0]))).toBe(false);
  expect(isValid(Uint8Array.from([8, 1, ...long(6), 1]), proto2.checker([0]))).toBe(false);
});

test("survives more required fields than fit one word", () => {
  const fields = Array.from({ length: 70 }, (_, index) => `required int32 f${index} = ${index + 1};`);
  const wide = parseProtobuf({
    format: "PROTOBUF",
    text: `message W { ${fields.join(" ")} }`,
    references: [],
  });
  const writer = new BinaryWriter();
  for (let number = 1; number <= 70; number += 1) writer.tag(number, WireType.Varint).int32(number);
  const all = writer.finish();
  expect(isValid(all, wide.checker([0]))).toBe(true);
  expect(isValid(all.subarray(0, all.length - 3), wide.checker([0]))).toBe(false);
  expect(isValid(all.subarray(2), protobufChecker(wide.messageAt([0])!))).toBe(false);
});
