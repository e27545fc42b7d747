import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Reader } from "./reader.ts";
import { WireError } from "./wire-error.ts";
import { Writer } from "./writer.ts";

function roundTrip<T>(write: (writer: Writer) => void, read: (reader: Reader) => T): T {
  const writer = new Writer(1);
  write(writer);
  const reader = new Reader(writer.toBuffer());
  const value = read(reader);
  expect(reader.remaining).toBe(0);
  expect(writer.size).toBe(reader.end);
  return value;
}

describe("every primitive is read as it was written", () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

  test("integers", () => {
    fc.assert(
      fc.property(int32, int64, fc.nat(0xffff), fc.nat(0xff), (word, long, short, byte) => {
        expect(
          roundTrip(
            (w) => w.int32(word),
            (r) => r.int32(),
          ),
        ).toBe(word);
        expect(
          roundTrip(
            (w) => w.uint32(word),
            (r) => r.uint32(),
          ),
        ).toBe(word >>> 0);
        expect(
          roundTrip(
            (w) => w.int64(long),
            (r) => r.int64(),
          ),
        ).toBe(long);
        expect(
          roundTrip(
            (w) => w.uint16(short),
            (r) => r.uint16(),
          ),
        ).toBe(short);
        expect(
          roundTrip(
            (w) => w.int16(short),
            (r) => r.int16(),
          ),
        ).toBe((short << 16) >> 16);
        expect(
          roundTrip(
            (w) => w.int8(byte),
            (r) => r.int8(),
          ),
        ).toBe((byte << 24) >> 24);
      }),
    );
  });

  test("varints", () => {
    fc.assert(
      fc.property(int32, int64, (word, long) => {
        expect(
          roundTrip(
            (w) => w.varint(word),
            (r) => r.varint(),
          ),
        ).toBe(word);
        expect(
          roundTrip(
            (w) => w.uvarint(word),
            (r) => r.uvarint(),
          ),
        ).toBe(word >>> 0);
        expect(
          roundTrip(
            (w) => w.varlong(long),
            (r) => r.varlong(),
          ),
        ).toBe(long);
      }),
    );
    for (const edge of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n, -(2n ** 32n)]) {
      expect(
        roundTrip(
          (w) => w.varlong(edge),
          (r) => r.varlong(),
        ),
      ).toBe(edge);
    }
  });

  test("text, UUIDs, doubles and bytes of every size", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.uuid(),
        fc.double(),
        fc.uint8Array({ maxLength: 9000 }),
        (text, id, double, array) => {
          const size = Buffer.byteLength(text);
          expect(
            roundTrip(
              (w) => w.utf8(text),
              (r) => r.utf8(size),
            ),
          ).toBe(text);
          expect(
            roundTrip(
              (w) => w.uuid(id),
              (r) => r.uuid(),
            ),
          ).toBe(id);
          expect(
            roundTrip(
              (w) => w.float64(double),
              (r) => r.float64(),
            ),
          ).toBe(double);
          expect(
            roundTrip(
              (w) => w.bytes(array),
              (r) => r.slice(array.length),
            ).equals(array),
          ).toBe(true);
        },
      ),
    );
  });
});

test("large byte strings are passed by reference and stay in order", () => {
  const writer = new Writer();
  const large = Buffer.alloc(10_000, 7);
  writer.int8(1);
  writer.bytes(large);
  writer.int8(2);
  const chunks = writer.chunks();
  expect(chunks[1]).toBe(large);
  expect(Buffer.concat(chunks)).toEqual(Buffer.concat([Buffer.from([1]), large, Buffer.from([2])]));
});

describe("bad input", () => {
  test("ends in a WireError, whatever the bytes are", () => {
    const reads = ["int16", "int32", "int64", "uvarint", "varint", "varlong", "uuid", "float64"] as const;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(...reads), (array, read) => {
        const reader = new Reader(Buffer.from(array));
        try {
          for (;;) reader[read]();
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("lists have no more elements together than the reader allows", () => {
    const reader = new Reader(Buffer.alloc(100), 0, 100, 10);
    expect(reader.checkCount(6)).toBe(6);
    expect(reader.checkCount(4)).toBe(4);
    expect(reader.elementCount).toBe(10);
    expect(() => reader.checkCount(1)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  });

  test("negative lengths, overlong varints and impossible counts are refused", () => {
    const reader = new Reader(Buffer.alloc(11, 0xff));
    expect(() => reader.slice(-1)).toThrow("negative length");
    expect(() => reader.utf8(12)).toThrow(expect.objectContaining({ code: "TRUNCATED" }));
    expect(() => reader.uvarint()).toThrow("longer than 32 bits");
    expect(() => new Reader(Buffer.alloc(11, 0xff)).varlong()).toThrow("longer than 64 bits");
    expect(() => reader.checkCount(1_000_000, 4)).toThrow("cannot fit");
    expect(() => reader.checkCount(-1)).toThrow("cannot fit");
  });

  test("a window ends where it says, not where its buffer ends", () => {
    const reader = new Reader(Buffer.from([1, 2, 3, 4]), 1, 3);
    expect(reader.uint16()).toBe(0x0203);
    expect(() => reader.int8()).toThrow(WireError);
  });
});

test("an integer that 64 bits do not hold is refused with a typed error", () => {
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 70n]) {
    expect(() => new Writer().int64(value)).toThrow(WireError);
  }
});
