import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliSession, startSession } from "../testing/cli-session.ts";
import { ContractsFolder } from "../testing/contracts-folder.ts";
import { CliProcess } from "../testing/run-cli.ts";

const contracts = new ContractsFolder();
const CONTRACTS = ["--contracts", contracts.manifest];
let session: CliSession;

beforeAll(async () => {
  session = await startSession();
  await session.json(["apply", ...CONTRACTS]);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  contracts[Symbol.dispose]();
});

const order = (id: string, total: number | string = 1) =>
  `{"id":"${id}","total":${total},"placedAt":"2026-01-31T12:00:00.000Z"}\n`;
const jsonLines = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

async function consumed(topic: string, args: readonly string[]) {
  const { code, stdout, stderr } = await session.run(["consume", topic, "--from-beginning", ...args]);
  return { code, stderr, records: jsonLines(stdout) };
}

test("what is produced as JSON by contract is consumed as JSON", async () => {
  const input = order("a", "9007199254740993") + order("b") + order("c");
  const sent = (await session.json(["produce", "orders", ...CONTRACTS], input)) as {
    partitions: { records: number }[];
  };
  expect(sent).toMatchObject({ topic: "orders", records: 3 });
  expect(sent.partitions.reduce((sum, { records }) => sum + records, 0)).toBe(3);

  const { code, records } = await consumed("orders", ["--max", "3"]);
  expect(code).toBe(0);
  expect(records.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]).toEqual({
    partition: expect.any(Number),
    offset: expect.any(Number),
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    key: "a",
    value: { id: "a", total: "9007199254740993", placedAt: "2026-01-31T12:00:00.000Z", note: null },
  });
  const text = await session.run(["produce", "orders", ...CONTRACTS], order("d"));
  expect(text).toMatchObject({ code: 0, stdout: "Sent 1 record to 1 partition of orders.\n" });
});

test("Protobuf topics work the same, and without a contract the registry's schema is taken", async () => {
  contracts.write("one.jsonl", '{"id":"p-1","amount":"5","receipt":"AP8="}');
  await session.json(["produce", "payments", "--file", contracts.path("one.jsonl"), ...CONTRACTS]);
  contracts.write("other/topics.yaml", "topics: {}\n");
  const noContract = ["--contracts", contracts.path("other/topics.yaml")];
  await session.json(
    ["produce", "payments", "--envelope", ...noContract],
    '{"key":"k","value":{"id":"p-2"}}',
  );
  const { records } = await consumed("payments", ["--max", "2"]);
  expect(records).toMatchObject([
    { key: "p-1", value: { id: "p-1", amount: "5", receipt: "AP8=" } },
    { key: "k", value: { id: "p-2" } },
  ]);
  const unknown = await session.run(["produce", "nothing", ...noContract], "{}");
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("--raw") });
});

test("a line that does not fit is told with its number and the field's path, and nothing after it is sent", async () => {
  const broken = await session.run(["produce", "orders", ...CONTRACTS], `${order("e")}{"id":\n${order("f")}`);
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining("stdin:2: is no JSON") });
  const wrong = await session.run(["produce", "orders", ...CONTRACTS, "--json"], `\n${order("g", '"many"')}`);
  expect(wrong.code).toBe(2);
  expect(JSON.parse(wrong.stderr).error).toMatchObject({
    code: "INVALID_JSON",
    message: expect.stringContaining("stdin:2: total: must be a whole number"),
  });
  const missing = await session.run(["produce", "orders", ...CONTRACTS], '{"id":"h"}\n');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/stdin:1: .*total/) });
  expect(await session.run(["produce", "orders", "--file", "/nowhere.jsonl", ...CONTRACTS])).toMatchObject({
    code: 2,
  });
});

test("bytes pass as they are where no schema is asked for, and the broker refuses them where one is", async () => {
  await session.json(["topic", "create", "notes", "--partitions", "1"]);
  await session.json(["produce", "notes", "--raw"], "hello\nworld\n");
  const raw = await session.run(["consume", "notes", "--raw", "--from-beginning", "--max", "2"]);
  expect(raw).toMatchObject({ code: 0, stdout: "hello\nworld\n" });
  const json = await consumed("notes", ["--raw", "--json", "--max", "1"]);
  expect(json.records[0]).toMatchObject({ key: null, value: Buffer.from("hello").toString("base64") });

  const undecodable = await consumed("notes", ["--max", "2"]);
  expect(undecodable).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("2 records could not be decoded"),
  });
  expect(undecodable.records[0]).toMatchObject({ offset: 0, error: expect.stringContaining("schema id") });

  const refused = await session.run(["produce", "orders", "--raw"], "no order\n");
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("stdin:1: ") });
});

test("records with keys, headers and tombstones are copied through envelopes", async () => {
  const line = JSON.stringify({
    key: "a",
    value: JSON.parse(order("a")),
    timestamp: "2026-01-01T00:00:00.000Z",
    headers: [{ key: "h", value: "1" }],
  });
  const tombstone = '{"key":"a","value":null}';
  await session.json(["produce", "orders", "--envelope", ...CONTRACTS], `${line}\n${tombstone}\n`);
  const { records } = await consumed("orders", ["--timeout", "1000"]);
  const [written, deleted] = records.filter(({ key }) => key === "a").slice(-2);
  expect(written).toMatchObject({
    timestamp: "2026-01-01T00:00:00.000Z",
    headers: [{ key: "h", value: "1" }],
  });
  expect(deleted).toMatchObject({ key: "a", value: null });
  const again = records.map((record) => JSON.stringify(record)).join("\n");
  expect(await session.json(["produce", "orders", "--envelope", ...CONTRACTS], again)).toMatchObject({
    records: records.length,
  });
  const keyless = await session.run(["produce", "orders", "--envelope", ...CONTRACTS], '{"value":null}');
  expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining("stdin:1: key: is missing") });
  const odd = await session.run(["produce", "orders", "--envelope", ...CONTRACTS], '{"valeu":1,"value":{}}');
  expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining("valeu") });
});

test("a group goes on behind what it has printed; it is listed, described and reset", async () => {
  await session.json(["topic", "create", "steps", "--partitions", "1"]);
  await session.json(["produce", "steps", "--raw"], "1\n2\n3\n");
  const group = ["consume", "steps", "--group", "walkers", "--raw", "--from-beginning"];
  expect((await session.run([...group, "--max", "2"])).stdout).toBe("1\n2\n");
  expect(await session.json(["group", "list"])).toContainEqual({
    group: "walkers",
    state: "Empty",
    protocolType: "consumer",
  });
  expect((await session.run(["group", "list"])).stdout).toMatch(/^GROUP +STATE +PROTOCOL\n/);
  expect(await session.json(["group", "describe", "walkers"])).toMatchObject({
    state: "Empty",
    offsets: [{ topic: "steps", partition: 0, committed: 2, end: 3, lag: 1 }],
  });
  expect((await session.run(["group", "describe", "walkers"])).stdout).toMatch(/COMMITTED +END +LAG\nsteps/);

  const dry = await session.json(["group", "reset", "walkers", "--to-earliest", "--dry-run"]);
  expect(dry).toMatchObject({ dryRun: true, offsets: [{ from: 2, to: 0 }] });
  expect((await session.run([...group, "--max", "1"])).stdout).toBe("3\n");
  await session.json(["group", "reset", "walkers", "--to-offset", "1"]);
  expect((await session.run([...group, "--max", "1"])).stdout).toBe("2\n");
  const late = ["--to-datetime", "2999-01-01T00:00:00Z", "--topic", "steps"];
  expect(await session.json(["group", "reset", "walkers", ...late])).toMatchObject({ offsets: [{ to: 3 }] });
  expect(await session.json(["group", "reset", "walkers", "--to-latest"])).toMatchObject({
    offsets: [{ from: 3, to: 3 }],
  });

  expect(await session.run(["group", "reset", "walkers"])).toMatchObject({ code: 2 });
  expect(await session.run(["group", "reset", "walkers", "--to-latest", "--to-earliest"])).toMatchObject({
    code: 2,
  });
  expect(await session.run(["group", "describe", "nobody"])).toMatchObject({ code: 1 });
});

test("a group with a live member is not reset", async () => {
  await session.json(["topic", "create", "live", "--partitions", "1"]);
  await session.json(["produce", "live", "--raw"], "1\n");
  const { kafka, http } = session;
  await using consuming = new CliProcess([
    ...["consume", "live", "--group", "watchers", "--raw", "--from-beginning"],
    ...["--brokers", kafka, "--registry", http],
  ]);
  expect(await consuming.line()).toBe("1");
  const refused = await session.run(["group", "reset", "watchers", "--to-earliest", "--topic", "live"]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("1 live member") });
  expect(await consuming.stop("SIGINT")).toBe(0);
});

test("an unknown topic ends consume at once, and --timeout ends it when nothing comes", async () => {
  expect(await session.run(["consume", "nowhere"])).toMatchObject({ code: 1 });
  await session.json(["topic", "create", "silent", "--partitions", "1"]);
  expect(await session.run(["consume", "silent", "--timeout", "50"])).toMatchObject({ code: 0, stdout: "" });
});

test("with --avro-json, records go in and out in Avro's own encoding", async () => {
  const line = '{"id":"z","total":2,"placedAt":1769860800000,"note":{"string":"gift"}}\n';
  await session.json(["produce", "orders", "--avro-json", ...CONTRACTS], line);
  const { code, records } = await consumed("orders", ["--timeout", "500", "--avro-json"]);
  expect(code).toBe(0);
  expect(records.find(({ key }) => key === "z").value).toEqual(JSON.parse(line));
  expect(records.find(({ key }) => key === "b").value).toMatchObject({ placedAt: 1769860800000, note: null });
  const friendly = await session.run(["produce", "orders", "--avro-json", ...CONTRACTS], order("y"));
  expect(friendly).toMatchObject({ code: 2, stderr: expect.stringContaining("stdin:1: ") });
  const both = await session.run(["consume", "orders", "--avro-json", "--raw"]);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("exclude each other") });
});
