import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ContractError, type Diagnostic, formatDiagnostic } from "../diagnostic.ts";
import { generate } from "../generate.ts";
import type { Contracts } from "./contracts.ts";
import { loadContracts } from "./load.ts";

const ORDER = `{ "type": "record", "name": "Order", "namespace": "shop", "fields": [
  { "name": "id", "type": "string" },
  { "name": "total", "type": "shop.Money" },
  { "name": "paid", "type": "boolean" }
] }`;
const MONEY = `{ "type": "record", "name": "Money", "namespace": "shop", "fields": [{ "name": "cents", "type": "long" }] }`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "letterpress-contracts-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function load(files: Record<string, string>): Promise<Contracts> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return loadContracts(join(root, "topics.yaml"));
}

async function mistakes(files: Record<string, string>): Promise<readonly Diagnostic[]> {
  try {
    const contracts = await load(files);
    generate(contracts);
  } catch (error) {
    if (error instanceof ContractError) return error.diagnostics;
    throw error;
  }
  throw new Error("no mistake was found");
}

test("a manifest gets its defaults, subjects and references", async () => {
  const contracts = await load({
    "topics.yaml": `
defaults: { partitions: 3, validation: full }
topics:
  orders: { value: sales/order.avsc, key: id, config: { retention.ms: 1000 } }
  audit: { value: sales/order.avsc, key: money.avsc, subjectNameStrategy: TopicRecordName, validation: none, partitions: 1 }
`,
    "sales/order.avsc": ORDER,
    "money.avsc": MONEY,
  });
  const [orders, audit] = contracts.topics;
  expect(orders).toMatchObject({
    topic: "orders",
    partitions: 3,
    partitioner: "murmur2",
    validation: "full",
    value: { typeName: "shop.Order", subject: "orders-value", file: "sales/order.avsc" },
    key: { kind: "field", field: "id", keyKind: "text" },
    config: { "retention.ms": "1000", "letterpress.value.schema.validation": "full" },
  });
  expect(orders?.value.schema.references).toMatchObject([{ name: "shop.Money", subject: "shop.Money" }]);
  expect(audit?.value.subject).toBe("audit-shop.Order");
  expect(audit?.key).toMatchObject({ kind: "schema", schema: { subject: "audit-shop.Money" } });
  expect(audit?.config).toMatchObject({ "letterpress.key.subject.name.strategy": "TopicRecordName" });
  expect(contracts.generate.out).toBe(join(dirname(root), "src/gen"));
});

test("every mistake in the manifest is reported at once, with line and column", async () => {
  const found = await mistakes({
    "topics.yaml": `topics:
  "bad name": { value: a.avsc }
  orders:
    value: order.avsc
    partitons: 3
    validation: sometimes
`,
  });
  expect(found.map(({ line, column }) => [line, column])).toEqual(
    [
      [2, 3],
      [6, 17],
      [5, 5],
    ].sort(),
  );
  expect(found.map(formatDiagnostic).join("\n")).toContain(
    'topics.yaml:5:5: unknown setting "partitons" in topics.orders',
  );
});

test("a section whose settings are all taken out is as good as none", async () => {
  const contracts = await load({
    "topics.yaml": "generate:\ndefaults:\ntopics:\n  m: { value: money.avsc }\n",
    "money.avsc": MONEY,
  });
  expect(contracts.topics[0]).toMatchObject({ partitions: 1, validation: "id" });
  expect(contracts.generate.importExtension).toBe("js");
});

test("broken YAML is reported where it breaks", async () => {
  const [first] = await mistakes({ "topics.yaml": "topics:\n  a: [1\n" });
  expect(first).toMatchObject({ file: "topics.yaml", rule: "yaml-syntax" });
  expect(first?.line).toBeGreaterThan(1);
});

test("a broken schema is reported in its own file, once, with line and column", async () => {
  const found = await mistakes({
    "topics.yaml": "topics:\n  a: { value: x.avsc }\n  b: { value: x.avsc }\n",
    "x.avsc": `{ "type": "record", "name": "X",\n  "fields": [{ "name": "a", "type": "strnig" }] }`,
  });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ file: "x.avsc", line: 2 });
});

test.each([
  ["{ value: missing.avsc }", "there is no schema missing.avsc"],
  [
    "{ value: order.avsc, key: nothing }",
    'the value has no field "nothing" to be the key; it has id, total, paid',
  ],
  ["{ value: order.avsc, key: paid }", 'the field "paid" cannot be the key'],
  ["{ value: 'order.avsc#shop.Order' }", "an Avro file holds one type"],
  ["{ value: 'p.proto#a.Nope' }", 'p.proto has no message "a.Nope"; it has a.M'],
  ["{ value: ../secret.avsc }", "there is no schema ../secret.avsc"],
])("the topic %s is told: %s", async (topic, message) => {
  const [first] = await mistakes({
    "topics.yaml": `topics:\n  t: ${topic}\n`,
    "order.avsc": ORDER,
    "money.avsc": MONEY,
    "p.proto": `syntax = "proto3"; package a; message M { string x = 1; }`,
  });
  expect(first).toMatchObject({ file: "topics.yaml", line: 2 });
  expect(first?.message).toContain(message);
});

test("schemas that include each other are told apart from those that cannot be found", async () => {
  const cycle = await mistakes({
    "topics.yaml": "topics:\n  t: { value: a.proto }\n",
    "a.proto": `syntax = "proto3"; import "b.proto"; message A { B b = 1; }`,
    "b.proto": `syntax = "proto3"; import "a.proto"; message B { A a = 1; }`,
  });
  expect(cycle[0]?.message).toContain("a.proto -> b.proto -> a.proto");
  const missing = await mistakes({
    "topics.yaml": "topics:\n  t: { value: order.avsc }\n",
    "order.avsc": ORDER,
  });
  expect(missing[0]).toMatchObject({
    file: "order.avsc",
    rule: "missing-reference",
  });
});

test("two topics that want one module, and one name with two definitions, are refused", async () => {
  const clash = await mistakes({
    "topics.yaml": "topics:\n  a.b: { value: money.avsc }\n  a-b: { value: money.avsc }\n",
    "money.avsc": MONEY,
  });
  expect(clash[0]?.message).toContain("would both be generated as a-b.ts");
  const conflict = await mistakes({
    "topics.yaml": "topics:\n  a: { value: money.avsc }\n  b: { value: other.avsc }\n",
    "money.avsc": MONEY,
    "other.avsc": MONEY.replace("long", "int"),
  });
  expect(conflict[0]).toMatchObject({ file: "other.avsc", rule: "conflicting-type" });
});
