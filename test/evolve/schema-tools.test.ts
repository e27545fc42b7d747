import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startTestServer } from "@letterpress/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Shop } from "./shop.ts";

const ORDERS = "schemas/orders/order_placed.avsc";
const NOTE = '{ "name": "note", "type": ["null", "string"], "default": null }';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.start();
});
afterEach(() => shop[Symbol.asyncDispose]());

test("diff tells the file from the newest version, in meaning", async () => {
  expect(await shop.schema("diff", ORDERS)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("mean the same"),
  });
  await shop.edit(ORDERS, NOTE, `${NOTE},\n    { "name": "discount", "type": "int", "default": 0 }`);
  const { stdout } = await shop.schema("diff", ORDERS);
  expect(stdout).toContain(
    `+ shop.orders.OrderPlaced.discount: the field discount: int = 0 (${ORDERS}:32:5)`,
  );
  expect(stdout).toContain("new readers of old records read 0");
  expect((await shop.schema("diff", "orders.placed-value@1", ORDERS, "--exit-code")).code).toBe(1);
  expect((await shop.schema("diff", "nothing-value")).code).toBe(1);
});

test("a whole registry moves to another one with its ids, versions, levels and deleted versions", async () => {
  await shop.schema("config", "flights.departed-value", "--set", "full_transitive");
  await shop.schema("delete", "notifications.sent-value");
  const file = join(shop.folder, "registry.json");
  const exported = await shop.schema("export", "--out", file);
  expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining("5 versions of 5 subjects") });

  await using other = await startTestServer();
  const there = (...args: string[]) => shop.run(["schema", ...args, "--registry", other.registry]);
  expect(await there("import", file, "--dry-run")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Would import 5 versions"),
  });
  expect(await there("import", file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Imported 5 versions; 0 already"),
  });
  expect(await there("import", file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Imported 0 versions; 5 already"),
  });

  const again = await there("export");
  const before = await shop.schema("export");
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(before.stdout));
  expect((await there("config", "flights.departed-value")).stdout).toBe("FULL_TRANSITIVE\n");
  expect((await there("mode", "flights.departed-value")).stdout).toBe("READWRITE\n");
});

test("an import that clashes imports nothing", async () => {
  const file = join(shop.folder, "registry.json");
  await shop.schema("export", "flights.departed-value", "--out", file);
  const text = JSON.parse(await shop.read("registry.json"));
  text.subjects[0].subject = "elsewhere-value";
  text.subjects[0].versions[0].schema = '"string"';
  await writeFile(file, JSON.stringify(text));
  const clash = await shop.schema("import", file);
  expect(clash).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing was imported") });
  expect((await shop.schema("list")).stdout).not.toContain("elsewhere");
  await writeFile(file, "{}");
  expect(await shop.schema("import", file)).toMatchObject({ code: 2 });
});

test("levels and modes are shown, set and taken away", async () => {
  expect((await shop.schema("config")).stdout).toBe("BACKWARD\n");
  expect((await shop.schema("config", "flights.departed-value", "--set", "none")).stdout).toBe("NONE\n");
  expect((await shop.schema("config", "flights.departed-value", "--unset")).stdout).toBe("BACKWARD\n");
  expect((await shop.schema("config", "--set", "sideways")).code).toBe(2);
  expect((await shop.schema("mode", "--set", "readonly")).stdout).toBe("READONLY\n");
  expect((await shop.schema("mode", "--set", "readwrite", "--json")).stdout).toBe(
    '{"subject":null,"mode":"READWRITE"}\n',
  );
});

test("a schema that records still need is not deleted for good", async () => {
  await shop.placeOrders(5);
  const refused = await shop.schema("delete", "orders.placed-value", "--permanent");
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("5 records of orders.placed with version 1"),
  });
  expect((await shop.schema("list")).stdout).toContain("orders.placed-value");
  expect(await shop.schema("delete", "flights.departed-value", "--permanent")).toMatchObject({ code: 0 });
  expect((await shop.schema("list")).stdout).not.toContain("flights");
});
