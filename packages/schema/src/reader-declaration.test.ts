import fc from "fast-check";
import { expect, test } from "vitest";
import { readerFingerprint, readReaderDeclarations, writeReaderDeclarations } from "./reader-declaration.ts";
import type { ResolvedSchema } from "./schema-definition.ts";

const avro = (text: string, references: ResolvedSchema["references"] = []): ResolvedSchema => ({
  format: "AVRO",
  text,
  references,
});

const declaration = fc.record({
  topic: fc.string({ maxLength: 40, unit: "grapheme" }),
  part: fc.constantFrom("key" as const, "value" as const),
  fingerprint: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString("hex")),
});

test("what is declared is read again", () => {
  fc.assert(
    fc.property(fc.array(declaration, { maxLength: 20 }), (declarations) => {
      expect(readReaderDeclarations(writeReaderDeclarations(declarations))).toEqual(declarations);
    }),
  );
});

test("user data of other clients, and cut or damaged data, declares nothing", () => {
  const written = writeReaderDeclarations([{ topic: "orders", part: "value", fingerprint: "ab".repeat(16) }]);
  for (let length = 0; length < written.length; length++) {
    expect(readReaderDeclarations(written.subarray(0, length))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(readReaderDeclarations(Buffer.from(bytes))).toBeUndefined();
    }),
  );
});

test("sticky assignors of other clients read the generation that stands for none", () => {
  expect(writeReaderDeclarations([]).readInt32BE(0)).toBe(-1);
});

test("a default tells readers apart, white space does not", () => {
  const field = (extra: string) =>
    avro(`{"type":"record","name":"R","fields":[{"name":"a","type":"int"${extra}}]}`);
  expect(readerFingerprint(field(""))).not.toBe(readerFingerprint(field(`,"default":0`)));
  expect(readerFingerprint(field(`,"default":0`))).toBe(readerFingerprint(field(` , "default" : 0`)));
});

test("what a schema includes counts, the version it is known by does not", () => {
  const holder = (size: number, version: number) => {
    const schema = avro(`{"type":"fixed","name":"F","size":${size}}`);
    return avro(`{"type":"array","items":"F"}`, [{ name: "F", subject: "F", version, schema }]);
  };
  expect(readerFingerprint(holder(4, -1))).toBe(readerFingerprint(holder(4, 7)));
  expect(readerFingerprint(holder(4, -1))).not.toBe(readerFingerprint(holder(5, -1)));
});
