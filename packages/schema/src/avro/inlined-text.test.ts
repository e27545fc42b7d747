import { expect, test } from "vitest";
import { inlinedText } from "./inlined-text.ts";

test("types of references are put in where they are first used, and named from then on", () => {
  const money = {
    format: "AVRO" as const,
    text: '{"type":"fixed","name":"a.Money","size":8}',
    references: [],
  };
  const text = `{"type":"record","name":"a.Order","fields":[
    {"name":"price","type":"a.Money"},{"name":"tax","type":"a.Money"}]}`;
  const references = [{ name: "a.Money", subject: "money", version: 1, schema: money }];
  expect(inlinedText({ format: "AVRO", text, references })).toBe(
    '{"type":"record","name":"Order","namespace":"a","fields":[' +
      '{"name":"price","type":{"type":"fixed","name":"Money","size":8}},{"name":"tax","type":"Money"}]}',
  );
});
