import fc from "fast-check";
import { expect, test } from "vitest";
import {
  headerFraming,
  ID_FRAMING_BYTES,
  readFraming,
  readHeaderFraming,
  readMessageIndexes,
  readSchemaId,
  writeSchemaId,
} from "./framing.ts";
import { encodeMessageIndexes } from "./protobuf/message-indexes.ts";
import { SchemaError } from "./schema-error.ts";

const GUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

function bytes(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

test("reads the id in front of a payload, anywhere in a buffer", () => {
  const buffer = bytes("ffff000000002a0501");
  expect(readFraming(buffer, 2)).toEqual({ name: { kind: "id", id: 42 }, position: 7 });
  expect(readSchemaId(buffer, 2)).toBe(42);
});

test("writes what it reads", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (id) => {
      const buffer = Buffer.alloc(ID_FRAMING_BYTES);
      writeSchemaId(buffer, id);
      expect(readSchemaId(buffer)).toBe(id);
      expect(readHeaderFraming(headerFraming({ kind: "id", id }))).toEqual(readFraming(buffer));
    }),
  );
  expect(readHeaderFraming(headerFraming({ kind: "guid", guid: GUID }))).toEqual({
    name: { kind: "guid", guid: GUID },
    position: 17,
  });
});

test("message indexes survive the round trip, and [0] is one byte", () => {
  expect(readMessageIndexes(bytes("00ff"), 0)).toEqual({ indexes: [0], position: 1 });
  expect(readMessageIndexes(bytes("0202"), 0)).toEqual({ indexes: [1], position: 2 });
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 8 }), fc.nat(3), (indexes, offset) => {
      const path = encodeMessageIndexes(indexes);
      const buffer = Buffer.concat([Buffer.alloc(offset), path, Buffer.alloc(2)]);
      expect(readMessageIndexes(buffer, offset)).toEqual({ indexes, position: offset + path.length });
    }),
  );
});

test.each([
  ["too few bytes", () => readFraming(bytes("000000")), "3 bytes are too few"],
  ["nothing", () => readSchemaId(bytes("")), "0 bytes are too few"],
  ["another magic byte", () => readFraming(bytes("7b22613a317d")), "the first byte is 7b"],
  ["a window that ends early", () => readFraming(bytes("000000002a"), 0, 4), "4 bytes are too few"],
  ["a short GUID", () => readHeaderFraming(bytes("01aabb")), "a GUID takes 17"],
  ["an empty header", () => readHeaderFraming(bytes("")), "too few"],
  ["text that is no GUID", () => headerFraming({ kind: "guid", guid: "x" }), "is not a GUID"],
  ["no indexes", () => readMessageIndexes(bytes(""), 0), "cut off"],
  ["cut-off indexes", () => readMessageIndexes(bytes("0402"), 0), "cut off"],
  ["a negative index", () => readMessageIndexes(bytes("0201"), 0), "negative"],
  ["a huge count", () => readMessageIndexes(bytes("feffffff0f"), 0), "the limit is 64"],
  ["an overlong varint", () => readMessageIndexes(bytes("808080808001"), 0), "longer than 32 bits"],
])("refuses %s", (_, read, message) => {
  expect(read).toThrow(SchemaError);
  expect(read).toThrow(expect.objectContaining({ code: "INVALID_FRAMING" }));
  expect(read).toThrow(message);
});

test("random bytes are read or refused, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (random) => {
      for (const read of [
        readFraming,
        readHeaderFraming,
        (buffer: Buffer) => readMessageIndexes(buffer, 0),
      ]) {
        try {
          read(Buffer.from(random));
        } catch (error) {
          expect(error).toBeInstanceOf(SchemaError);
        }
      }
    }),
  );
});
