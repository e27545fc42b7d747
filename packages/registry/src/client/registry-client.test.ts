import { expect, test } from "vitest";
import { createRegistryApp } from "../rest/app.ts";
import { avroRecord, testRegistry } from "../testing/test-registry.ts";
import { RegistryClient, type RegistryClientOptions } from "./registry-client.ts";
import { RegistryClientError } from "./registry-client-error.ts";

const definition = (text: string) => ({ format: "AVRO" as const, text, references: [] });
const ORDER = definition(avroRecord("Order", "id"));
const ORDER_2 = definition(avroRecord("Order", "id", "note?"));
const ORDER_BROKEN = definition(avroRecord("Order", "id", "total"));

/** A client whose calls go straight to a registry's interface; `calls` lists them. */
function testClient(options: Partial<RegistryClientOptions> = {}) {
  const { registry } = testRegistry();
  const app = createRegistryApp(registry);
  const calls: string[] = [];
  const direct = async (url: unknown, init?: RequestInit) => {
    calls.push(`${init?.method} ${String(url).slice("http://registry:8081".length)}`);
    return app.request(String(url), init);
  };
  const client = new RegistryClient({
    url: "http://registry:8081/",
    fetch: direct as typeof fetch,
    backoffMs: 1,
    ...options,
  });
  return { client, registry, calls, direct: direct as typeof fetch };
}

async function failureOf(promise: Promise<unknown>): Promise<RegistryClientError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RegistryClientError);
  return error as RegistryClientError;
}

test("a schema is registered, looked up and read back", async () => {
  const { client } = testClient();
  expect(await client.register("a/b", ORDER)).toEqual({ id: 1, version: 1 });
  expect(await client.register("a/b", ORDER_2)).toEqual({ id: 2, version: 2 });
  expect(await client.lookup("a/b", ORDER)).toMatchObject({
    subject: "a/b",
    version: 1,
    id: 1,
    schema: ORDER,
  });
  expect((await client.latest("a/b")).schema).toEqual(ORDER_2);
  expect(await client.versions("a/b")).toEqual([1, 2]);
  expect(await client.subjects({ subjectPrefix: "a" })).toEqual(["a/b"]);
  expect(await client.schemaById(1)).toEqual(ORDER);
  expect(await client.schemaByGuid((await client.latest("a/b")).guid!)).toEqual(ORDER_2);
});

test("schemas and ids are asked for once, also by callers at the same time", async () => {
  const { client, calls } = testClient();
  await client.register("s", ORDER);
  calls.length = 0;
  await Promise.all([client.schemaById(1), client.schemaById(1), client.idOf("s", ORDER)]);
  await Promise.all([client.schemaById(1), client.idOf("s", ORDER)]);
  expect(calls.sort()).toEqual(["GET /schemas/ids/1", "POST /subjects/s"]);
});

test("a failed question is asked again", async () => {
  const { client } = testClient();
  expect((await failureOf(client.idOf("s", ORDER))).code).toBe("NOT_FOUND");
  await client.register("s", ORDER);
  expect(await client.idOf("s", ORDER)).toBe(1);
});

test("what a schema includes is registered first, and put in again when it is read", async () => {
  const { client } = testClient();
  const currency = definition(avroRecord("Currency", "code"));
  const money = {
    ...definition(avroRecord("Money", "amount")),
    references: [{ name: "Currency", subject: "currency", version: 1, schema: currency }],
  };
  const order = { ...ORDER, references: [{ name: "Money", subject: "money", version: 1, schema: money }] };
  const { id } = await client.registerResolved("orders-value", order);
  expect(await client.schemaById(id)).toEqual(order);
  expect(await client.idOf("orders-value", order)).toBe(id);
  expect(await client.subjects()).toEqual(["currency", "money", "orders-value"]);
  expect(await client.referencedBy("money", 1)).toEqual([id]);
  expect(await client.versionsById(id)).toEqual([{ subject: "orders-value", version: 1 }]);
});

test("settings, modes and deletions", async () => {
  const { client } = testClient();
  await client.register("s", ORDER);
  expect(await client.config("s")).toBe("BACKWARD");
  await client.setConfig("NONE", "s");
  expect([await client.config("s"), await client.config()]).toEqual(["NONE", "BACKWARD"]);
  await client.deleteConfig("s");
  expect(await client.config("s")).toBe("BACKWARD");
  await client.setMode("IMPORT", "s", { force: true });
  expect([await client.mode("s"), await client.mode()]).toEqual(["IMPORT", "READWRITE"]);
  await client.deleteVersion("s", 1);
  expect(await client.versions("s", { deleted: true })).toEqual([1]);
  expect(await client.deleteSubject("s", { permanent: true })).toEqual([1]);
});

test("an import brings ids and versions along, and deleted versions can be asked for", async () => {
  const { client } = testClient();
  await client.setMode("IMPORT", "s");
  expect(await client.register("s", ORDER, { id: 40, version: 7 })).toEqual({ id: 40, version: 7 });
  await client.deleteMode("s");
  expect(await client.mode("s")).toBe("READWRITE");
  await client.deleteVersion("s", 7);
  expect(await failureOf(client.version("s", 7))).toMatchObject({ code: "NOT_FOUND" });
  expect(await client.version("s", 7, { deleted: true })).toMatchObject({ id: 40, version: 7 });
});

test("references without a context are read in that of the schema that has them", async () => {
  const { client } = testClient();
  const money = definition(avroRecord("Money", "amount"));
  await client.register("money", definition(avroRecord("Money", "other")));
  await client.register(":.lab:money", money);
  const order = { ...ORDER, references: [{ name: "Money", subject: "money", version: 1 }] };
  await client.register(":.lab:orders", order, { metadata: { properties: { owner: "us" } } });
  const { schema, contract } = await client.version(":.lab:orders", 1);
  expect((await client.resolve(schema, ":.lab:orders")).references[0]!.schema).toEqual(money);
  expect(contract).toEqual({ metadata: { properties: { owner: "us" } } });
});

test("compatibility is told with its reasons", async () => {
  const { client } = testClient();
  await client.register("s", ORDER);
  expect(await client.checkCompatibility("s", ORDER_2)).toEqual({ isCompatible: true, messages: [] });
  const refused = await client.checkCompatibility("s", ORDER_BROKEN, { version: "latest" });
  expect(refused.isCompatible).toBe(false);
  expect(refused.messages.join()).toContain("total");
});

test("each kind of refusal has its code, and the registry's beside it", async () => {
  const { client } = testClient();
  await client.register("s", ORDER);
  expect(await failureOf(client.register("s", ORDER_BROKEN))).toMatchObject({
    code: "INCOMPATIBLE",
    status: 409,
    registryCode: 409,
  });
  expect(await failureOf(client.latest("t"))).toMatchObject({ code: "NOT_FOUND", registryCode: 40401 });
  expect(await failureOf(client.register("s", definition("{")))).toMatchObject({ code: "INVALID" });
  await client.setMode("READONLY");
  expect(await failureOf(client.register("s", ORDER_2))).toMatchObject({ code: "NOT_PERMITTED" });
});

test("a registry that fails is tried again, then the next one", async () => {
  const { registry, direct } = testClient();
  await registry.register("s", { schema: ORDER.text });
  const asked: string[] = [];
  const unsteady = (async (url: string, init?: RequestInit) => {
    asked.push(new URL(url).host);
    if (new URL(url).host === "down:1") throw new TypeError("connection refused");
    if (asked.filter((host) => host === "up:1").length === 1) return new Response("", { status: 503 });
    return direct(url.replace("up:1", "registry:8081"), init);
  }) as typeof fetch;
  const client = new RegistryClient({ url: ["http://down:1", "http://up:1"], fetch: unsteady, backoffMs: 1 });
  expect(await client.subjects()).toEqual(["s"]);
  expect(asked).toEqual(["down:1", "up:1", "down:1", "up:1"]);
  expect(await client.subjects()).toEqual(["s"]);
  expect(asked.at(-1)).toBe("up:1");
  expect(asked).toHaveLength(5);
});

test("a registry that never answers is unreachable", async () => {
  const silent = ((_: string, init: RequestInit) =>
    new Promise((_resolve, reject) => {
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason));
    })) as typeof fetch;
  const { client } = testClient({ fetch: silent, timeoutMs: 5, tries: 2 });
  const failure = await failureOf(client.subjects());
  expect(failure).toMatchObject({ code: "UNREACHABLE", retriable: true });
  expect(failure.message).toContain("http://registry:8081 does not answer");
});

test("what is not a registry is told apart", async () => {
  const website = (async () => new Response("<html>", { status: 200 })) as typeof fetch;
  expect((await failureOf(testClient({ fetch: website }).client.subjects())).code).toBe("UNEXPECTED_ANSWER");
  const other = (async () => Response.json({ hello: 1 })) as typeof fetch;
  expect((await failureOf(testClient({ fetch: other }).client.subjects())).code).toBe("UNEXPECTED_ANSWER");
  expect(() => testClient({ url: "registry" })).toThrow(/write it like/);
});

test("credentials are sent", async () => {
  const seen: (string | null)[] = [];
  const recorder = (async (_: string, init: RequestInit) => {
    seen.push(new Headers(init.headers).get("authorization"));
    return Response.json([]);
  }) as typeof fetch;
  for (const auth of [{ username: "u", password: "p" }, { token: "t" }]) {
    await testClient({ fetch: recorder, auth }).client.subjects();
  }
  expect(seen).toEqual(["Basic dTpw", "Bearer t"]);
});

test("STRICT is set and read as a level, and a registry that does not know it is told from a bad level", async () => {
  const { client } = testClient();
  await client.setConfig("STRICT", "s");
  expect(await client.config("s")).toBe("STRICT");
  await client.setConfig("FULL_TRANSITIVE", "s");
  expect(await client.config("s")).toBe("FULL_TRANSITIVE");
  const body = JSON.stringify({ error_code: 42203, message: "Invalid compatibility level." });
  const other = new RegistryClient({
    url: "http://registry:8081",
    fetch: async () => new Response(body, { status: 422 }),
  });
  const unknown = await failureOf(other.setConfig("STRICT", "s"));
  expect(unknown).toMatchObject({ code: "INVALID", registryCode: 42203 });
  expect(unknown.message).toContain("set FULL_TRANSITIVE");
  expect((await failureOf(other.setConfig("SIDEWAYS"))).message).toBe("Invalid compatibility level.");
});
