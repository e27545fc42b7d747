import fc from "fast-check";
import { expect, test } from "vitest";
import { indentAt, itemsAt, membersAt, offsetOf, valueAt } from "./json-text.ts";

test("the members and items of any JSON are found, however it is written", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
      const text = JSON.stringify(object, undefined, indent);
      expect(valueAt(text, 0)).toEqual({ start: 0, end: text.length });
      const members = membersAt(text, 0).map(({ key, value }) => [
        key,
        JSON.parse(text.slice(value.start, value.end)),
      ]);
      expect(members).toEqual(Object.entries(JSON.parse(text) as object));
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(3), (list, indent) => {
      const text = JSON.stringify(list, undefined, indent);
      expect(itemsAt(text, 0).map(({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual(
        JSON.parse(text),
      );
    }),
  );
});

test("comments are passed over, also where they hold brackets and quotes", () => {
  const text = '{ /* { " */ "a": [1, // ]\n 2 /* , */ ], "b" : "//x" }';
  const members = membersAt(text, 0);
  expect(members.map(({ key, value }) => [key, text.slice(value.start, value.end)])).toEqual([
    ["a", "[1, // ]\n 2 /* , */ ]"],
    ["b", '"//x"'],
  ]);
  expect(itemsAt(text, members[0]!.value.start).map(({ start, end }) => text.slice(start, end))).toEqual([
    "1",
    "2",
  ]);
});

test("places and indentation", () => {
  const text = "{\n    [\n";
  expect(offsetOf(text, { line: 2, column: 5 })).toBe(6);
  expect(indentAt(text, 6)).toBe("    ");
});
