import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runHere } from "../testing/cli-session.ts";
import { ContractsFolder } from "../testing/contracts-folder.ts";
import { CliProcess, runCli } from "../testing/run-cli.ts";

const POLL = { timeout: 10_000 };
let contracts: ContractsFolder;

beforeEach(() => {
  contracts = new ContractsFolder();
});
afterEach(() => contracts[Symbol.dispose]());

const flags = () => [
  ...["dev", "--memory", "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"],
  ...["--contracts", contracts.manifest],
];

test("the contracts are applied and generated at the start and after every change", async () => {
  await using dev = new CliProcess([...flags(), "--json"]);
  const { event, kafka, http } = JSON.parse(await dev.line());
  expect(event).toBe("ready");
  const first = JSON.parse(await dev.line());
  expect(first).toMatchObject({ event: "synchronized", removed: [] });
  expect(first.applied).toHaveLength(4);
  expect(first.written).toContain("orders.ts");

  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  const second = JSON.parse(await dev.line());
  expect(second.applied).toMatchObject([{ kind: "register-schema", subject: "orders-value" }]);
  expect(readFileSync(contracts.path("src/gen/orders.ts"), "utf8")).toContain("discount");
  const list = await runHere(["topic", "list", "--brokers", kafka, "--registry", http, "--json"]);
  expect(JSON.parse(list.stdout)).toHaveLength(2);
  expect(await dev.stop()).toBe(0);
});

test("edits never reach a cluster that the environment names for other commands", async () => {
  const env = { LETTERPRESS_CLUSTER: "nats://127.0.0.1:1" };
  const refused = await runCli(["dev", "--contracts", contracts.manifest], { env, cwd: contracts.folder });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("unset LETTERPRESS_CLUSTER") });
});

test("a mistake is shown with its place, and the server goes on when it is corrected", async () => {
  await using dev = new CliProcess(flags());
  expect(await dev.line()).toMatch(/^Kafka protocol on 127\.0\.0\.1:\d+, registry on http/);
  while (!(await dev.line()).startsWith("Up to date"));
  contracts.write("schemas/topics.yaml", "topics:\n  orders:\n    valeu: order.avsc\n");
  await expect.poll(() => dev.stderr, POLL).toContain('topics.yaml:3:5: unknown setting "valeu"');
  contracts.addOrderField({ name: "discount", type: "int" });
  contracts.write("schemas/topics.yaml", "topics:\n  orders:\n    value: order.avsc\n    partitions: 2\n");
  await expect
    .poll(() => dev.stderr, POLL)
    .toMatch(/order\.avsc:\d+:\d+: orders-value: the new schema cannot read version 1/);
  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  while (!(await dev.line()).startsWith("Up to date"));
  expect(await dev.stop("SIGINT")).toBe(0);
});
