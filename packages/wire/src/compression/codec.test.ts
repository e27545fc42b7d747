import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WireError } from "../wire-error.ts";
import { COMPRESSION_NAMES, compress, compressionId, decompress } from "./codec.ts";

const names = COMPRESSION_NAMES.filter((name) => name !== "none");

describe.each(names)("%s", (name) => {
  const id = compressionId(name);

  test("gives back what was compressed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100_000 }), (bytes) => {
        const plain = Buffer.from(bytes);
        expect(decompress(id, compress(name, plain)).equals(plain)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("gives back several blocks", () => {
    const plain = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));
    expect(decompress(id, compress(name, plain)).equals(plain)).toBe(true);
  });

  test("refuses a bomb before it is unpacked", () => {
    const bomb = compress(name, Buffer.alloc(8 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(() => decompress(id, bomb, 1024 * 1024)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  });

  test("answers damaged bytes with a WireError, never with another error", () => {
    const good = compress(name, Buffer.from("letterpress ".repeat(200)));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(good.length),
        (at, flip, cut) => {
          const bad = Buffer.from(good);
          bad[at] = bad[at]! ^ flip;
          for (const bytes of [bad, good.subarray(0, cut)]) {
            try {
              decompress(id, bytes, 1024 * 1024);
            } catch (error) {
              expect(error).toBeInstanceOf(WireError);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("raw snappy, as librdkafka writes it, is read", async () => {
  const { compressSync } = await import("snappy");
  const plain = Buffer.from("raw block ".repeat(50));
  expect(decompress(compressionId("snappy"), compressSync(plain)).equals(plain)).toBe(true);
});

test("an unknown codec is named", () => {
  expect(() => decompress(5, Buffer.alloc(1))).toThrow("compression codec 5 is unknown");
});
