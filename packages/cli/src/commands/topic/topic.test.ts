import { Letterpress } from "@letterpress/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliSession, startSession } from "../../testing/cli-session.ts";
import { runCli } from "../../testing/run-cli.ts";

let session: CliSession;

beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session[Symbol.asyncDispose]());

test("topics are created, listed, described and deleted", async () => {
  expect(await session.run(["topic", "list"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("There are no topics"),
  });
  const config = ["--config", "retention.ms=60000", "--config", "cleanup.policy=compact"];
  expect(await session.run(["topic", "create", "audit", "--partitions", "3", ...config])).toMatchObject({
    code: 0,
    stdout: "Created audit with 3 partitions.\n",
  });
  expect(await session.json(["topic", "create", "other", "--partitions", "1"])).toEqual({
    topic: "other",
    partitions: 1,
    configs: {},
  });

  expect(await session.json(["topic", "list"])).toEqual([
    { topic: "audit", partitions: 3 },
    { topic: "other", partitions: 1 },
  ]);
  expect((await session.run(["topic", "list", "--internal"])).stdout).toContain("_schemas");
  const described = await session.json(["topic", "describe", "audit"]);
  expect(described).toMatchObject({
    topic: "audit",
    partitions: [0, 1, 2].map((partition) => ({ partition, logStartOffset: 0, logEndOffset: 0 })),
    configs: { "retention.ms": "60000", "cleanup.policy": "compact" },
  });
  const text = await session.run(["topic", "describe", "audit"]);
  expect(text.stdout).toMatch(/^audit, 3 partitions\nPARTITION +LEADER/);
  expect(text.stdout).toContain("retention.ms=60000");
  expect((await session.run(["topic", "describe", "audit", "--all"])).stdout).toContain("segment.bytes=");

  expect(await session.json(["topic", "delete", "audit", "other"])).toEqual({ deleted: ["audit", "other"] });
  expect(await session.json(["topic", "list"])).toEqual([]);
});

test("the producers of a topic are shown with what they have declared", async () => {
  await session.run(["topic", "create", "written", "--partitions", "2"]);
  const describeWritten = ["topic", "describe", "written", "--producers"];
  expect((await session.run(describeWritten)).stdout).toContain("No producer is active.");
  await using client = new Letterpress({ brokers: [session.kafka], clientId: "shop" });
  const [declaring, plain, silent] = [
    client.producer(),
    client.producer({ idempotent: false }),
    client.producer(),
  ];
  const schema = {
    part: "value",
    subject: "written-value",
    schemaId: 3,
    fingerprint: "ab".repeat(16),
  } as const;
  for (const producer of [declaring, plain]) producer.declareWriterSchemas("written", [schema]);
  for (const producer of [declaring, plain, silent])
    await producer.send({ topic: "written", partition: 1, value: "v" });
  const described = await session.json(describeWritten);
  const lastWrittenAt = expect.stringMatching(/^\d{4}-.*Z$/);
  const idempotent = { partitions: [1], lastWrittenAt };
  expect(described).toMatchObject({
    producers: [
      { clientId: "shop", hasLeft: false, schemas: [schema], ...idempotent },
      { producerId: null, clientId: "shop", schemas: [schema], partitions: [], lastWrittenAt: null },
      { clientId: null, hasLeft: null, schemas: [], ...idempotent },
    ],
  });
  const { stdout } = await session.run(describeWritten);
  expect(stdout).toMatch(/\d+ +shop +written-value \(id 3\) +1 +\d{4}-/);
  expect(stdout).toMatch(/\d+ +\? +\? +1 +\d{4}-/);
  await session.run(["topic", "delete", "written"]);
});

test("what the broker refuses is exit code 1, what makes no sense is 2", async () => {
  const unknown = await session.run(["topic", "describe", "nowhere"]);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("nowhere") });
  const json = await session.run(["topic", "delete", "nowhere", "--json"]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stderr).error.code).toBe("UNKNOWN_TOPIC");

  const bad = await session.run([
    "topic",
    "create",
    "t",
    "--partitions",
    "many",
    "--replication-factor",
    "0",
  ]);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain("--partitions: must be a whole number");
  expect(bad.stderr).toContain("--replication-factor: must be at least 1");
  expect((await session.run(["topic", "create"])).code).toBe(2);
  expect((await session.run(["topic", "create", "t", "--config", "x"])).code).toBe(2);
});

test("brokers and registry may come from the environment", async () => {
  const env = { LETTERPRESS_BROKERS: session.kafka, LETTERPRESS_REGISTRY: session.http };
  expect(await runCli(["topic", "list", "--json"], { env })).toMatchObject({ code: 0, stdout: "[]\n" });
});
