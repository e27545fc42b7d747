import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { RegistryClient } from "@letterpress/registry/client";
import type { SchemaReference } from "@letterpress/schema";
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
  const markdown = await shop.schema("diff", ORDERS, "--markdown");
  expect(markdown.stdout).toContain(`| \`${ORDERS}:32:5\` | added | \`shop.orders.OrderPlaced.discount\` |`);
  expect((await shop.schema("diff", ORDERS, "--markdown", "--json")).code).toBe(2);
  await writeFile(
    join(shop.folder, "draft.avsc"),
    '{"type":"record","name":"OrderPlaced","namespace":"shop.orders","fields":[]}',
  );
  const draft = await shop.schema("diff", "orders.placed-value", "draft.avsc");
  expect(draft).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("- shop.orders.OrderPlaced.orderId"),
  });
  expect((await shop.schema("diff", "draft.avsc")).code).toBe(2);
});

test("diff names the file of what a schema includes", async () => {
  const currency = '{ "name": "currency", "type": "string", "doc": "ISO 4217, such as EUR." }';
  await shop.edit(
    "schemas/common/money.avsc",
    currency,
    `${currency},\n    { "name": "scale", "type": "int", "default": 2 }`,
  );
  const { stdout } = await shop.schema("diff", ORDERS);
  expect(stdout).toMatch(
    /\+ shop\.common\.Money\.scale: the field scale: int = 2 \(schemas\/common\/money\.avsc:\d+:5\)/,
  );
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

test("contexts, metadata and the levels that held move, too; a level that is not known there is told", async () => {
  const registry = new RegistryClient({ url: shop.server.registry });
  const record = (name: string, ...fields: object[]) => ({
    format: "AVRO" as const,
    text: JSON.stringify({ type: "record", name, fields }),
    references: [] as SchemaReference[],
  });
  const money = { name: "Money", subject: "money", version: 1 };
  const metadata = { properties: { owner: "payments" } };
  await registry.register(":.lab:money", record("Money"), { metadata });
  const order = { ...record("Order", { name: "sum", type: "Money" }), references: [money] };
  await registry.register(":.lab:orders", order);
  await registry.setConfig("FULL");
  await registry.setConfig("STRICT", ":.lab:orders");
  const file = join(shop.folder, "registry.json");
  await shop.schema("export", ":.lab:orders", "--out", file);

  await using other = await startTestServer();
  const moved = new RegistryClient({ url: other.registry });
  // The same id in the default context is another one.
  await moved.register("elsewhere", record("Elsewhere"));
  const there = (...args: string[]) => shop.run(["schema", ...args, "--registry", other.registry]);
  expect(await there("import", file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Imported 2 versions"),
  });
  const [before, after] = await Promise.all([registry, moved].map((each) => each.version(":.lab:money", 1)));
  expect(after).toEqual(before);
  expect(after).toMatchObject({ id: 1, contract: { metadata } });
  expect([await moved.config(":.lab:money"), await moved.config(":.lab:orders")]).toEqual(["FULL", "STRICT"]);
  expect(await moved.config()).toBe("BACKWARD");
  const offline = ["check", ORDERS, "--offline", "--lock", file];
  expect(await shop.schema(...offline, "--subject", ":.lab:orders", "--level", "none")).toMatchObject({
    code: 0,
  });
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

const DISCOUNT = `${NOTE},\n    { "name": "discount", "type": "int" }`;

test("check works without a registry against an export", async () => {
  const missing = await shop.schema("check", "--offline");
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("letterpress schema export") });
  await shop.schema("export", "--out", "schemas/registry.lock.json");
  const nowhere = ["check", "--offline", "--registry", "http://127.0.0.1:1"];
  expect(await shop.schema(...nowhere)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("compatible with version 1"),
  });
  await shop.edit(ORDERS, NOTE, DISCOUNT);
  const refused = await shop.schema(...nowhere);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${ORDERS}:32:5: orders.placed-value`),
  });
  expect((await shop.schema("check", ORDERS, "--offline", "--level", "none")).code).toBe(0);
});

test("check works against a git revision, to which new subjects are no error", async () => {
  await commit(shop.folder);
  expect(await shop.schema("check", "--against", "HEAD")).toMatchObject({ code: 0 });
  await shop.edit(ORDERS, NOTE, DISCOUNT);
  await shop.edit("schemas/topics.yaml", "  flights.departed:", "  flights.arrived:");
  const { code, stdout } = await shop.schema("check", "--against", "HEAD", "--json");
  expect(code).toBe(1);
  const checks = JSON.parse(stdout) as {
    subject: string;
    latestVersion: number | null;
    violations: object[];
  }[];
  expect(checks.find(({ subject }) => subject === "flights.arrived-value")).toMatchObject({
    latestVersion: null,
    violations: [],
  });
  expect(checks.find(({ subject }) => subject === "orders.placed-value")!.violations).toHaveLength(1);
  expect(await shop.schema("check", "--against", "no-such-branch")).toMatchObject({ code: 2 });
});

test("refusals come as SARIF and as Markdown, with the line in the edited file", async () => {
  await shop.edit(ORDERS, NOTE, DISCOUNT);
  const { code, stdout } = await shop.schema("check", "--sarif");
  expect(code).toBe(1);
  const [run] = JSON.parse(stdout).runs;
  expect(run.tool.driver.rules).toEqual([{ id: "READER_FIELD_MISSING_DEFAULT_VALUE" }]);
  expect(run.results).toMatchObject([
    {
      level: "error",
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: ORDERS }, region: { startLine: 32, startColumn: 5 } },
        },
      ],
    },
  ]);
  const markdown = await shop.schema("check", "--markdown");
  expect(markdown.stdout).toContain(`| \`${ORDERS}:32:5\` | READER_FIELD_MISSING_DEFAULT_VALUE |`);
  expect((await shop.schema("check", "--sarif", "--json")).code).toBe(2);
});

test("register registers everything or nothing", async () => {
  await shop.edit("schemas/common/money.avsc", '"doc": "ISO 4217, such as EUR."', '"doc": "ISO 4217."');
  await shop.edit(
    "schemas/flights/flight.avsc",
    '"doc": "Negative when it left early."',
    '"doc": "Minutes."',
  );
  // Passes every check, and is refused all the same when its turn comes.
  await shop.schema("mode", "flights.departed-value", "--set", "readonly");
  const refused = await shop.schema("register");
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("nothing was registered (taken back: "),
  });
  const subjects = JSON.parse((await shop.schema("list", "--json")).stdout) as { version: number }[];
  expect(subjects.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
  await shop.schema("mode", "flights.departed-value", "--unset");
  expect((await shop.schema("register")).code).toBe(0);
  expect((await shop.schema("show", "shop.common.Money", "--version", "2")).stdout).toContain("ISO 4217.");
});

test("a file that no contract uses finds what it includes in a folder", async () => {
  const text = JSON.stringify({
    type: "record",
    name: "Price",
    fields: [{ name: "amount", type: "shop.common.Money" }],
  });
  await writeFile(join(shop.folder, "schemas/price.avsc"), text);
  const command = ["schemas/price.avsc", "--subject", "prices-value"];
  expect((await shop.schema("check", ...command)).code).toBe(0);
  expect((await shop.schema("register", ...command, "--include", "schemas")).code).toBe(0);
  const { stdout } = await shop.schema("show", "prices-value", "--json");
  expect(JSON.parse(stdout).references).toEqual([
    { name: "shop.common.Money", subject: "shop.common.Money", version: 1 },
  ]);
  const elsewhere = await shop.schema("check", ...command, "--include", "schemas/common");
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining("shop.common.Money") });
});

async function commit(folder: string): Promise<void> {
  const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: folder });
  await git("init", "--quiet");
  await git("add", "schemas");
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  await git(...author, "commit", "--quiet", "-m", "schemas: as they are");
}
