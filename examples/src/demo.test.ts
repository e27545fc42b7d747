import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { generate, loadContracts, writeGenerated } from "@letterpress/codegen";
import { expect, test } from "vitest";

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

test("the demo consumes everything, shows a rejection, and ends by itself", {
  timeout: TIMEOUT_MS,
}, async () => {
  const demo = join(import.meta.dirname, "demo.ts");
  const { stdout } = await run(process.execPath, ["--conditions=@letterpress/source", demo], {
    timeout: TIMEOUT_MS,
  });
  expect(stdout).toContain("create topic orders.placed with 6 partitions");
  expect(stdout).toMatch(/rejected a record: .*names no schema/);
  expect(stdout).toMatch(/delays-1 +sums up flights.departed \d, \d, \d/);
  expect(stdout).toContain("settled 500 of 500 orders");
  expect(stdout).toContain("sent 500 messages");
  const sums = [...stdout.matchAll(/added up (\d+) flights/g)].map(([, count]) => Number(count));
  expect(sums).toHaveLength(2);
  expect(sums[0]! + sums[1]!).toBe(20_000);
});

test("the generated modules are those of the contracts", async () => {
  const contracts = await loadContracts(join(import.meta.dirname, "../../schemas/topics.yaml"));
  const { written, removed } = await writeGenerated(contracts.generate.out, generate(contracts), {
    check: true,
  });
  expect({ written, removed }).toEqual({ written: [], removed: [] });
});
