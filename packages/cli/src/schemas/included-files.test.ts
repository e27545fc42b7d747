import { type CheckLevel, parseSchema } from "@letterpress/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sarif } from "../schema-tools/sarif.ts";
import { ContractsFolder } from "../testing/contracts-folder.ts";
import type { Baseline } from "./baseline.ts";
import { checkSchema, violationsText } from "./check-schema.ts";
import { schemaSources } from "./schema-sources.ts";

const record = (name: string, ...fields: object[]) =>
  JSON.stringify({ type: "record", name: `shop.${name}`, fields }, null, 2);
const money = (...lines: string[]) =>
  ['syntax = "proto3";', "package shop.common;", "message Money {", ...lines, "}"].join("\n");

const FILES = {
  "schemas/common/money.avsc": record("Money", { name: "amount", type: "long" }),
  "schemas/order.avsc": record("Order", { name: "total", type: { type: "array", items: "shop.Money" } }),
  "schemas/common/money.proto": money("  int64 amount = 1;", "  string currency = 2;"),
  "schemas/payment.proto":
    'syntax = "proto3";\npackage shop;\nimport "common/money.proto";\nmessage Payment {\n  common.Money total = 1;\n}',
};
const [AVRO, PROTO] = ["schemas/common/money.avsc", "schemas/common/money.proto"];

let contracts: ContractsFolder;
beforeEach(() => {
  contracts = new ContractsFolder();
  for (const [file, text] of Object.entries(FILES)) contracts.write(file, text);
});
afterEach(() => contracts[Symbol.dispose]());

/** The reasons against an edit, as `file:line:column`, and what a code host would show beside which line. */
async function placesOf(file: string, level: CheckLevel, edited: string, text: string) {
  const [subject, include] = ["a-subject", contracts.path("schemas")];
  const read = () =>
    schemaSources({ file, subject, include, contracts: contracts.manifest }, contracts.folder);
  const [before] = await read();
  const old = parseSchema(before!.schema, { file: "version 1" });
  const baseline: Baseline = {
    versions: async () => [{ version: 1, schema: old }],
    level: async () => level,
  };
  contracts.write(edited, text);
  const [after] = await read();
  const check = await checkSchema(baseline, after!);
  const { results } = (sarif([check]) as { runs: [{ results: { locations: object[] }[] }] }).runs[0];
  return {
    places: check.violations.map(({ place }) => `${place?.file}:${place?.line}:${place?.column}`),
    text: violationsText(check),
    shown: results.map(({ locations }) => locations[0]),
  };
}

const physical = (uri: string, startLine: number, startColumn: number) => ({
  physicalLocation: { artifactLocation: { uri }, region: { startLine, startColumn } },
});

test("what an Avro schema includes is named by file, line and column, for new and for old readers", async () => {
  const scale = { name: "scale", type: "int" };
  const added = record("Money", { name: "amount", type: "long" }, scale);
  const found = await placesOf("schemas/order.avsc", "BACKWARD", AVRO, added);
  expect(found.places).toEqual([`${AVRO}:9:5`]);
  expect(found.text).toContain(`${AVRO}:9:5: a-subject: the new schema cannot read version 1`);
  expect(found.shown).toEqual([physical(AVRO, 9, 5)]);

  // Now the field that old readers need has gone: its record is where to look.
  const gone = record("Money", { name: "amount", type: "long" });
  expect((await placesOf("schemas/order.avsc", "FORWARD", AVRO, gone)).places).toEqual([`${AVRO}:1:1`]);
  contracts.write("schemas/order.avsc", record("Order", { name: "total", type: ["null", "shop.Money"] }));
  const inUnion = await placesOf("schemas/order.avsc", "BACKWARD", AVRO, added);
  expect(inUnion.places).toEqual([`${AVRO}:9:5`]);
  expect(inUnion.text).toContain("because of this branch: The field 'scale'");
  contracts.write(AVRO, added);
  expect((await placesOf("schemas/order.avsc", "FORWARD", AVRO, gone)).places).toEqual([`${AVRO}:1:1`]);

  const retyped = record("Money", { name: "amount", type: "string" });
  expect((await placesOf("schemas/order.avsc", "FORWARD", AVRO, retyped)).places).toEqual([`${AVRO}:5:5`]);
});

test("what a Protobuf schema imports is named by file, line and column, for new and for old readers", async () => {
  const retyped = money("  string amount = 1;", "  string currency = 2;");
  const found = await placesOf("schemas/payment.proto", "BACKWARD", PROTO, retyped);
  expect(found.places).toContain(`${PROTO}:4:3`);
  expect(found.shown).toContainEqual(physical(PROTO, 4, 3));
  const back = money("  int64 amount = 1;", "  string currency = 2;");
  expect((await placesOf("schemas/payment.proto", "FORWARD", PROTO, back)).places).toContain(`${PROTO}:4:3`);

  const deleted = money("  int64 amount = 1;");
  const strict = await placesOf("schemas/payment.proto", "STRICT", PROTO, deleted);
  expect(strict.text).toContain("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED");
  expect(new Set(strict.places)).toEqual(new Set([`${PROTO}:3:1`]));
});
