import { Reader, WireError, Writer } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { array, int16, int32, string, struct } from "./index.ts";

const Sample = struct({
  id: int16(),
  second: string().since(1).tagged(1),
  first: struct({ leader: int32().default(-1) })
    .since(1)
    .tagged(0),
  list: array(int16()).since(1).tagged(5),
});
const codec = Sample.compile(1, true);

function write(value: Parameters<typeof codec.write>[1]): string {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.toBuffer().toString("hex");
}

function read(hex: string): ReturnType<typeof codec.read> {
  const reader = new Reader(Buffer.from(hex, "hex"));
  const value = codec.read(reader);
  expect(reader.remaining).toBe(0);
  return value;
}

const DEFAULTS = { second: "", first: { leader: -1 }, list: [] };

test("tagged fields travel in the order of their tags", () => {
  const bytes = write({ id: 7, second: "ab", first: { leader: 3 } });
  expect(bytes).toBe("0007" + "02" + "00" + "05" + "00000003" + "00" + "01" + "03" + "036162");
  expect(read(bytes)).toEqual({ id: 7, second: "ab", first: { leader: 3 }, list: [] });
});

test("fields at their default are left out, structs and lists among them", () => {
  expect(write({ id: 7, ...DEFAULTS })).toBe("0007" + "00");
  expect(write({ id: 7, first: {} })).toBe("0007" + "00");
  expect(read("0007" + "00")).toEqual({ id: 7, ...DEFAULTS });
});

test("unknown tags are skipped", () => {
  expect(read("0007" + "02" + "03" + "02" + "abcd" + "09" + "00")).toEqual({ id: 7, ...DEFAULTS });
});

test("versions that are not flexible have no tagged section", () => {
  const plain = Sample.compile(0, false);
  const writer = new Writer();
  plain.write(writer, { id: 7 });
  expect(writer.toBuffer().toString("hex")).toBe("0007");
});

test.each([
  ["tags out of order", "0007" + "02" + "05" + "01" + "01" + "01" + "01" + "01"],
  ["the same tag twice", "0007" + "02" + "01" + "01" + "01" + "01" + "01" + "01"],
  ["a value shorter than its size", "0007" + "01" + "01" + "03" + "0161" + "00"],
  ["a value longer than its size", "0007" + "01" + "01" + "01" + "0361" + "6262"],
  ["a size beyond the frame", "0007" + "01" + "09" + "7f"],
  ["a count beyond the frame", "0007" + "ffffffff0f"],
])("%s is refused", (_, hex) => {
  expect(() => read(hex)).toThrow(WireError);
});

test("more tagged fields than any message has are refused, even if the frame holds them", () => {
  const writer = new Writer();
  writer.int16(7);
  writer.uvarint(5000);
  for (let tag = 10; tag < 5010; tag++) {
    writer.uvarint(tag);
    writer.uvarint(0);
  }
  expect(() => codec.read(new Reader(writer.toBuffer()))).toThrow(/5000 tagged fields/);
});

test("any set of values reads as written", () => {
  const values = fc.record({
    id: fc.integer({ min: -32768, max: 32767 }),
    second: fc.string({ unit: "grapheme" }),
    first: fc.record({ leader: fc.integer() }, { noNullPrototype: true }),
    list: fc.array(fc.integer({ min: -32768, max: 32767 })),
  });
  fc.assert(
    fc.property(values, (value) => {
      expect(read(write(value))).toEqual(value);
    }),
  );
});
