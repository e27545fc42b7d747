import { expect, test } from "vitest";
import { avro, corpusSchema } from "../test/avro-corpus.ts";
import { schemaFingerprint } from "./fingerprint.ts";
import { parseSchema } from "./parse-schema.ts";

// From Avro's own `schema-tests.txt`.
test.each([
  ["null", 7195948357588979594n],
  ["boolean", -6970731678124411036n],
  ["int", 8247732601305521295n],
  ["long", -3434872931120570953n],
  ["float", 5583340709985441680n],
  ["double", -8181574048448539266n],
  ["bytes", 5746618253357095269n],
  ["string", -8142146995180207161n],
])("the CRC-64-AVRO fingerprint of %s is the specification's", (type, expected) => {
  const fingerprint = schemaFingerprint(parseSchema(avro({ type })), "CRC-64-AVRO");
  expect(fingerprint.readBigInt64LE()).toBe(expected);
});

test("fingerprints ignore what does not matter for reading", () => {
  const order = corpusSchema("order.avsc");
  const { doc: _, ...undocumented } = JSON.parse(order.text) as Record<string, unknown>;
  for (const algorithm of ["CRC-64-AVRO", "MD5", "SHA-256"] as const) {
    const fingerprint = schemaFingerprint(parseSchema(order), algorithm);
    expect(schemaFingerprint(parseSchema(avro(undocumented)), algorithm)).toEqual(fingerprint);
    expect(schemaFingerprint(parseSchema(corpusSchema("unions.avsc")), algorithm)).not.toEqual(fingerprint);
  }
});

test("the length follows the algorithm", () => {
  const schema = parseSchema(avro({ type: "int" }));
  const lengths = (["CRC-64-AVRO", "MD5", "SHA-256"] as const).map(
    (name) => schemaFingerprint(schema, name).length,
  );
  expect(lengths).toEqual([8, 16, 32]);
});
