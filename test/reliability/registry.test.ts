import { RegistryClient } from "@letterpress/registry/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { afterAll, beforeAll, expect, test } from "vitest";

const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

let server: LetterpressServer;
let registry: RegistryClient;

beforeAll(async () => {
  server = await startServer({ kafka: "127.0.0.1:0", http: "127.0.0.1:0", log: { level: "silent" } });
  registry = new RegistryClient({ url: server.http });
});
afterAll(() => server.close());

function record(name: string, fieldType: unknown = "string") {
  const text = JSON.stringify({ type: "record", name, fields: [{ name: "field", type: fieldType }] });
  return { format: "AVRO" as const, text, references: [] };
}

test("one schema that many register at once gets one id and one version", async () => {
  const results = await Promise.all(
    Array.from({ length: 100 }, () => registry.register("same", record("Same"))),
  );
  expect(new Set(results.map(({ id, version }) => `${id} ${version}`)).size).toBe(1);
  expect(await registry.versions("same")).toEqual([1]);
});

test("300 schemas that are registered at once get 300 ids without a gap", async () => {
  const results = await Promise.all(
    Array.from({ length: 300 }, (_, number) => registry.register(`many-${number}`, record(`R${number}`))),
  );
  const ids = results.map(({ id }) => id).toSorted((a, b) => a - b);
  expect(ids).toEqual(ids.map((_, index) => ids[0]! + index));
});

test("a schema may refer to others, 30 levels deep", async () => {
  await registry.register("level-0", record("Level0"));
  for (let level = 1; level <= 30; level++) {
    const below = `Level${level - 1}`;
    const references = [{ name: below, subject: `level-${level - 1}`, version: 1 }];
    await registry.register(`level-${level}`, { ...record(`Level${level}`, below), references });
  }
  const { id } = await registry.latest("level-30");
  let depth = 0;
  for (let schema = await registry.schemaById(id); schema.references.length > 0; depth++) {
    schema = schema.references[0]!.schema;
  }
  expect(depth).toBe(30);
});

test.each(["日本語", "a/b", "a b", "%2e%2e", "\u{1f600}", "x".repeat(2_000)])(
  "a subject may be named %s",
  async (subject) => {
    await registry.register(subject, record("Named"));
    expect(await registry.subjects({ subjectPrefix: subject })).toEqual([subject]);
  },
);

test.each([
  ["bytes that are no text", Buffer.from([0, 0xff, 0x7b])],
  ["an array", "[]"],
  ["a deep array", `{"schema":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
  [
    "a deep schema",
    JSON.stringify({ schema: `${'{"type":"array","items":'.repeat(5_000)}"int"${"}".repeat(5_000)}` }),
  ],
  ["a schema that is a number", '{"schema":5}'],
  ["ids out of range", '{"schema":"\\"int\\"","id":-3,"version":99999999999}'],
  ["5 MB", Buffer.alloc(5_000_000, "a")],
])("a body of %s is refused and changes nothing", async (_, body) => {
  const answer = await fetch(`${server.http}/subjects/garbage/versions`, {
    method: "POST",
    headers: { "content-type": CONTENT_TYPE },
    body: body as string,
  });
  expect([400, 413, 422]).toContain(answer.status);
  expect(await answer.json()).toMatchObject({ error_code: expect.any(Number), message: expect.any(String) });
  expect(await registry.subjects({ subjectPrefix: "garbage" })).toEqual([]);
});
