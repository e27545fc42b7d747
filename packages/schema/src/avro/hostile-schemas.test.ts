import { expect, test } from "vitest";
import { avro } from "../../test/avro-corpus.ts";
import { SchemaError } from "../schema-error.ts";
import { canonicalText } from "./canonical.ts";
import { payloadChecker } from "./checker/payload-checker.ts";
import { avroIncompatibilities } from "./compatibility.ts";
import { parseAvro } from "./parse.ts";
import { avroSerde } from "./serde.ts";

const LEVELS = 60;

/** Records that each hold two of the next: small as text, 2 to the power of 60 fields when unfolded. */
function doubling(more: object): object {
  let type: unknown = { type: "record", name: "R0", fields: [{ name: "x", type: "int", default: 0 }] };
  for (let level = 1; level <= LEVELS; level++) {
    const fields = [
      { name: "a", type, ...more },
      { name: "b", type: `R${level - 1}`, ...more },
    ];
    type = { type: "record", name: `R${level}`, fields };
  }
  return type as object;
}

test("types that double at every level cost no more than their text", () => {
  const { schema } = parseAvro(JSON.stringify(doubling({})));
  const list = parseAvro(JSON.stringify({ type: "array", items: doubling({}) })).schema;
  expect(canonicalText(parseAvro(JSON.stringify(doubling({})))).length).toBeLessThan(10_000);
  expect(avroIncompatibilities(schema, parseAvro(JSON.stringify(doubling({}))).schema)).toEqual([]);
  expect(payloadChecker(list).isValid(Buffer.from([2, 0]), 0, 2)).toBe(false);
  const serde = avroSerde<unknown>(avro(doubling({})));
  expect(() => serde.decoder(avro(doubling({})))(Buffer.alloc(9), 0, 9)).toThrow(SchemaError);
});

test("unions that refuse at every level are tried once per level", () => {
  const nested = (leaf: string): object => {
    let type: unknown = leaf;
    for (let level = 0; level < LEVELS; level++) type = [{ type: "array", items: type }];
    return type as object;
  };
  expect(() => avroSerde(avro(nested("int"))).decoder(avro(nested("string")))).toThrow("no branch");
});

test("defaults that unfold without end, or to a great length, are refused", () => {
  const endless = { type: "record", name: "R", fields: [{ name: "next", type: ["R", "null"], default: {} }] };
  expect(() => avroSerde(avro(endless))).toThrow("the default is endless or too long");
  expect(() => avroSerde(avro(doubling({ default: {} })))).toThrow("the default is endless or too long");
});

test("more named types than a schema can need are refused", () => {
  const types = Array.from({ length: 2_001 }, (_, index) => ({ type: "fixed", name: `F${index}`, size: 1 }));
  expect(() => parseAvro(JSON.stringify(types))).toThrow("more than 2000 named types");
});

test("containers within records within containers never overflow the stack", () => {
  let type: unknown = ["null", "R"];
  for (let level = 0; level < 80; level++) type = { type: "array", items: type };
  const schema = avro({ type: "record", name: "R", fields: [{ name: "x", type }] });
  const serde = avroSerde<unknown>(schema);
  const deep = Buffer.alloc(200_000, 2);
  expect(payloadChecker(parseAvro(schema.text).schema).isValid(deep, 0, deep.length)).toBe(false);
  expect(() => serde.decoder(schema)(deep, 0, deep.length)).toThrow(SchemaError);
  const loop: { x: unknown } = { x: null };
  let value: unknown = loop;
  for (let level = 0; level < 80; level++) value = [value];
  loop.x = value;
  expect(() => serde.encode(1, loop)).toThrow(SchemaError);
});
