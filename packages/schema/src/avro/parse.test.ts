import { expect, test } from "vitest";
import { SchemaError } from "../schema-error.ts";
import { parseAvro } from "./parse.ts";
import type { AvroRecord } from "./schema.ts";

function fault(text: string): SchemaError {
  try {
    parseAvro(text, { file: "x.avsc" });
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${text}`);
}

function record(fields: string, more = ""): string {
  return `{"type": "record", "name": "R"${more}, "fields": [${fields}]}`;
}

test("parses names, namespaces, aliases, docs, defaults and places", () => {
  const text = `{
  "type": "record", "name": "Order", "namespace": "shop.v1", "doc": "An order.",
  "aliases": ["Bestellung", "old.Order"],
  // Java's parser allows comments too.
  "fields": [
    {"name": "id", "type": {"type": "string", "logicalType": "uuid"}, "doc": "Its id."},
    {"name": "next", "type": ["null", "Order"], "default": null, "aliases": ["following"]},
    {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}}
  ]
}`;
  const schema = parseAvro(text).schema as AvroRecord;
  expect(schema.name).toEqual({ simple: "Order", namespace: "shop.v1", full: "shop.v1.Order" });
  expect(schema.aliases.map((alias) => alias.full)).toEqual(["shop.v1.Bestellung", "old.Order"]);
  expect(schema.doc).toBe("An order.");
  const [id, next, total] = schema.fields;
  expect(id).toMatchObject({ name: "id", doc: "Its id.", location: { line: 6, column: 5 } });
  expect(id!.type).toMatchObject({ kind: "string", logical: { name: "uuid" } });
  expect(next!.type).toMatchObject({ kind: "union" });
  expect(next!.type.kind === "union" && next!.type.branches[1]).toBe(schema);
  expect(next!.default).toMatchObject({ kind: "null" });
  expect(total!.type).toMatchObject({ logical: { name: "decimal", precision: 9, scale: 2 } });
});

test("a logical type that does not fit is ignored, as the specification has it", () => {
  expect(parseAvro(`{"type": "int", "logicalType": "uuid"}`).schema).toMatchObject({ logical: undefined });
  expect(parseAvro(`{"type": "bytes", "logicalType": "decimal"}`).schema).toMatchObject({
    logical: undefined,
  });
  const tooWide = `{"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 9}`;
  expect(parseAvro(tooWide).schema).toMatchObject({ logical: undefined });
});

test("types of references are known, wherever they come from", () => {
  const money = {
    format: "AVRO",
    text: `{"type":"fixed","name":"a.Money","size":8}`,
    references: [],
  } as const;
  const reference = { name: "a.Money", subject: "money", version: 1, schema: money };
  const line = {
    format: "AVRO",
    text: `{"type":"record","name":"b.Line","fields":[{"name":"price","type":"a.Money"}]}`,
    references: [reference],
  } as const;
  const references = [reference, { name: "b.Line", subject: "line", version: 3, schema: line }];
  const text = record(`{"name": "line", "type": "b.Line"}, {"name": "price", "type": "a.Money"}`);
  const parsed = parseAvro(text, { references });
  expect(parsed.references).toHaveLength(2);
  expect([...parsed.named.keys()]).toEqual(["a.Money", "b.Line", "R"]);
});

test("a type that nobody defines is a missing reference", () => {
  const error = fault(record(`{"name": "line", "type": "b.Line"}`));
  expect(error.code).toBe("MISSING_REFERENCE");
  expect(error.message).toContain(`x.avsc:1:69: "b.Line" is not a type known here`);
});

test.each([
  ["", "the text ends where a value should stand"],
  ["{", `expected a key in double quotes`],
  [`"int" "int"`, "expected the end of the text"],
  [`{"type": "int", "type": "long"}`, `the key "type" appears twice`],
  ["[".repeat(500), "nesting is deeper than"],
  [`{"type": "record", "fields": []}`, `"name" is missing`],
  [`{"type": "record", "name": "a-b", "fields": []}`, `"a-b" is not a name`],
  [`{"type": "record", "name": "string", "fields": []}`, "the name of a primitive type"],
  [record(`{"name": "1", "type": "int"}`), `"1" is not a field name`],
  [record(`{"name": "a", "type": "int"}, {"name": "a", "type": "int"}`), `already has a field "a"`],
  [record(`{"name": "a", "type": "int", "default": "x"}`), `the default of "R.a" has to be a 32-bit integer`],
  [record(`{"name": "a", "type": "int", "default": 2147483648}`), "has to be a 32-bit integer"],
  [record(`{"name": "a", "type": "bytes", "default": "\\u0100"}`), "which are not bytes"],
  [record(`{"name": "a", "type": ["null", "int"], "default": "x"}`), "fits none of the union's branches"],
  [record(`{"name": "a", "type": "int", "order": "up"}`), "is not ascending, descending or ignore"],
  [record(`{"name": "a", "type": "R"}`), `"R" contains itself without end`],
  [`["int", "int"]`, `already has a branch "int"`],
  [`["int", ["string"]]`, "cannot directly contain another union"],
  ["[]", "at least one branch"],
  [`{"type": "enum", "name": "E", "symbols": ["A", "A"]}`, `already has the symbol "A"`],
  [`{"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}`, "is not one of the enum's symbols"],
  [`{"type": "fixed", "name": "F", "size": -1}`, `"size" has to be a number of bytes`],
  [`{"type": {"type": "int"}}`, `"type" has to be text`],
  [
    `[{"type": "fixed", "name": "F", "size": 1}, {"type": "enum", "name": "F", "symbols": []}]`,
    "is already defined",
  ],
  ["7", "expected a type"],
])("refuses %s", (text, message) => {
  const error = fault(text);
  expect(error.code).toBe("INVALID_SCHEMA");
  expect(error.message).toContain(message);
  expect(error.message).toMatch(/^x\.avsc:\d+:\d+: /);
});
