import fc from "fast-check";
import { expect, test } from "vitest";
import { readWriterDeclarations, writeWriterDeclarations } from "./writer-declaration.ts";

const declaration = fc.record({
  part: fc.constantFrom("key" as const, "value" as const),
  subject: fc.string({ maxLength: 40, unit: "grapheme" }),
  schemaId: fc.integer({ min: 0 }),
  fingerprint: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString("hex")),
});

test("what is declared is read again", () => {
  fc.assert(
    fc.property(fc.array(declaration, { maxLength: 20 }), (declarations) => {
      expect(readWriterDeclarations(writeWriterDeclarations(declarations))).toEqual(declarations);
    }),
  );
});

test("only so many are declared as fit", () => {
  const [one] = fc.sample(declaration, { numRuns: 1, seed: 1 });
  const many = Array.from({ length: 300 }, () => one!);
  expect(readWriterDeclarations(writeWriterDeclarations(many))).toHaveLength(64);
  const long = { ...one!, subject: "s".repeat(70_000) };
  expect(readWriterDeclarations(writeWriterDeclarations([long, one!]))).toEqual([one]);
});

test("foreign, cut or damaged bytes declare nothing", () => {
  const one = { part: "value", subject: "orders-value", schemaId: 3, fingerprint: "ab".repeat(16) } as const;
  const written = writeWriterDeclarations([one]);
  for (let length = 0; length < written.length; length++) {
    expect(readWriterDeclarations(written.subarray(0, length))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(readWriterDeclarations(Buffer.from(bytes))).toBeUndefined();
    }),
  );
});
