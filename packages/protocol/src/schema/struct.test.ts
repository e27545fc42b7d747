import { Reader, WireError, Writer } from "@letterpress/wire";
import { expect, expectTypeOf, test } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import type { Field, Infer, Init } from "./field.ts";
import { array, int16, int32, nullableArray, nullableString, string, struct } from "./index.ts";

function write<Out, In>(field: Field<Out, In>, version: number, flexible: boolean, value: In): string {
  const writer = new Writer();
  field.compile(version, flexible).write(writer, value);
  return writer.toBuffer().toString("hex");
}

function read<Out, In>(field: Field<Out, In>, version: number, flexible: boolean, hex: string): Out {
  const reader = new Reader(Buffer.from(hex, "hex"));
  const value = field.compile(version, flexible).read(reader);
  expect(reader.remaining).toBe(0);
  return value;
}

const Sample = struct({
  id: int16(),
  name: string().since(1).until(2),
  note: nullableString().since(2).default(null).ignorable(),
});

test("a version carries exactly its fields", () => {
  expect(write(Sample, 0, false, { id: 1 })).toBe("0001");
  expect(write(Sample, 1, false, { id: 1, name: "a" })).toBe("0001" + "000161");
  expect(write(Sample, 2, false, { id: 1, name: "a" })).toBe("0001" + "000161" + "ffff");
  expect(write(Sample, 3, false, { id: 1, note: "b" })).toBe("0001" + "000162");
});

test("reading gives every field, those the version lacks at their default", () => {
  expect(read(Sample, 0, false, "0001")).toEqual({ id: 1, name: "", note: null });
  expect(read(Sample, 3, false, "0001" + "000162")).toEqual({ id: 1, name: "", note: "b" });
});

test("the types tell reading from writing", () => {
  expectTypeOf<Infer<typeof Sample>>().toEqualTypeOf<{ id: number; name: string; note: string | null }>();
  expectTypeOf<Init<typeof Sample>>().toEqualTypeOf<{
    readonly id: number;
    readonly name?: string | undefined;
    readonly note?: string | null | undefined;
  }>();
  // @ts-expect-error: a field that every version carries cannot be left out.
  const withoutId: Init<typeof Sample> = { name: "a" };
  expect(withoutId).toBeDefined();
});

test("a set field that the version lacks is refused unless it is ignorable", () => {
  expect(() => write(Sample, 0, false, { id: 1, name: "a" })).toThrow(
    new ProtocolError(
      "FIELD_NOT_IN_VERSION",
      "field name cannot be sent in version 0; leave it out or negotiate a version that has it",
    ),
  );
  expect(write(Sample, 0, false, { id: 1, name: "", note: "dropped" })).toBe("0001");
});

test("flexible versions are compact and end with their tagged fields", () => {
  expect(write(Sample, 2, true, { id: 1, name: "a", note: null })).toBe("0001" + "0261" + "00" + "00");
});

test("defaults that can be changed are made for each read", () => {
  const withList = struct({ list: array(int32()).since(1) });
  const first = read(withList, 0, false, "");
  first.list.push(1);
  expect(read(withList, 0, false, "")).toEqual({ list: [] });
});

test("a nullable struct is preceded by a byte", () => {
  const nullable = struct({ inner: struct({ id: int16() }).nullable() });
  expect(write(nullable, 0, true, { inner: null })).toBe("ff" + "00");
  expect(write(nullable, 0, true, { inner: { id: 5 } })).toBe("01" + "0005" + "00" + "00");
  expect(read(nullable, 0, true, "ff00")).toEqual({ inner: null });
  expect(read(nullable, 0, true, "0100050000")).toEqual({ inner: { id: 5 } });
});

test("null is legal from its version on only", () => {
  const list = struct({ topics: array(int32()).nullable(1) });
  expect(write(list, 1, false, { topics: null })).toBe("ffffffff");
  expect(read(list, 1, false, "ffffffff")).toEqual({ topics: null });
  expect(() => write(list, 0, false, { topics: null })).toThrow(WireError);
  expect(() => read(list, 0, false, "ffffffff")).toThrow(WireError);
});

test("an error names the field it was met in", () => {
  const nested = struct({ topics: array(struct({ names: array(string()) })) });
  expect(() => read(nested, 0, false, "00000001" + "00000001" + "0005" + "61")).toThrow(
    new WireError("TRUNCATED", "topics.names: needs 5 bytes at byte 10, 1 are left"),
  );
  const tooLong = { topics: [{ names: ["x".repeat(0x8000)] }] };
  expect(() => write(nested, 0, false, tooLong)).toThrow(
    new WireError("TOO_LARGE", "topics.names: string of length 32768, 32767 is possible"),
  );
});

test("a count that the frame cannot hold is refused before anything is allocated", () => {
  const wide = struct({ list: array(struct({ a: int32(), b: int32() })) });
  expect(() => read(wide, 0, false, `7fffffff${"00".repeat(64)}`)).toThrow(
    expect.objectContaining({ code: "MALFORMED" }),
  );
  expect(() => read(wide, 0, true, `09${"00".repeat(64)}`)).toThrow(WireError);
});

test("lengths below -1 are refused", () => {
  const list = struct({ list: nullableArray(int32()), name: nullableString() });
  expect(() => read(list, 0, false, "fffffffe" + "ffff")).toThrow(WireError);
  expect(() => read(list, 0, false, "ffffffff" + "fffe")).toThrow(WireError);
});
