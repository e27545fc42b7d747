import { parseSchema } from "@letterpress/schema";
import { describe, expect, test } from "vitest";
import { schemaDiff } from "./schema-diff.ts";

const avro = (...fields: object[]) =>
  parseSchema(
    {
      format: "AVRO",
      text: JSON.stringify({ type: "record", name: "Order", namespace: "shop", fields }),
      references: [],
    },
    { file: "order.avsc" },
  );
const proto = (...lines: string[]) =>
  parseSchema(
    {
      format: "PROTOBUF",
      text: ['syntax = "proto3";', "package shop;", ...lines].join("\n"),
      references: [],
    },
    { file: "order.proto" },
  );

const ID = { name: "id", type: "string" };

describe("Avro", () => {
  test("spelling is no change", () => {
    const spelled = { type: { type: "string" }, name: "id" };
    expect(schemaDiff(avro(ID), avro(spelled))).toEqual([]);
  });

  test("a field says what readers see who have it, or do not", () => {
    const total = { name: "total", type: ["null", "long"], default: null };
    const [added] = schemaDiff(avro(ID), avro(ID, total));
    expect(added).toMatchObject({
      kind: "added",
      path: "shop.Order.total",
      what: "the field total: null | long = null",
      newReaders: "read null",
      oldReaders: "do not see it",
      location: { file: "order.avsc", line: 1 },
    });
    const [removed] = schemaDiff(avro(ID, { name: "n", type: "int" }), avro(ID));
    expect(removed).toMatchObject({
      kind: "removed",
      newReaders: "do not see it",
      oldReaders: "cannot read them",
    });
  });

  test("a type that promotes is read in one direction", () => {
    const [change] = schemaDiff(avro({ name: "n", type: "int" }), avro({ name: "n", type: "long" }));
    expect(change).toMatchObject({
      what: "was int and is long",
      newReaders: undefined,
      oldReaders: "cannot read them",
    });
  });

  test("a field that is read by an alias is one change", () => {
    const renamed = { name: "number", type: "string", aliases: ["id"] };
    expect(schemaDiff(avro(ID), avro(renamed))).toMatchObject([
      {
        kind: "changed",
        path: "shop.Order.number",
        what: "was id, and is read from it by an alias",
        oldReaders: "cannot read them",
      },
    ]);
  });

  test("symbols, their default, docs and defaults", () => {
    const state = (symbols: string[], more: object = {}) => ({
      name: "state",
      type: { type: "enum", name: "State", symbols, ...more },
    });
    const before = avro({ ...ID, doc: "Its number." }, state(["NEW", "OLD"], { default: "NEW" }));
    const after = avro({ ...ID, default: "" }, state(["NEW", "DONE"]));
    expect(
      schemaDiff(before, after).map(({ path, what, newReaders, oldReaders }) => [
        path,
        what,
        newReaders,
        oldReaders,
      ]),
    ).toEqual([
      ["shop.Order.id", 'had the default (none) and has ""', undefined, undefined],
      ["shop.Order.id", "has another doc", undefined, undefined],
      ["shop.State.DONE", "the symbol DONE", undefined, "read it as NEW"],
      ["shop.State.OLD", "the symbol OLD", "cannot read them", undefined],
      ["shop.State", "had the default NEW and has (none)", undefined, undefined],
    ]);
  });
});

test("Protobuf differences have their place and their effect", () => {
  const before = proto("message Order {", "  int32 a = 1;", "  string b = 2;", "}");
  const after = proto("message Order {", "  string a = 1;", "  string c = 2;", "  int32 d = 3;", "}");
  expect(schemaDiff(before, after)).toMatchObject([
    {
      kind: "changed",
      path: "Order.1",
      newReaders: "cannot read them",
      oldReaders: "cannot read them",
      location: { line: 4 },
    },
    { kind: "changed", path: "Order.2", newReaders: undefined, location: { line: 5 } },
    {
      kind: "added",
      path: "Order.3",
      newReaders: "see it unset",
      oldReaders: "do not see it",
      location: { line: 6 },
    },
  ]);
});

test("another format is read by nobody", () => {
  expect(schemaDiff(avro(ID), proto("message Order {}"))).toMatchObject([{ newReaders: "cannot read them" }]);
});
