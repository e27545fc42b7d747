import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryValue } from "../../test/avro-arbitrary.ts";
import { AVRO_CORPUS, avro, corpusSchema } from "../../test/avro-corpus.ts";
import { avscOracle } from "../../test/avsc-oracle.ts";
import { SchemaError } from "../schema-error.ts";
import { parseResolvedAvro } from "./parse.ts";
import { avroSerde } from "./serde.ts";

const HEADER_BYTES = 5;

function faultOf(act: () => unknown): SchemaError {
  try {
    act();
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe.each(AVRO_CORPUS)("$file", ({ schema }) => {
  const values = arbitraryValue(parseResolvedAvro(schema).schema);

  test("random values survive the round trip, and are the bytes that avsc writes", () => {
    const serde = avroSerde<unknown>(schema);
    const decode = serde.decoder(schema);
    const decodeCopy = serde.decoder({ ...schema });
    const oracle = avscOracle(schema);
    fc.assert(
      fc.property(values, (value) => {
        const bytes = serde.encode(7, value);
        expect(bytes.subarray(0, HEADER_BYTES)).toEqual(Buffer.from([0, 0, 0, 0, 7]));
        expect(bytes.subarray(HEADER_BYTES)).toEqual(oracle.encode(value));
        expect(decode(bytes, HEADER_BYTES, bytes.length)).toEqual(value);
        expect(decodeCopy(bytes, HEADER_BYTES, bytes.length)).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });

  test("truncated and lengthened payloads are refused with a path and a message", () => {
    const serde = avroSerde<unknown>(schema);
    const decode = serde.decoder(schema);
    fc.assert(
      fc.property(values, fc.nat(), (value, cut) => {
        const bytes = serde.encode(1, value);
        const longer = Buffer.concat([bytes, Buffer.from([0])]);
        expect(faultOf(() => decode(longer, HEADER_BYTES, longer.length)).code).toBe("INVALID_PAYLOAD");
        if (bytes.length === HEADER_BYTES) return;
        const end = HEADER_BYTES + (cut % (bytes.length - HEADER_BYTES));
        expect(faultOf(() => decode(bytes, HEADER_BYTES, end)).code).toBe("INVALID_PAYLOAD");
      }),
      { numRuns: 60 },
    );
  });
});

test("defaulted fields may be left out when writing, and come back", () => {
  const serde = avroSerde<Record<string, unknown>, object>(corpusSchema("defaults.avsc"));
  const bytes = serde.encode(1, {});
  const value = serde.decoder(serde.schema)(bytes, HEADER_BYTES, bytes.length);
  expect(value).toEqual({
    flag: true,
    small: -1,
    large: 9007199254740993n,
    single: 1.5,
    precise: 1e10,
    raw: new Uint8Array([255, 0]),
    text: '"quotes" \u2028 \\ \u{1f600}',
    digest: new Uint8Array([1, 254]),
    level: "HIGH",
    list: [1, 2, 3],
    table: Object.fromEntries([
      ["__proto__", "x"],
      ["b", "y"],
    ]),
    inner: { a: 5, b: "bee" },
    second: "second branch",
    day: new Date(0),
  });
});

test("inherited names such as constructor are not taken for fields", () => {
  const serde = avroSerde<Record<string, unknown>, object>(corpusSchema("reserved-words.avsc"));
  const bytes = serde.encode(1, { await: "a", function: "in", delete: {} });
  const value = serde.decoder(serde.schema)(bytes, HEADER_BYTES, bytes.length);
  expect(Object.keys(value).slice(0, 4)).toEqual(["constructor", "__proto__", "toString", "hasOwnProperty"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(value).toMatchObject({ constructor: "none", toString: 7, hasOwnProperty: false });
});

test("a map key of __proto__ is a key like any other", () => {
  const serde = avroSerde<Record<string, string>>(avro({ type: "map", values: "string" }));
  const bytes = serde.encode(1, Object.fromEntries([["__proto__", "x"]]));
  const value = serde.decoder(serde.schema)(bytes, HEADER_BYTES, bytes.length);
  expect(Object.keys(value)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test("longs of chosen fields are numbers", () => {
  const longs = { "shop.v1.Order.amountCents": "number" } as const;
  const serde = avroSerde<Record<string, unknown>>(corpusSchema("order.avsc"), { longs });
  const bytes = serde.encode(1, { ...ORDER, amountCents: 2 ** 40 });
  expect(serde.decoder(serde.schema)(bytes, HEADER_BYTES, bytes.length).amountCents).toBe(2 ** 40);
  const fault = faultOf(() => serde.encode(1, { ...ORDER, amountCents: 2 ** 53 }));
  expect(fault).toMatchObject({ code: "INVALID_VALUE", path: "amountCents" });
  const wide = avroSerde<Record<string, unknown>>(corpusSchema("order.avsc"));
  const beyond = wide.encode(1, { ...ORDER, amountCents: 2n ** 60n });
  expect(faultOf(() => serde.decoder(wide.schema)(beyond, HEADER_BYTES, beyond.length))).toMatchObject({
    path: "amountCents",
    message: "the long is beyond 2^53: read the field as bigint",
  });
});

const ORDER = {
  orderId: "o-1",
  customerId: "c-1",
  quantity: 2,
  amountCents: 1999n,
  currency: "EUR",
  weight: 0.5,
  express: true,
  placedAt: new Date(1_700_000_000_000),
  status: "PAID",
  note: null,
};

test.each([
  [{ ...ORDER, quantity: 1.5 }, "quantity", "expected a whole number of 32 bits, got 1.5"],
  [{ ...ORDER, quantity: 2n }, "quantity", "expected a whole number of 32 bits, got 2n"],
  [{ ...ORDER, amountCents: 5 }, "amountCents", "expected a bigint of 64 bits, got 5"],
  [{ ...ORDER, amountCents: 2n ** 63n }, "amountCents", "expected a bigint of 64 bits"],
  [{ ...ORDER, status: "LOST" }, "status", `expected one of "NEW", "PAID", "SHIPPED", got "LOST"`],
  [{ ...ORDER, note: 7 }, "note", "expected a string, got 7"],
  [{ ...ORDER, placedAt: new Date(Number.NaN) }, "placedAt", "expected a valid Date"],
  [{ ...ORDER, orderId: undefined }, "orderId", "is missing, and has no default"],
  [{ ...ORDER, colour: "red" }, "colour", "is not a field of shop.v1.Order"],
  [{ ...ORDER, orderId: Symbol("x") }, "orderId", "expected a string, got a symbol"],
  [null, "", "expected an object, got null"],
])("a value that does not fit is refused with its path (%#)", (value, path, message) => {
  const serde = avroSerde<unknown>(corpusSchema("order.avsc"));
  const fault = faultOf(() => serde.encode(1, value));
  expect(fault).toMatchObject({ code: "INVALID_VALUE", path });
  expect(fault.message).toContain(message);
  expect(serde.encode(1, ORDER)).toEqual(avroSerde<unknown>(serde.schema).encode(1, ORDER));
});

test("paths go through arrays, maps and unions", () => {
  const payment = avroSerde<unknown>(corpusSchema("unions.avsc"));
  const wrong = { method: { case: "pay.Card", value: { number: 5 } } };
  expect(faultOf(() => payment.encode(1, wrong)).path).toBe("method.value.number");
  expect(faultOf(() => payment.encode(1, { method: { case: "Card", value: {} } })).path).toBe("method.case");
  const containers = avroSerde<unknown>(corpusSchema("containers.avsc"));
  const holder = { matrix: [], index: {}, nulls: [], units: [], blobs: [], options: [] };
  expect(faultOf(() => containers.encode(1, { ...holder, matrix: [[1], [2, "x"]] })).path).toBe(
    "matrix[1][1]",
  );
  expect(faultOf(() => containers.encode(1, { ...holder, index: { a: { b: [1] } } })).path).toBe(
    'index["a"]["b"][0]',
  );
  expect(faultOf(() => containers.encode(1, { ...holder, index: new Map() })).path).toBe("index");
});

test("a value that contains itself is refused, and so is a payload nested too deep", () => {
  const schema = avro({ type: "record", name: "L", fields: [{ name: "next", type: ["null", "L"] }] });
  const serde = avroSerde<unknown>(schema);
  const loop: { next: unknown } = { next: null };
  loop.next = loop;
  expect(faultOf(() => serde.encode(1, loop)).message).toContain("nested deeper than 500");
  const deep = Buffer.alloc(1_000_000, 2);
  expect(faultOf(() => serde.decoder(schema)(deep, 0, deep.length)).message).toContain(
    "nested deeper than 500",
  );
});

test("a few bytes cannot claim millions of items", () => {
  const serde = avroSerde<unknown>(avro({ type: "array", items: "null" }));
  const claim = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]);
  expect(faultOf(() => serde.decoder(serde.schema)(claim, 0, claim.length)).message).toContain(
    "items without bytes",
  );
  const longs = avroSerde<unknown>(avro({ type: "array", items: "long" }));
  expect(faultOf(() => longs.decoder(longs.schema)(claim, 0, claim.length)).message).toContain(
    "cannot be in the",
  );
});

test("payloads larger than a slab are written whole, and none is overwritten by the next", () => {
  const serde = avroSerde<string>(avro(`"string"`));
  const texts = [1, 100, 63, 64, 70_000, 5, 200_000, 30_000, 30_000, 30_000].map((n, i) =>
    String(i).repeat(n),
  );
  const payloads = texts.map((text) => serde.encode(1, text));
  const decode = serde.decoder(serde.schema);
  expect(payloads.map((bytes) => decode(bytes, HEADER_BYTES, bytes.length))).toEqual(texts);
});
