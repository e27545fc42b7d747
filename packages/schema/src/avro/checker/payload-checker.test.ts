import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryValue } from "../../../test/avro-arbitrary.ts";
import { AVRO_CORPUS, avro } from "../../../test/avro-corpus.ts";
import { avscOracle } from "../../../test/avsc-oracle.ts";
import { SchemaError } from "../../schema-error.ts";
import { parseAvro, parseResolvedAvro } from "../parse.ts";
import { avroSerde } from "../serde.ts";
import { payloadFault } from "./explain.ts";
import { payloadChecker } from "./payload-checker.ts";

const HEADER_BYTES = 5;

function decodes(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    // Sound Avro, which only the decoder cannot take: it stops there, and says nothing about what follows.
    fc.pre(!(error instanceof SchemaError && error.message.includes("beyond what Date can hold")));
    return false;
  }
}

/** Payloads near valid ones: a few bytes replaced, cut out, doubled or appended. */
function mutations(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const interesting = fc.oneof(fc.constantFrom(0, 1, 2, 3, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255));
  const edit = fc.record({ at: fc.nat(), cut: fc.nat(3), insert: fc.array(interesting, { maxLength: 3 }) });
  return fc.tuple(valid, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([bytes, edits]) =>
    edits.reduce((buffer, { at, cut, insert }) => {
      const index = at % (buffer.length + 1);
      return Buffer.concat([buffer.subarray(0, index), Buffer.from(insert), buffer.subarray(index + cut)]);
    }, bytes),
  );
}

describe.each(AVRO_CORPUS)("$file", ({ schema }) => {
  const parsed = parseResolvedAvro(schema).schema;
  const serde = avroSerde<unknown>(schema);
  const payloads = arbitraryValue(parsed).map((value) => serde.encode(1, value).subarray(HEADER_BYTES));
  const checker = payloadChecker(parsed);

  test("accepts what was encoded, wherever it stands in a buffer", () => {
    fc.assert(
      fc.property(payloads, fc.nat(9), (payload, offset) => {
        const around = Buffer.concat([Buffer.alloc(offset, 0xff), payload, Buffer.alloc(9, 0xff)]);
        expect(checker.isValid(around, offset, offset + payload.length)).toBe(true);
        expect(payloadFault(parsed, around, offset, offset + payload.length)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test("agrees with its slow twin and with the decoders on random damage", () => {
    const decode = serde.decoder(schema);
    const oracle = avscOracle(schema);
    fc.assert(
      fc.property(mutations(payloads), (payload) => {
        const isValid = checker.isValid(payload, 0, payload.length);
        expect(payloadFault(parsed, payload, 0, payload.length) === undefined).toBe(isValid);
        expect(decodes(() => decode(payload, 0, payload.length))).toBe(isValid);
        // Never the other way round: avsc takes booleans of 2, inconsistent block sizes and varints beyond 64 bits.
        if (isValid) expect(decodes(() => oracle.decode(payload))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

test.each([
  ["boolean", "02", "2 is not a boolean"],
  ["int", "ffffffff1f", "more than 32 bits"],
  ["long", "ffffffffffffffffff02", "more than 64 bits"],
  ["long", "80", "ends at byte 1"],
  ["int", "0000", "1 bytes are left"],
  ["bytes", "01", "negative length -1"],
  ["string", "04ff", "a string of 2 bytes should stand"],
  ["double", "00000000000000", "where a double should stand"],
  [["null", "int"], "04", "2 is not the index"],
  [["null", "int"], "01", "-1 is not the index"],
  [{ type: "enum", name: "E", symbols: ["A", "B"] }, "04", "2 is not the index of a symbol of E"],
  [{ type: "array", items: "long" }, "02", "1 items of at least 1 bytes cannot be in the 0 bytes left"],
  [{ type: "array", items: "long" }, "0104020200", "not where it said"],
  [{ type: "array", items: "long" }, "feffffffffffffffff0100", "cannot be in the"],
  [{ type: "array", items: "null" }, "fe83808001", "items without bytes"],
  [{ type: "map", values: "null" }, "fe07", "cannot be in the"],
])("refuses %j: %s", (schema, hex, message) => {
  const checker = payloadChecker(parseAvro(JSON.stringify(schema)).schema);
  const bytes = Buffer.from(hex, "hex");
  expect(checker.isValid(bytes, 0, bytes.length)).toBe(false);
  expect(checker.explain(bytes, 0, bytes.length).message).toContain(message);
});

test("blocks may give their size in bytes, as Java's writers do", () => {
  const schema = avro({ type: "array", items: "long" });
  const checker = payloadChecker(parseResolvedAvro(schema).schema);
  const bytes = Buffer.from("03040204020600", "hex");
  expect(checker.isValid(bytes, 0, bytes.length)).toBe(true);
  expect(avroSerde<unknown>(schema).decoder(schema)(bytes, 0, bytes.length)).toEqual([1n, 2n, 3n]);
});

test("a window beyond its buffer is refused, and so is nesting that would overflow the stack", () => {
  const list = parseAvro(
    `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`,
  ).schema;
  const checker = payloadChecker(list);
  expect(checker.isValid(Buffer.alloc(1), 0, 2)).toBe(false);
  const deepest = Buffer.concat([Buffer.alloc(499, 2), Buffer.alloc(1)]);
  expect(checker.isValid(deepest, 0, deepest.length)).toBe(true);
  const deeper = Buffer.concat([Buffer.alloc(500, 2), Buffer.alloc(1)]);
  expect(checker.isValid(deeper, 0, deeper.length)).toBe(false);
  expect(checker.explain(deeper, 0, deeper.length).message).toContain("nested deeper than 500");
  const bomb = Buffer.alloc(5_000_000, 2);
  expect(checker.isValid(bomb, 0, bomb.length)).toBe(false);
});

test("the fault's path leads through records, arrays, maps and unions", () => {
  const schema = parseAvro(`{"type":"record","name":"R","fields":[
    {"name":"rows","type":{"type":"array","items":{"type":"map","values":["null","boolean"]}}}]}`).schema;
  const bytes = Buffer.from("04" + "00" + "02" + "0278" + "02" + "07" + "00" + "00", "hex");
  expect(payloadChecker(schema).explain(bytes, 0, bytes.length)).toEqual({
    path: 'rows[1]["x"]',
    message: "7 is not a boolean (0 or 1)",
  });
});
