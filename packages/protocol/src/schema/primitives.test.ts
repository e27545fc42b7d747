import { Reader, WireError, Writer } from "@letterpress/wire";
import { expect, test } from "vitest";
import type { Field } from "./field.ts";
import {
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  NIL_UUID,
  nullableBytes,
  nullableString,
  records,
  string,
  uint16,
  uint32,
  uuid,
} from "./index.ts";

const UUID = "00112233-4455-6677-8899-aabbccddeeff";

function encode<Out, In>(field: Field<Out, In>, flexible: boolean, value: In): Buffer[] {
  const writer = new Writer();
  field.compile(0, flexible).write(writer, value);
  return writer.chunks();
}

test.each<readonly [string, Field, unknown, string]>([
  ["bool", bool(), true, "01"],
  ["int8", int8(), -2, "fe"],
  ["int16", int16(), -2, "fffe"],
  ["uint16", uint16(), 65534, "fffe"],
  ["int32", int32(), -2, "fffffffe"],
  ["uint32", uint32(), 4294967294, "fffffffe"],
  ["int64", int64(), -2n, "fffffffffffffffe"],
  ["float64", float64(), 1.5, "3ff8000000000000"],
  ["uuid", uuid(), UUID, "00112233445566778899aabbccddeeff"],
] as never)("%s is encoded alike in all versions", (_, field, value, hex) => {
  for (const flexible of [false, true]) {
    expect(Buffer.concat(encode(field, flexible, value)).toString("hex")).toBe(hex);
    const codec = field.compile(0, flexible);
    expect(codec.bytesMin).toBe(hex.length / 2);
    expect(codec.read(new Reader(Buffer.from(hex, "hex")))).toBe(value);
  }
});

test.each<readonly [string, Field, unknown, plain: string, compact: string]>([
  ["string", string(), "hé", "000368c3a9", "0468c3a9"],
  ["empty string", string(), "", "0000", "01"],
  ["null string", nullableString(), null, "ffff", "00"],
  ["bytes", bytes(), Buffer.from("ab"), "000000026162", "036162"],
  ["null bytes", nullableBytes(), null, "ffffffff", "00"],
  ["records", records(), Buffer.from("ab"), "000000026162", "036162"],
  ["null records", records(), null, "ffffffff", "00"],
] as never)("%s has a plain and a compact length", (_, field, value, plain, compact) => {
  for (const [flexible, hex] of [
    [false, plain],
    [true, compact],
  ] as const) {
    expect(Buffer.concat(encode(field, flexible, value)).toString("hex")).toBe(hex);
    expect(field.compile(0, flexible).read(new Reader(Buffer.from(hex, "hex")))).toEqual(value);
  }
});

test.each<readonly [string, Field, unknown]>([
  ["int8", int8(), 128],
  ["int16", int16(), -32769],
  ["uint16", uint16(), -1],
  ["int32", int32(), 2 ** 31],
  ["int32", int32(), Number.NaN],
  ["int32", int32(), 1.5],
  ["uint32", uint32(), 2 ** 32],
  ["int64", int64(), 1n << 63n],
] as never)("an %s that does not fit is refused rather than changed", (_, field, value) => {
  expect(() => encode(field, false, value)).toThrow(expect.objectContaining({ code: "MALFORMED" }));
});

test("record batches are written by reference, several as one byte string", () => {
  const batches = [Buffer.alloc(5000, 1), Buffer.alloc(6000, 2)];
  const chunks = encode(records(), false, batches);
  expect(chunks).toEqual([Buffer.from("00002af8", "hex"), ...batches]);
  expect(chunks[1]).toBe(batches[0]);
});

test("null where it is not legal is refused in both directions", () => {
  expect(() => encode(string(), true, null as never)).toThrow(WireError);
  expect(() =>
    string()
      .compile(0, true)
      .read(new Reader(Buffer.from([0]))),
  ).toThrow(WireError);
});

test("a string beyond its length prefix is refused, but fits a compact one", () => {
  const text = "x".repeat(40_000);
  expect(() => encode(string(), false, text)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  expect(Buffer.concat(encode(string(), true, text)).length).toBe(40_003);
});

test("defaults are those of Kafka's definitions", () => {
  expect([int32(), int64(), bool(), string(), uuid()].map((field) => field.defaultValue())).toEqual([
    0,
    0n,
    false,
    "",
    NIL_UUID,
  ]);
});
