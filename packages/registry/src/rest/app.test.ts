import { expect, test } from "vitest";
import { failure, testApp } from "../testing/test-app.ts";
import { avroRecord } from "../testing/test-registry.ts";

const ORDER = avroRecord("Order", "id");
const ORDER_2 = avroRecord("Order", "id", "note?");
const MONEY = avroRecord("Money", "amount");

test("registering answers with id, version and GUID, and reads back under every path", async () => {
  const { call } = testApp();
  const registered = await call("POST /subjects/orders-value/versions", { schema: ORDER });
  const guid = (registered.body as { guid: string }).guid;
  expect(registered).toEqual({ status: 200, body: { id: 1, version: 1, guid, schema: ORDER } });
  const entity = { subject: "orders-value", version: 1, id: 1, guid, schema: ORDER };
  expect(await call("POST /subjects/orders-value", { schema: ORDER })).toEqual({ status: 200, body: entity });
  for (const version of ["1", "latest", "-1"]) {
    const path = `/subjects/orders-value/versions/${version}`;
    expect((await call(`GET ${path}`)).body).toEqual(entity);
    expect((await call(`GET ${path}/schema`)).body).toEqual(JSON.parse(ORDER));
  }
  expect((await call("GET /schemas/ids/1")).body).toEqual({ schema: ORDER, guid });
  expect((await call("GET /schemas/ids/1?fetchMaxId=true")).body).toMatchObject({ maxId: 1 });
  expect((await call("GET /schemas/ids/1/schema")).body).toEqual(JSON.parse(ORDER));
  expect((await call("GET /schemas/ids/1/subjects")).body).toEqual(["orders-value"]);
  expect((await call("GET /schemas/ids/1/versions")).body).toEqual([{ subject: "orders-value", version: 1 }]);
  expect((await call(`GET /schemas/guids/${guid}`)).body).toEqual({ schema: ORDER, guid });
  expect((await call(`GET /schemas/guids/${guid}/ids`)).body).toEqual([{ context: ".", id: 1 }]);
  expect((await call("GET /schemas")).body).toEqual([entity]);
});

test("the root, types, contexts and associations are answered", async () => {
  const { call } = testApp();
  expect((await call("GET /")).body).toEqual({});
  expect((await call("GET /schemas/types")).body).toEqual(["AVRO", "PROTOBUF"]);
  expect((await call("GET /contexts")).body).toEqual(["."]);
  expect((await call("GET /associations/resources/-/orders?resourceType=topic")).body).toEqual([]);
});

test("answers carry the type the client accepts", async () => {
  const { app } = testApp();
  const type = async (accept?: string) =>
    (await app.request("/subjects", accept === undefined ? {} : { headers: { accept } })).headers.get(
      "content-type",
    );
  expect(await type()).toBe("application/vnd.schemaregistry.v1+json");
  expect(await type("*/*")).toBe("application/vnd.schemaregistry.v1+json");
  expect(await type("text/html, application/json;q=0.8")).toBe("application/json");
});

test("subjects and versions are listed by prefix, deletion and page", async () => {
  const { call } = testApp();
  for (const subject of ["c", "a-1", "a-2", ":.lab:a"]) {
    await call(`POST /subjects/${subject}/versions`, { schema: ORDER });
  }
  await call("DELETE /subjects/c");
  expect((await call("GET /subjects")).body).toEqual([":.lab:a", "a-1", "a-2"]);
  expect((await call("GET /subjects?subjectPrefix=a")).body).toEqual(["a-1", "a-2"]);
  expect((await call("GET /subjects?subjectPrefix=:.lab:")).body).toEqual([":.lab:a"]);
  expect((await call("GET /subjects?subjectPrefix=:*:a")).body).toEqual([":.lab:a", "a-1", "a-2"]);
  expect((await call("GET /subjects?deleted=true")).body).toHaveLength(4);
  expect((await call("GET /subjects?deletedOnly=true")).body).toEqual(["c"]);
  expect((await call("GET /subjects?offset=1&limit=1")).body).toEqual(["a-1"]);
  expect(await call("GET /subjects?offset=-1")).toEqual(failure(400, 400));
  expect(await call("GET /subjects/c/versions")).toEqual(failure(404, 40401));
  expect((await call("GET /subjects/c/versions?deleted=true")).body).toEqual([1]);
  expect((await call("GET /subjects/a-1/versions?deletedOnly=true")).body).toEqual([]);
  expect((await call("GET /subjects/c/versions/1?deleted=true")).body).toMatchObject({ deleted: true });
  expect((await call("GET /schemas?subjectPrefix=a&latestOnly=true&limit=1")).body).toHaveLength(1);
});

test("deleting answers with the versions deleted", async () => {
  const { call } = testApp();
  await call("POST /subjects/s/versions", { schema: ORDER });
  await call("POST /subjects/s/versions", { schema: ORDER_2 });
  expect(await call("DELETE /subjects/s/versions/1?permanent=true")).toEqual(failure(404, 40407));
  expect((await call("DELETE /subjects/s/versions/1")).body).toBe(1);
  expect(await call("DELETE /subjects/s/versions/1")).toEqual(failure(404, 40406));
  expect((await call("DELETE /subjects/s/versions/1?permanent=true")).body).toBe(1);
  expect(await call("DELETE /subjects/s?permanent=true")).toEqual(failure(404, 40405));
  expect((await call("DELETE /subjects/s")).body).toEqual([2]);
  expect(await call("DELETE /subjects/s")).toEqual(failure(404, 40404));
  expect((await call("DELETE /subjects/s?permanent=true")).body).toEqual([2]);
  expect(await call("DELETE /subjects/s")).toEqual(failure(404, 40401));
});

test("references are followed and protect what they point at", async () => {
  const { call } = testApp();
  await call("POST /subjects/money/versions", { schema: MONEY });
  const references = [{ name: "Money", subject: "money", version: 1 }];
  await call("POST /subjects/s/versions", { schema: ORDER, references });
  expect((await call("GET /schemas/ids/2")).body).toMatchObject({ references });
  expect((await call("GET /subjects/money/versions/1/referencedby")).body).toEqual([2]);
  expect((await call("GET /subjects/money/versions/1/referencedby?offset=1")).body).toEqual([]);
  expect(await call("DELETE /subjects/money")).toEqual(failure(422, 42206));
});

test("schemas are given in the format asked for", async () => {
  const { call } = testApp();
  const schema = 'syntax = "proto3"; message A { int32 x = 1; }';
  await call("POST /subjects/proto/versions", { schema, schemaType: "PROTOBUF" });
  await call("POST /subjects/avro/versions", { schema: ORDER });
  for (const path of ["/schemas/ids/1", "/subjects/proto/versions/1"]) {
    const { body } = await call(`GET ${path}?format=serialized`);
    expect(Buffer.from((body as { schema: string }).schema, "base64").toString("latin1")).toContain("proto3");
  }
  expect((await call("GET /schemas/ids/2?format=resolved")).body).toMatchObject({ schema: ORDER });
  expect((await call("GET /schemas/ids/2?format=serialized")).body).toMatchObject({ schema: ORDER });
});

test("a schema is normalised when asked, or when its subject is so configured", async () => {
  const { call } = testApp();
  const schema = '{"type":"record","name":"A","fields":[{"name":"x","type":"int","z":1,"a":2}]}';
  const normal = '{"type":"record","name":"A","fields":[{"name":"x","type":"int","a":2,"z":1}]}';
  await call("POST /subjects/asked/versions?normalize=true", { schema });
  await call("PUT /config/set", { normalize: true });
  await call("POST /subjects/set/versions", { schema });
  for (const subject of ["asked", "set"]) {
    expect((await call(`GET /subjects/${subject}/versions/1`)).body).toMatchObject({ schema: normal, id: 1 });
  }
  expect(await call("POST /subjects/asked", { schema })).toEqual(failure(404, 40403));
  expect((await call("POST /subjects/asked?normalize=true", { schema })).body).toMatchObject({ id: 1 });
});

test("versions are found by their metadata", async () => {
  const { call } = testApp();
  for (const [schema, major] of [
    [ORDER, "1"],
    [ORDER_2, "2"],
  ]) {
    const metadata = { properties: { major, owner: "shop" } };
    await call("POST /subjects/s/versions", { schema, metadata });
  }
  const path = "GET /subjects/s/metadata";
  expect((await call(`${path}?key=owner&value=shop`)).body).toMatchObject({ version: 2 });
  expect((await call(`${path}?key=owner&value=shop&key=major&value=1`)).body).toMatchObject({ version: 1 });
  expect(await call(`${path}?key=major&value=3`)).toEqual(failure(404, 40403));
  expect(await call("GET /subjects/t/metadata")).toEqual(failure(404, 40401));
});

test("compatibility is tested against the versions, one version or the latest", async () => {
  const { call } = testApp();
  const schema = avroRecord("Order", "id", "total");
  const path = "/compatibility/subjects/s/versions";
  expect((await call(`POST ${path}/latest`, { schema })).body).toEqual({ is_compatible: true });
  expect(await call(`POST ${path}/1`, { schema })).toEqual(failure(404, 40402));
  await call("POST /subjects/s/versions", { schema: ORDER });
  for (const version of ["", "/latest", "/1"]) {
    const verdict = await call(`POST ${path}${version}?verbose=true`, { schema });
    expect(verdict.body).toMatchObject({ is_compatible: false });
    expect((verdict.body as { messages: string[] }).messages).toContain("{oldSchemaVersion: 1}");
  }
  expect((await call(`POST ${path}/latest?verbose=true`, { schema: ORDER_2 })).body).toEqual({
    is_compatible: true,
    messages: [],
  });
  expect(await call(`POST ${path}/none`, { schema })).toEqual(failure(422, 42202));
  expect(await call("POST /subjects/s/versions", { schema })).toEqual(failure(409, 409));
});

test("a version without a text is the newest one with other metadata", async () => {
  const { call } = testApp();
  const metadata = { properties: { owner: "payments" } };
  expect(await call("POST /subjects/s/versions", { metadata })).toEqual(failure(422, 42201));
  await call("POST /subjects/s/versions", { schema: ORDER });
  expect((await call("POST /subjects/s/versions", { metadata })).body).toMatchObject({
    id: 2,
    version: 2,
    schema: ORDER,
    metadata,
  });
  expect(await call("POST /subjects/s", {})).toEqual(failure(422, 42201));
});

test("every path stands under a context too", async () => {
  const { call } = testApp();
  await call("POST /contexts/.lab/subjects/s/versions", { schema: ORDER });
  expect((await call("GET /contexts")).body).toEqual([".", ".lab"]);
  expect((await call("GET /contexts?offset=1&limit=1")).body).toEqual([".lab"]);
  expect((await call("GET /contexts/:.lab:/subjects")).body).toEqual([":.lab:s"]);
  expect((await call("GET /contexts/.lab/subjects/s/versions/1")).body).toMatchObject({ subject: ":.lab:s" });
  expect((await call("GET /contexts/.lab/schemas/ids/1")).body).toMatchObject({ schema: ORDER });
  expect((await call("GET /schemas/ids/1?subject=:.lab:")).body).toMatchObject({ schema: ORDER });
  expect((await call("GET /schemas/ids/1?subject=s")).body).toMatchObject({ schema: ORDER });
  expect(await call("GET /schemas/ids/1")).toEqual(failure(404, 40403));
  await call("PUT /contexts/.lab/config", { compatibility: "NONE" });
  expect((await call("GET /config/:.lab:")).body).toEqual({ compatibilityLevel: "NONE" });
  expect((await call("GET /config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
});

test("subjects may hold slashes, blanks and any other character", async () => {
  const { call } = testApp();
  for (const subject of ["a/b", "a b%", "größe?#", "x%2Fy"]) {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    await call(`POST ${path}`, { schema: ORDER });
    expect((await call(`GET ${path}/1`)).body).toMatchObject({ subject });
  }
  expect(await call("POST /subjects/a%00b/versions", { schema: ORDER })).toEqual(failure(422, 42208));
});

test("bad requests are told apart", async () => {
  const { app, call } = testApp({ bodyBytesMax: 1_000 });
  const post = (body: string, type = "application/json") =>
    app.request("/subjects/s/versions", { method: "POST", body, headers: { "content-type": type } });
  expect((await post("{")).status).toBe(400);
  expect((await post("{}", "text/xml")).status).toBe(415);
  expect((await post('{"schema":7}')).status).toBe(422);
  expect(await (await post("{}")).json()).toEqual({ error_code: 42201, message: "Empty schema" });
  expect(await (await post(`"${"x".repeat(1_001)}"`)).json()).toMatchObject({ error_code: 42209 });
  expect(await call("POST /subjects/s/versions", { schema: "{" })).toEqual(failure(422, 42201));
  expect(await call("GET /nowhere")).toEqual(failure(404, 404));
  expect(await call("GET /schemas/ids/x")).toEqual(failure(404, 404));
  expect(await call("GET /schemas/ids/99")).toEqual(failure(404, 40403));
  expect(await call("GET /schemas/guids/none")).toEqual(failure(404, 40403));
  expect(await call("GET /subjects/s/versions/0")).toEqual(failure(422, 42202));
});

test("unknown members and nulls are ignored", async () => {
  const { call } = testApp();
  const body = {
    schema: ORDER,
    schemaType: null,
    references: null,
    metadata: null,
    version: 0,
    id: -1,
    x: 1,
  };
  expect((await call("POST /subjects/s/versions", body)).body).toMatchObject({ id: 1, version: 1 });
});
