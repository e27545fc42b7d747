import { relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliSession, runHere, startSession } from "../../testing/cli-session.ts";
import { ContractsFolder } from "../../testing/contracts-folder.ts";

const contracts = new ContractsFolder();
const CONTRACTS = ["--contracts", contracts.manifest];
const orderFile = contracts.path("schemas/order.avsc");
let session: CliSession;

beforeAll(async () => {
  session = await startSession();
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  contracts[Symbol.dispose]();
});

test("schemas are checked, registered, listed and shown", async () => {
  expect((await session.run(["schema", "list"])).stdout).toContain("There are no subjects");
  expect(await session.json(["schema", "check", ...CONTRACTS])).toMatchObject([
    { subject: "orders-value", latestVersion: null, violations: [] },
    { subject: "payments-value", latestVersion: null, violations: [] },
  ]);
  const registered = [
    { subject: "orders-value", id: 1, version: 1 },
    { subject: "payments-value", id: 2, version: 1 },
  ];
  expect(await session.json(["schema", "register", ...CONTRACTS])).toEqual(registered);
  const again = await session.run(["schema", "register", ...CONTRACTS]);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^SUBJECT +VERSION +ID\norders-value +1 +1$/m),
  });

  contracts.addOrderField({ name: "discount", type: "int", default: 0 });
  const compatible = await session.run(["schema", "check", orderFile, ...CONTRACTS]);
  expect(compatible).toMatchObject({
    code: 0,
    stdout: "orders-value: compatible with version 1 (BACKWARD)\n",
  });
  await session.json(["schema", "register", orderFile, ...CONTRACTS]);
  expect(await session.json(["schema", "list", "--prefix", "orders"])).toEqual([
    { subject: "orders-value", version: 2, id: 3, format: "AVRO" },
  ]);
  expect((await session.run(["schema", "list"])).stdout).toMatch(/payments-value +1 +2 +PROTOBUF/);

  expect(await session.json(["schema", "show", "orders-value", "--version", "1"])).toMatchObject({
    subject: "orders-value",
    version: 1,
    id: 1,
    format: "AVRO",
    references: [],
  });
  expect((await session.run(["schema", "show", "orders-value"])).stdout).toContain('"discount"');
  expect(await session.run(["schema", "show", "orders-value", "--version", "9"])).toMatchObject({ code: 1 });
});

test("an incompatible schema is refused with the reason, file, line and column", async () => {
  contracts.addOrderField({ name: "discount", type: "int" });
  contracts.write(
    "lone.avsc",
    '{\n  "type": "record", "name": "L",\n  "fields": [{ "name": "a", "type": "int" }]\n}',
  );
  const lone = ["schema", "register", contracts.path("lone.avsc"), "--subject", "lone-value", ...CONTRACTS];
  expect(await session.json(lone)).toMatchObject([{ subject: "lone-value", version: 1 }]);
  contracts.write(
    "lone.avsc",
    '{\n  "type": "record", "name": "L",\n  "fields": [{ "name": "b", "type": "int" }]\n}',
  );
  const refused = await session.run(lone);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`${relative(process.cwd(), contracts.path("lone.avsc"))}:3:`);
  expect(refused.stderr).toContain("lone-value: the new schema cannot read version 1");
  expect(refused.stderr).toContain("READER_FIELD_MISSING_DEFAULT_VALUE");

  const check = await session.run([
    "schema",
    "check",
    contracts.path("lone.avsc"),
    ...lone.slice(3),
    "--json",
  ]);
  expect(check.code).toBe(1);
  expect(JSON.parse(check.stdout)[0].violations[0]).toMatchObject({
    version: 1,
    direction: "BACKWARD",
    location: { line: 3 },
  });
});

test("a broken schema, a file that nobody uses and no registry each have their exit code", async () => {
  contracts.write("broken.proto", 'syntax = "proto3";\nmessage M {\n  int32 = 1;\n}\n');
  const broken = await session.run([
    "schema",
    "check",
    contracts.path("broken.proto"),
    "--subject",
    "b",
    ...CONTRACTS,
  ]);
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/broken\.proto:3:\d+/) });
  const unused = await session.run(["schema", "check", contracts.path("broken.proto"), ...CONTRACTS]);
  expect(unused).toMatchObject({ code: 2, stderr: expect.stringContaining("--subject") });
  const pointless = await session.run(["schema", "check", "--subject", "b", ...CONTRACTS]);
  expect(pointless).toMatchObject({ code: 2 });
  const nobody = await runHere(["schema", "list", "--registry", "http://127.0.0.1:1"]);
  expect(nobody).toMatchObject({ code: 3, stderr: expect.stringContaining("127.0.0.1:1") });
  const noUrl = await runHere(["schema", "list", "--registry", "nowhere"]);
  expect(noUrl).toMatchObject({ code: 2, stderr: expect.stringContaining("--registry: must be a URL") });
});
