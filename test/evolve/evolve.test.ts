import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Breakage, EvolveReport, SubjectReport } from "../../packages/cli/src/evolve/report.ts";
import { Shop } from "./shop.ts";

const ORDERS = "schemas/orders/order_placed.avsc";
const NOTE = '{ "name": "note", "type": ["null", "string"], "default": null }';
const ORDER_COUNT = 40;

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.start();
  await shop.placeOrders(ORDER_COUNT);
});
afterEach(() => shop[Symbol.asyncDispose]());

async function evolve(...args: string[]): Promise<EvolveReport & { readonly code: number }> {
  const { stdout, code, stderr } = await shop.schema("evolve", "--json", ...args);
  if (stdout === "") throw new Error(stderr);
  return { ...(JSON.parse(stdout) as EvolveReport), code };
}

async function evolveOrders(...args: string[]): Promise<SubjectReport> {
  const { subjects } = await evolve(...args);
  return subjects.find(({ subject }) => subject === "orders.placed-value")!;
}

test("there is nothing to evolve while the files are as the registry has them", async () => {
  expect(await shop.schema("evolve")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Nothing to evolve"),
  });
});

describe("a new field without a default", () => {
  beforeEach(() => shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`));

  test("is refused with its place, the offsets it cannot read, and the group that still has to read them", async () => {
    await shop.runPayments(ORDER_COUNT);
    const { code, stdout } = await shop.schema("evolve");
    expect(code).toBe(1);
    expect(stdout).toContain(`${ORDERS}:32:5: The field 'discount'`);

    const orders = await evolveOrders();
    expect(orders).toMatchObject({ verdict: "blocked", isAllowed: false, nextVersion: 2 });
    const [row] = orders.retained;
    expect(row).toMatchObject({ topic: "orders.placed", version: 1, records: ORDER_COUNT });
    expect(row!.reasons).toHaveLength(1);
    expect(row!.groupsBehind).toMatchObject([{ group: "payments" }]);
    const records = row!.lastOffsets.reduce((sum, { offset }) => sum + Number(offset) + 1, 0);
    expect(records).toBe(ORDER_COUNT);
    expect(orders.breakages).toMatchObject([
      { kind: "reading-old", group: "payments", field: "discount" },
      { kind: "reading-live", group: "payments", field: "discount" },
    ]);
    expect(orders.replays).toMatchObject([
      { records: ORDER_COUNT, findings: [{ kind: "failure", count: ORDER_COUNT }] },
    ]);
  });

  test("becomes compatible by the edit that is proposed and written", async () => {
    const before = await evolveOrders();
    expect(before.proposals).toMatchObject([
      { title: 'give "discount" the default 0', steps: [{ isAllowed: true, order: "any", file: ORDERS }] },
    ]);
    expect((await shop.schema("evolve", "--write")).stderr).toContain(`wrote ${ORDERS}`);
    expect(await shop.read(ORDERS)).toContain('{ "name": "discount", "type": "int", "default": 0 }');
    const after = await evolve();
    expect(after).toMatchObject({ code: 0, verdict: "safe" });
    expect(after.subjects[0]!.replays).toMatchObject([{ records: ORDER_COUNT, findings: [] }]);
  });
});

describe("a field that a running consumer needs", () => {
  beforeEach(async () => {
    await shop.runPayments(ORDER_COUNT);
    await shop.edit(ORDERS, '    { "name": "orderId", "type": "string" },\n', "");
  });

  test("names group, member, field and how its schema is known, and puts consumers first", async () => {
    const orders = await evolveOrders();
    expect(orders).toMatchObject({ verdict: "safe-in-order", isAllowed: true, order: "consumers-first" });
    expect(orders.readers).toMatchObject([
      { group: "payments", clientId: "payments", knowledge: "declared", readsWith: 1 },
    ]);
    const [member] = orders.readers;
    expect(orders.breakages).toMatchObject([
      {
        kind: "reading-new",
        group: "payments",
        members: [member!.memberId],
        field: "orderId",
        knowledge: "declared",
      },
    ]);
    expect(orders.steps.map(({ what }) => what)).toEqual([
      "register version 2 of orders.placed-value",
      "deploy the consumers with it",
      "deploy the producers with it",
    ]);
    // What is dropped is told from the very records.
    expect(orders.replays[0]!.findings).toMatchObject([
      { kind: "loss", path: "orderId", count: ORDER_COUNT },
    ]);
  });

  test("goes in two steps at a level that asks for both directions, each of them checked", async () => {
    const orders = await evolveOrders("--level", "full");
    expect(orders).toMatchObject({ verdict: "blocked", isAllowed: false });
    const [{ steps }] = orders.proposals as [SubjectReport["proposals"][number]];
    expect(steps).toMatchObject([
      {
        title: 'keep "orderId" with the default ""',
        isAllowed: true,
        order: "any",
        until: expect.stringContaining("before 2"),
      },
      { title: 'remove "orderId"', isAllowed: true, order: "any" },
    ]);
    await shop.schema("evolve", "--level", "full", "--write");
    expect(await shop.read(ORDERS)).toBe(steps[0]!.text);
    expect(await shop.read(`${ORDERS}.step-2`)).toBe(steps[1]!.text);
  });
});

test("members that do not say what they read with are told apart", async () => {
  const client = shop.server.client({ clientId: "legacy" });
  const consumer = client.consumer({ group: "legacy", topics: ["orders.placed"] });
  await consumer[Symbol.asyncIterator]().next();
  await shop.edit(ORDERS, '    { "name": "orderId", "type": "string" },\n', "");
  const orders = await evolveOrders();
  expect(orders.readers).toMatchObject([{ group: "legacy", knowledge: "unknown" }]);
  expect(orders.breakages).toMatchObject([
    { group: "legacy", knowledge: "unknown", why: expect.stringContaining("if it reads") },
  ]);
});

describe("producers", () => {
  beforeEach(() => shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`));

  test("that run are named with the schema that they declare, and have to be replaced first", async () => {
    await shop.stopAtBeginning("audit");
    const orders = await evolveOrders("--level", "none");
    expect(orders.writers).toMatchObject([
      { knowledge: "declared", clientId: "orders", writesWith: 1, hasLeft: false, reasons: [{}] },
    ]);
    expect(orders.breakages.find(({ kind }) => kind === "reading-live")).toMatchObject({
      group: "audit",
      field: "discount",
      knowledge: "declared",
    });
    expect(orders.order).toBe("producers-first");
    expect(orders.steps.map(({ until }) => until)).toContain(
      "no live producer writes with a version before 2 (now orders declares version 1)",
    );
    const { stdout } = await shop.schema("evolve", "--markdown");
    expect(stdout).toMatch(/\| orders\.placed \| orders \(producer \d+\) \| version 1 \| declared \| no \|/);
  });

  test("that have gone, and those that say nothing, are told apart from them", async () => {
    await shop.closeOrders();
    const legacy = shop.server.client({ clientId: "legacy" }).producer();
    await legacy.send({ topic: "orders.placed", partition: 0, key: "k", value: null });
    await expect
      .poll(async () => (await evolveOrders()).writers.map(({ knowledge, hasLeft }) => [knowledge, hasLeft]))
      .toEqual([
        ["declared", true],
        ["unknown", false],
        ["inferred", false],
      ]);
    expect((await shop.schema("evolve")).stdout).toMatch(/producer \d+, last wrote \d{4}-/);
  });
});

test("a change in a shared type reports every subject that includes it", async () => {
  await shop.edit("schemas/common/money.avsc", '"type": "string"', '"type": "int"');
  for (const args of [[], ["schemas/common/money.avsc"], ["shop.common.Money"]]) {
    const { subjects, code } = await evolve(...args);
    expect(code).toBe(1);
    expect(subjects.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ["shop.common.Money", "blocked"],
      ["orders.placed-value", "blocked"],
    ]);
    const orders = subjects[1]!;
    expect(orders.includedChanges).toEqual(["schemas/common/money.avsc"]);
    expect(orders.reasons[0]!.place).toMatchObject({ file: "schemas/common/money.avsc", line: 8 });
  }
});

test("what includes a shared type outside the contracts is named, with the version it stays with", async () => {
  const references = [{ name: "shop.common.Money", subject: "shop.common.Money", version: 1 }];
  const schema = JSON.stringify({ type: "array", items: "shop.common.Money" });
  const { registry } = shop.server;
  await fetch(`${registry}/subjects/prices-value/versions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ schema, references }),
  });
  await shop.edit("schemas/common/money.avsc", '"doc": "Cents, pence, yen."', '"doc": "Cents."');
  const { subjects } = await evolve();
  expect(subjects[0]).toMatchObject({ otherIncluders: [{ subject: "prices-value", version: 1 }] });
});

test("what was not looked at is said, and groups are judged by what was", async () => {
  await shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`);
  const orders = await evolveOrders("--scan", "12", "--replay", "0");
  expect(orders.retained[0]!.records).toBe(6);
  const unseen = orders.unseen.reduce((sum, { from, to }) => sum + Number(to) - Number(from), 0);
  expect(unseen).toBe(ORDER_COUNT - 6);
  expect(orders.replays).toEqual([]);
});

test("records that retention has taken break nobody any more", async () => {
  await shop.stopAtBeginning("audit");
  await shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`);
  const before = await evolveOrders("--level", "none");
  expect(before).toMatchObject({ order: "producers-first", verdict: "safe-in-order" });
  expect(before.steps.map(({ until }) => until).join()).toContain("audit has committed past offset");
  const retained = ({ kind }: Breakage) => kind === "reading-old";
  expect(before.breakages.filter(retained)).toMatchObject([{ group: "audit", field: "discount" }]);

  const { topics } = shop.server.client().admin();
  const places = Array.from({ length: 6 }, (_, partition) => ({ topic: "orders.placed", partition }));
  await topics.deleteRecords(await topics.listOffsets(places, "latest"));
  const after = await evolveOrders("--level", "none");
  expect(after).toMatchObject({ retained: [], verdict: "safe-in-order" });
  expect(after.breakages.filter(retained)).toEqual([]);
});

test("a Protobuf field that is deleted is reserved by the proposed edit", async () => {
  await shop.edit("schemas/payments/v1/payment.proto", "  string currency = 5;\n", "");
  const { subjects } = await evolve("schemas/payments/v1/payment.proto");
  expect(subjects[0]).toMatchObject({ subject: "payments.settled-value", isAllowed: true });
  await shop.schema("evolve", "schemas/payments/v1/payment.proto", "--write");
  const text = await shop.read("schemas/payments/v1/payment.proto");
  expect(text).toContain('message Payment {\n  reserved 5;\n  reserved "currency";\n');
  const strict = await evolve("schemas/payments/v1/payment.proto", "--level", "strict");
  expect(strict.subjects[0]!.isAllowed).toBe(true);
});

test("a Protobuf field of another type breaks the service that reads it, and the records prove it", async () => {
  await shop.runPayments(ORDER_COUNT);
  await shop.runNotifications();
  await shop.edit("schemas/payments/v1/payment.proto", "string currency = 5;", "int32 currency = 5;");
  const { subjects, code } = await evolve();
  expect(code).toBe(1);
  const [payments] = subjects;
  expect(payments).toMatchObject({
    subject: "payments.settled-value",
    verdict: "blocked",
    order: "not-in-one-step",
  });
  expect(payments!.reasons[0]!.place).toMatchObject({ file: "schemas/payments/v1/payment.proto", line: 13 });
  expect(payments!.readers).toMatchObject([{ group: "notifications", knowledge: "declared", readsWith: 1 }]);
  const breakage = payments!.breakages.find(({ kind }) => kind === "reading-new");
  expect(breakage).toMatchObject({
    group: "notifications",
    field: "Payment.currency",
    knowledge: "declared",
  });
  expect(payments!.replays[0]!.findings[0]).toMatchObject({ kind: "failure", count: ORDER_COUNT });
  expect(payments!.proposals[0]!.steps[0]).toMatchObject({ isAllowed: true, order: "any" });
  expect(payments!.proposals[0]!.steps[0]!.text).toContain("string currency = 5;\n  int32 currency_v2 = 10;");
});

describe("--apply", () => {
  const discounted = `${NOTE},\n    { "name": "discount", "type": "int", "default": 0 }`;

  test("registers what was shown and writes the TypeScript", async () => {
    await shop.edit(ORDERS, NOTE, discounted);
    const { plan } = await evolve();
    const applied = await shop.schema("evolve", "--apply", "--plan", plan);
    expect(applied).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("registered version 2 of orders.placed-value"),
    });
    expect(await shop.read("src/gen/avro/shop/orders.ts")).toContain("discount");
    expect((await evolve()).subjects).toEqual([]);
  });

  test("refuses when the registry has moved since", async () => {
    await shop.edit(ORDERS, NOTE, discounted);
    const { plan } = await evolve();
    await shop.edit(ORDERS, '"default": 0', '"default": 1');
    const moved = await shop.schema("evolve", "--apply", "--plan", plan);
    expect(moved).toMatchObject({ code: 1, stderr: expect.stringContaining("look again") });
    const versions = await fetch(`${shop.server.registry}/subjects/orders.placed-value/versions`);
    expect(await versions.json()).toEqual([1]);
  });

  test("registers nothing, and writes no TypeScript, when one of the schemas is refused", async () => {
    await shop.edit("schemas/common/money.avsc", '"doc": "ISO 4217, such as EUR."', '"doc": "ISO 4217."');
    await shop.edit(ORDERS, NOTE, discounted);
    await shop.schema("mode", "orders.placed-value", "--set", "readonly");
    const refused = await shop.schema("evolve", "--apply");
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing was registered (taken back: shop.common.Money version 2)"),
    });
    const versions = await fetch(`${shop.server.registry}/subjects/shop.common.Money/versions?deleted=true`);
    expect(await versions.json()).toEqual([1]);
    await expect(shop.read("src/gen/avro/shop/orders.ts")).rejects.toMatchObject({ code: "ENOENT" });
    await shop.schema("mode", "orders.placed-value", "--unset");
    expect(await shop.schema("evolve", "--apply")).toMatchObject({ code: 0 });
  });

  test("refuses what is blocked", async () => {
    await shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`);
    expect(await shop.schema("evolve", "--apply")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing was registered"),
    });
  });
});

test("the Markdown for a pull request has the verdict, the tables and the plan", async () => {
  await shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int" }`);
  const { stdout } = await shop.schema("evolve", "--markdown");
  expect(stdout).toContain("### Schemas: may not go through");
  expect(stdout).toContain(
    "| `schemas/orders/order_placed.avsc:32:5` | READER_FIELD_MISSING_DEFAULT_VALUE |",
  );
  expect(stdout).toMatch(/Plan `[0-9a-f]{16}`/);
});

test("mistakes are exit code 2, a server that is not there is exit code 3", async () => {
  expect(await shop.schema("evolve", "schemas/nothing.avsc")).toMatchObject({ code: 2 });
  expect(await shop.schema("evolve", "--level", "sideways")).toMatchObject({ code: 2 });
  expect(await shop.schema("evolve", "--plan", "0123456789abcdef")).toMatchObject({ code: 2 });
  await shop.server.close();
  expect(await shop.schema("evolve")).toMatchObject({ code: 3 });
});
