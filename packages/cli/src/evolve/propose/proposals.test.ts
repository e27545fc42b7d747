import type { CheckLevel, ResolvedSchema } from "@letterpress/schema";
import { describe, expect, test } from "vitest";
import { factsOf, schemaOf, versionsOf } from "../testing/facts.ts";
import { proposalsFor } from "./proposals.ts";

const ID = { name: "id", type: "string" };

function propose(level: CheckLevel, candidate: ResolvedSchema, ...earlier: readonly ResolvedSchema[]) {
  return proposalsFor(factsOf(level, candidate, versionsOf(...earlier)))[0];
}

/** The fields of a step's text. */
function fieldsOf(proposal: ReturnType<typeof propose>, step = 0): object[] {
  return JSON.parse(proposal!.steps[step]!.text).fields;
}

describe("Avro", () => {
  test.each([
    ["int", 0],
    ["string", ""],
    ["boolean", false],
    [["null", "string"], null],
    [{ type: "array", items: "int" }, []],
    [{ type: "enum", name: "E", symbols: ["A", "B"] }, "A"],
  ] as const)("a new field of type %j gets the default %j", (type, value) => {
    const proposal = propose("BACKWARD", schemaOf([ID, { name: "added", type }]), schemaOf([ID]));
    expect(fieldsOf(proposal)[1]).toEqual({ name: "added", type, default: value });
    expect(proposal!.steps).toMatchObject([{ isAllowed: true, until: undefined }]);
  });

  test("a field of a type that has no empty value may be null", () => {
    const uuid = { type: "string", logicalType: "uuid" };
    const proposal = propose("FULL", schemaOf([ID, { name: "added", type: uuid }]), schemaOf([ID]));
    expect(fieldsOf(proposal)[1]).toEqual({ name: "added", type: ["null", uuid], default: null });
    const gone = propose("FORWARD", schemaOf([ID]), schemaOf([ID, { name: "old", type: uuid }]));
    expect(fieldsOf(gone)[1]).toEqual({ name: "old", type: uuid });
  });

  test("what is wrong within a branch of a union is mended there", () => {
    const line = (...fields: object[]) => ({
      name: "line",
      type: ["null", { type: "record", name: "Line", fields }],
    });
    const proposal = propose(
      "BACKWARD",
      schemaOf([line(ID, { name: "n", type: "int" })]),
      schemaOf([line(ID)]),
    );
    expect(fieldsOf(proposal)).toEqual([line(ID, { name: "n", type: "int", default: 0 })]);
  });

  test("a type that is defined within the field gets another name beside the old one", () => {
    const hash = (size: number) => ({ type: "fixed", name: "Hash", size });
    const proposal = propose(
      "FULL",
      schemaOf([{ name: "h", type: hash(8) }]),
      schemaOf([{ name: "h", type: hash(4) }]),
    );
    expect(fieldsOf(proposal)).toEqual([
      { name: "h", type: hash(4) },
      { name: "hV2", type: ["null", { ...hash(8), name: "HashV2" }], default: null },
    ]);
  });

  test("an older version that is alone in the way is looked at, too", () => {
    const [oldest, without] = [schemaOf([ID, { name: "old", type: "int" }]), schemaOf([ID])];
    const back = schemaOf([ID, { name: "old", type: "string", default: "" }]);
    expect(propose("BACKWARD", back, oldest, without)).toBeUndefined();
    const proposal = propose("BACKWARD_TRANSITIVE", back, oldest, without);
    expect(fieldsOf(proposal).map((field) => (field as { name: string }).name)).toContain("oldV2");
    expect(proposal!.steps[0]!.isAllowed).toBe(true);
  });

  test("where no edit helps, the steps to a topic of its own are told", () => {
    const text: ResolvedSchema = { format: "AVRO", text: '"string"', references: [] };
    const proposal = propose("BACKWARD", schemaOf([ID]), text);
    expect(proposal).toMatchObject({
      title: expect.stringContaining("no compatible edit is known"),
      steps: [],
    });
    expect(proposal!.byHand!.length).toBeGreaterThan(0);
  });

  test("a renamed field is read by an alias where new readers are all that is asked for", () => {
    const renamed = schemaOf([{ name: "number", type: "string" }]);
    expect(fieldsOf(propose("BACKWARD", renamed, schemaOf([ID])))).toEqual([
      { name: "number", type: "string", aliases: ["id"] },
    ]);
    const both = propose("FULL", renamed, schemaOf([ID]));
    expect(fieldsOf(both)).toEqual([
      { name: "number", type: "string", default: "" },
      { name: "id", type: "string", default: "" },
    ]);
    expect(fieldsOf(both, 1)).toEqual([{ name: "number", type: "string", default: "" }]);
    expect(both!.steps.map(({ isAllowed }) => isAllowed)).toEqual([true, true]);
  });

  test("a removal takes two steps, and a transitive level says that the second never comes", () => {
    const [before, after] = [schemaOf([ID, { name: "old", type: "long" }]), schemaOf([ID])];
    const steps = (level: CheckLevel) => propose(level, after, before)!.steps;
    expect(steps("FORWARD")).toMatchObject([
      { isAllowed: true, until: "no live member reads with a version before 2" },
      { isAllowed: true, until: undefined },
    ]);
    expect(steps("FORWARD_TRANSITIVE").map(({ isAllowed }) => isAllowed)).toEqual([true, false]);
  });

  const state = (symbols: string[], more: object = {}) => ({
    name: "state",
    type: { type: "enum", name: "State", symbols, ...more },
  });

  test("symbols stay for new readers, and wait for a default before old ones meet them", () => {
    const removed = propose("BACKWARD", schemaOf([state(["A"])]), schemaOf([state(["A", "B"])]));
    expect(fieldsOf(removed)).toEqual([state(["A", "B"])]);
    const added = propose("FORWARD", schemaOf([state(["A", "B"])]), schemaOf([state(["A"])]));
    expect(fieldsOf(added)).toEqual([state(["A"], { default: "A" })]);
    expect(fieldsOf(added, 1)).toEqual([state(["A", "B"], { default: "A" })]);
  });

  test("a changed type stands beside the old one", () => {
    const proposal = propose("FULL", schemaOf([{ name: "id", type: "int" }]), schemaOf([ID]));
    expect(fieldsOf(proposal)).toEqual([ID, { name: "idV2", type: ["null", "int"], default: null }]);
    expect(proposal!.steps[0]).toMatchObject({ isAllowed: true, order: "any" });
  });

  test("the rest of the text stays as it was written", () => {
    const text = `{
  "type": "record", "name": "Order", "namespace": "shop",
  // What was ordered.
  "fields": [
    { "name": "id",   "type": "string" },
    {
      "name": "added",
      "type": "int"
    }
  ]
}`;
    const candidate: ResolvedSchema = { format: "AVRO", text, references: [] };
    const [step] = propose("BACKWARD", candidate, schemaOf([ID]))!.steps;
    expect(step!.text).toBe(text.replace('"type": "int"\n', '"type": "int",\n      "default": 0\n'));
  });
});

describe("Protobuf", () => {
  const proto = (body: string) =>
    schemaOf(`syntax = "proto3";\npackage shop;\n\nmessage Order {\n${body}\n}\n`);

  test("a deleted field is reserved", () => {
    const proposal = propose("STRICT", proto("  string id = 1;"), proto("  string id = 1;\n  int32 n = 2;"));
    expect(proposal!.steps[0]!.text).toContain(
      'message Order {\n  reserved 2;\n  reserved "n";\n  string id = 1;',
    );
    expect(proposal!.steps[0]!.isAllowed).toBe(true);
  });

  test("a field of another type gets a number of its own beside the old one", () => {
    const proposal = propose("BACKWARD", proto("  int32 id = 1;"), proto("  string id = 1;\n  int32 n = 7;"));
    const [step] = proposal!.steps;
    expect(step!.text).toContain("  string id = 1;\n  int32 id_v2 = 8;\n");
    expect(step!.isAllowed).toBe(true);
    const reserved = propose(
      "BACKWARD",
      proto("  reserved 2 to 9;\n  int32 id = 1;"),
      proto("  string id = 1;"),
    );
    expect(reserved!.steps[0]!.text).toContain("int32 id_v2 = 10;");
  });

  test("a field of a oneof stays", () => {
    const before = proto("  oneof how {\n    string card = 1;\n    string iban = 2;\n  }");
    const proposal = propose("BACKWARD", proto("  oneof how {\n    string card = 1;\n  }"), before);
    expect(proposal!.steps[0]!.text).toContain("oneof how {\n    string iban = 2;\n    string card = 1;");
    expect(proposal!.steps[0]!.isAllowed).toBe(true);
  });
});
