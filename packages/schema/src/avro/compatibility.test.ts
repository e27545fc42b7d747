import { describe, expect, test } from "vitest";
import { AVRO_COMPATIBILITY } from "../../test/avro-compatibility.ts";
import { avroIncompatibilities } from "./compatibility.ts";
import { parseAvro } from "./parse.ts";

function compare(reader: unknown, writer: unknown): string[] {
  const [readerSchema, writerSchema] = [reader, writer].map(
    (schema) => parseAvro(JSON.stringify(schema)).schema,
  );
  return avroIncompatibilities(readerSchema!, writerSchema!).map(
    ({ rule, path, detail }) => `${rule} ${path} ${detail}`,
  );
}

describe.each(AVRO_COMPATIBILITY)("%s", (_, first, second, firstReads, secondReads) => {
  test("the first reads the second", () => {
    expect(compare(first, second)).toEqual(firstReads);
  });

  test("the second reads the first", () => {
    expect(compare(second, first)).toEqual(secondReads);
  });
});

test("a union's reason tells what does not fit within the branch of the same name, and points there", () => {
  const text = (more: string) => `["null", {"type": "record", "name": "R", "fields": [
    {"name": "a", "type": "int"}${more}
  ]}]`;
  const reader = parseAvro(text(',\n    {"name": "b", "type": "string"}'), { file: "r.avsc" }).schema;
  const [reason] = avroIncompatibilities(reader, parseAvro(text("")).schema);
  expect(reason).toMatchObject({
    rule: "MISSING_UNION_BRANCH",
    location: { file: "r.avsc", line: 3, column: 5 },
    because: [{ rule: "READER_FIELD_MISSING_DEFAULT_VALUE", path: "/fields/1" }],
  });
});

test("a reason knows where it stands in the reader's text", () => {
  const text = `{"type": "record", "name": "R", "fields": [
    {"name": "a", "type": "int"},
    {"name": "b", "type": "string"}
  ]}`;
  const reader = parseAvro(text, { file: "r.avsc" }).schema;
  const writer = parseAvro('{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}').schema;
  expect(avroIncompatibilities(reader, writer).map(({ location }) => location)).toEqual([
    { file: "r.avsc", line: 2, column: 27 },
    { file: "r.avsc", line: 3, column: 5 },
  ]);
});
