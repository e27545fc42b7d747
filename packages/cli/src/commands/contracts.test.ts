import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type CliSession, runHere, startSession } from "../testing/cli-session.ts";
import { ContractsFolder } from "../testing/contracts-folder.ts";
import { CliProcess } from "../testing/run-cli.ts";

const POLL = { timeout: 10_000 };
let session: CliSession;
let contracts: ContractsFolder;

beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session[Symbol.asyncDispose]());
beforeEach(() => {
  contracts = new ContractsFolder();
});
afterEach(() => contracts[Symbol.dispose]());

test("plan shows the changes, apply makes them, and then there are none", async () => {
  const flags = ["--contracts", contracts.manifest];
  const planned = await session.run(["plan", ...flags]);
  expect(planned).toMatchObject({ code: 0, stderr: "" });
  expect(planned.stdout).toContain("register version 1 of orders-value");
  expect(planned.stdout).toContain("create topic orders with 2 partitions");
  expect((await session.run(["plan", "--check", ...flags])).code).toBe(1);

  const { applied } = (await session.json(["apply", ...flags])) as { applied: { kind: string }[] };
  expect(applied.map(({ kind }) => kind)).toEqual([
    "register-schema",
    "register-schema",
    "create-topic",
    "create-topic",
  ]);
  expect(await session.json(["plan", "--check", ...flags])).toEqual({ changes: [], problems: [] });
  const again = await session.run(["apply", ...flags]);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to change") });

  contracts.addOrderField({ name: "discount", type: "int" });
  const refused = await session.run(["apply", ...flags]);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/order\.avsc:\d+:\d+: orders-value: /),
  });
  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  const evolved = await session.run(["apply", ...flags]);
  expect(evolved).toMatchObject({ code: 0, stdout: expect.stringContaining("version 2 of orders-value") });
});

test("a replication factor that a topic does not have is a problem, as topics keep theirs", async () => {
  const flags = ["--contracts", contracts.manifest];
  const text = readFileSync(contracts.manifest, "utf8").replaceAll("orders:", "copied.orders:");
  writeFileSync(contracts.manifest, text.replace("partitions: 2", "partitions: 2\n    replicationFactor: 1"));
  expect((await session.run(["apply", ...flags])).code).toBe(0);
  expect((await session.run(["plan", ...flags])).code).toBe(0);
  writeFileSync(contracts.manifest, text.replace("partitions: 2", "partitions: 2\n    replicationFactor: 3"));
  expect(await session.run(["plan", ...flags])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/has replication factor 1, the contract says 3/),
  });
});

test("a topic at STRICT is set to it, and what loses something is refused", async () => {
  const flags = ["--contracts", contracts.manifest];
  const orders = { name: "shop.orders", type: "int", default: 0 };
  const text = readFileSync(contracts.manifest, "utf8");
  const strict = text
    .replaceAll("orders:", "strict.orders:")
    .replace("key: id", "key: id\n    compatibility: STRICT");
  writeFileSync(contracts.manifest, strict);
  contracts.addOrderField({ ...orders, name: "count" });
  const { applied } = (await session.json(["apply", ...flags])) as { applied: object[] };
  expect(applied).toContainEqual(expect.objectContaining({ kind: "set-compatibility", level: "STRICT" }));
  expect(await session.json(["plan", "--check", ...flags])).toEqual({ changes: [], problems: [] });

  contracts.addOrderField({ ...orders, name: "quantity", aliases: ["count"] });
  const refused = await session.run(["apply", ...flags]);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/FIELD_READ_BY_ALIAS.*level STRICT/),
  });
  const set = (...args: string[]) => session.run(["schema", "config", "strict.orders-value", ...args]);
  expect((await set()).stdout).toBe("STRICT\n");
  expect((await set("--set", "full")).stdout).toBe("FULL\n");
  expect((await set("--set", "strict")).stdout).toBe("STRICT\n");
});

test("a mistake in the contracts is told with file, line and column, and exit code 2", async () => {
  const text = readFileSync(contracts.manifest, "utf8");
  writeFileSync(contracts.manifest, text.replace("partitions: 2", "partitons: 2"));
  const plan = await session.run(["plan", "--contracts", contracts.manifest]);
  expect(plan.code).toBe(2);
  expect(plan.stderr).toContain(`${contracts.manifest}:5:5: unknown setting "partitons"`);

  const json = await session.run(["apply", "--contracts", contracts.manifest, "--json"]);
  expect(JSON.parse(json.stderr).error.diagnostics[0]).toMatchObject({ line: 5, column: 5 });
  const missing = await runHere(["generate", "--contracts", contracts.path("none.yaml")]);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no such file") });
});

test("generate writes the code, and check tells when it has drifted", async () => {
  const flags = ["--contracts", contracts.manifest];
  const early = await runHere(["generate", "--check", ...flags]);
  expect(early).toMatchObject({ code: 1, stdout: expect.stringContaining("out of date") });
  expect(existsSync(contracts.path("src/gen"))).toBe(false);

  expect(await runHere(["generate", ...flags])).toMatchObject({ code: 0 });
  expect(readFileSync(contracts.path("src/gen/orders.ts"), "utf8")).toContain("OrdersProducer");
  expect(await runHere(["generate", "--check", ...flags])).toMatchObject({ code: 0 });

  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  const drifted = await runHere(["generate", "--check", "--json", ...flags]);
  expect(drifted.code).toBe(1);
  expect(JSON.parse(drifted.stdout)).toMatchObject({ upToDate: false });
  expect(JSON.parse(drifted.stderr).error.code).toBe("DRIFT");

  const elsewhere = contracts.path("elsewhere");
  expect(await runHere(["generate", "--out", elsewhere, ...flags])).toMatchObject({ code: 0 });
  expect(existsSync(contracts.path("elsewhere/payments.ts"))).toBe(true);
  expect(await runHere(["generate", "--watch", "--check", ...flags])).toMatchObject({ code: 2 });
});

test("generate --watch goes on after a mistake and writes the code again", async () => {
  await using watching = new CliProcess(["generate", "--watch", "--json", "--contracts", contracts.manifest]);
  expect(JSON.parse(await watching.line()).written).toContain("orders.ts");
  contracts.write("schemas/order.avsc", "{");
  await expect.poll(() => watching.stderr, POLL).toContain("order.avsc");
  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  const result = JSON.parse(await watching.line());
  expect(result.written).toEqual(expect.arrayContaining([expect.stringContaining("shop")]));
  expect(await watching.stop("SIGINT")).toBe(0);
});

test("a server that is not there is exit code 3", async () => {
  const nobody = ["--brokers", "127.0.0.1:1", "--registry", "http://127.0.0.1:1"];
  const plan = await runHere(["plan", "--contracts", contracts.manifest, ...nobody]);
  expect(plan).toMatchObject({ code: 3, stderr: expect.stringContaining("127.0.0.1:1") });
  expect(await runHere(["topic", "list", ...nobody])).toMatchObject({ code: 3 });
});
