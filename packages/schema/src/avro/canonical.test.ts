import { expect, test } from "vitest";
import { AVRO_CORPUS } from "../../test/avro-corpus.ts";
import { canonicalText, normalizedText } from "./canonical.ts";
import { parseAvro, parseResolvedAvro } from "./parse.ts";
import { parsingCanonicalForm } from "./parsing-canonical-form.ts";

function canonical(text: string): string {
  return canonicalText(parseAvro(text));
}

function normalized(text: string): string {
  return normalizedText(parseAvro(text));
}

test.each([
  [`"string"`, `"string"`],
  [` { "type" : "string" } `, `"string"`],
  [`{"avro.java.string":"String","type":"string"}`, `{"type":"string","avro.java.string":"String"}`],
  [`["null", {"type": "long"}]`, `["null","long"]`],
  [`{"items": {"type": "int"}, "x": 1, "type": "array"}`, `{"type":"array","items":"int","x":1}`],
  [
    `{"size": 2, "aliases": ["G", "b.H"], "name": "a.F", "type": "fixed", "doc": "d", "p": {"z": 1.0, "a": [true]}}`,
    `{"type":"fixed","name":"F","namespace":"a","doc":"d","size":2,"p":{"z":1.0,"a":[true]},"aliases":["G","b.H"]}`,
  ],
  [
    `{"name": "E", "default": "A", "symbols": ["A"], "type": "enum"}`,
    `{"type":"enum","name":"E","symbols":["A"],"default":"A"}`,
  ],
  [
    `{"type": "record", "name": "R", "namespace": "n", "fields": [
      {"default": null, "aliases": ["z"], "order": "ignore", "x": "y", "doc": "\\u00e9\\u001f", "type": ["null", "n.R"], "name": "a"},
      {"name": "b", "type": {"type": "record", "name": "S", "namespace": "m", "fields": [{"name": "r", "type": ["n.R", "null"]}]}},
      {"name": "c", "type": "m.S"},
      {"name": "d", "type": "double", "default": 1},
      {"name": "e", "type": "double", "default": 12345678.9, "order": "ascending"},
      {"name": "f", "type": "double", "default": 0.00001}
    ]}`,
    `{"type":"record","name":"R","namespace":"n","fields":[` +
      `{"name":"a","type":["null","R"],"doc":"\u00e9\\u001F","default":null,"order":"ignore","aliases":["z"],"x":"y"},` +
      `{"name":"b","type":{"type":"record","name":"S","namespace":"m","fields":[{"name":"r","type":["n.R","null"]}]}},` +
      `{"name":"c","type":"m.S"},{"name":"d","type":"double","default":1},` +
      `{"name":"e","type":"double","default":1.23456789E7},{"name":"f","type":"double","default":1.0E-5}]}`,
  ],
  [
    `{"type": "record", "name": "a.R", "fields": [{"name": "x", "type": {"type": "fixed", "name": "F", "namespace": "", "size": 1}}]}`,
    `{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":{"type":"fixed","name":"F","namespace":"","size":1}}]}`,
  ],
])("prints %s as Java does", (text, expected) => {
  expect(canonical(text)).toBe(expected);
});

test("types of references are printed by name", () => {
  const money = {
    format: "AVRO",
    text: `{"type":"fixed","name":"a.Money","size":8}`,
    references: [],
  } as const;
  const references = [{ name: "a.Money", subject: "money", version: 1, schema: money }];
  const text = `{"type":"record","name":"a.R","fields":[{"name":"m","type":"Money"},{"name":"n","type":"a.Money"}]}`;
  expect(canonicalText(parseAvro(text, { references }))).toBe(
    `{"type":"record","name":"R","namespace":"a","fields":[{"name":"m","type":"Money"},{"name":"n","type":"Money"}]}`,
  );
});

test("canonical text is a schema with the same canonical text and the same meaning", () => {
  for (const { schema } of AVRO_CORPUS) {
    const parsed = parseResolvedAvro(schema);
    for (const text of [canonicalText(parsed), normalizedText(parsed)]) {
      const again = parseAvro(text);
      expect(parsingCanonicalForm(again.schema)).toBe(parsingCanonicalForm(parsed.schema));
      expect(normalizedText(again)).toBe(normalizedText(parsed));
    }
    expect(canonical(canonicalText(parsed))).toBe(canonicalText(parsed));
  }
});

test("normalising sorts what has no order and writes defaults as their types do", () => {
  const text = `{"type": "record", "name": "R", "doc": "", "z": 1, "a": {"d": 1, "c": 2}, "aliases": ["y", "x"], "fields": [
    {"name": "b", "type": {"type": "bytes", "scale": 2, "precision": 4, "logicalType": "decimal", "b": 1}},
    {"name": "d", "type": "double", "default": 1, "aliases": ["q", "p"]},
    {"name": "m", "type": {"type": "map", "values": "float"}, "default": {"k": 2, "a": 1.5}}]}`;
  expect(normalized(text)).toBe(
    `{"type":"record","name":"R","fields":[` +
      `{"name":"b","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2,"b":1}},` +
      `{"name":"d","type":"double","default":1.0,"aliases":["p","q"]},` +
      `{"name":"m","type":{"type":"map","values":"float"},"default":{"a":1.5,"k":2.0}}],` +
      `"a":{"c":2,"d":1},"z":1,"aliases":["x","y"]}`,
  );
});
