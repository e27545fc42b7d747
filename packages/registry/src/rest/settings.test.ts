import { expect, test } from "vitest";
import { RegistryState } from "../registry-state.ts";
import { failure, testApp } from "../testing/test-app.ts";
import { avroRecord, testRegistry } from "../testing/test-registry.ts";

const ORDER = avroRecord("Order", "id");
const ORDER_2 = avroRecord("Order", "id", "note?");

test("settings are written under one key and read under another", async () => {
  const { call } = testApp();
  expect((await call("GET /config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
  expect(await call("GET /config/s")).toEqual(failure(404, 40408));
  expect((await call("GET /config/s?defaultToGlobal=true")).body).toEqual({ compatibilityLevel: "BACKWARD" });
  expect((await call("PUT /config/s", { compatibility: "full" })).body).toEqual({ compatibility: "FULL" });
  expect((await call("GET /config/s")).body).toEqual({ compatibilityLevel: "FULL" });
  expect(await call("PUT /config", { compatibility: "SOME" })).toEqual(failure(422, 42203));
  expect(await call("PUT /config", {})).toEqual(failure(422, 42203));
  expect((await call("DELETE /config/s")).body).toEqual({ compatibilityLevel: "FULL" });
  expect(await call("DELETE /config/s")).toEqual(failure(404, 40401));
  await call("PUT /config", { compatibility: "NONE" });
  expect((await call("DELETE /config")).body).toEqual({ compatibilityLevel: "NONE" });
});

test("an alias stands for the subject it names, but for its own settings", async () => {
  const { call } = testApp();
  await call("POST /subjects/orders-value/versions", { schema: ORDER });
  await call("PUT /config/old-value", { alias: "orders-value" });
  expect((await call("GET /subjects/old-value/versions")).body).toEqual([1]);
  expect((await call("POST /subjects/old-value", { schema: ORDER })).body).toMatchObject({
    subject: "orders-value",
    id: 1,
  });
  const path = "/compatibility/subjects/old-value/versions/latest";
  expect((await call(`POST ${path}`, { schema: ORDER_2 })).body).toEqual({ is_compatible: true });
  expect((await call("POST /subjects/old-value/versions", { schema: ORDER_2 })).body).toMatchObject({
    id: 2,
  });
  expect((await call("GET /subjects")).body).toEqual(["orders-value"]);
  expect((await call("GET /schemas/ids/2?subject=old-value")).body).toMatchObject({ schema: ORDER_2 });
  expect((await call("GET /config/old-value")).body).toEqual({ alias: "orders-value" });
});

test("STRICT is answered as the level other clients know, is enforced, and goes with the next level", async () => {
  const { call, registry } = testApp();
  const aliased = (...aliases: string[]) => ({
    schema: JSON.stringify({
      type: "record",
      name: "Order",
      fields: [{ name: aliases.length > 0 ? "number" : "id", type: "string", default: "", aliases }],
    }),
  });
  await call("POST /subjects/s/versions", aliased());
  expect((await call("PUT /config/s", { compatibility: "strict" })).body).toEqual({
    compatibility: "FULL_TRANSITIVE",
    strict: true,
  });
  const stored = { compatibilityLevel: "FULL_TRANSITIVE", strict: true };
  expect((await call("GET /config/s")).body).toEqual(stored);
  const refused = await call("POST /subjects/s/versions", aliased("id"));
  expect(refused).toEqual(failure(409, 409));
  const { message } = refused.body as { message: string };
  expect(message).toContain("{compatibility: 'STRICT'}");
  expect(message).toContain("FIELD_READ_BY_ALIAS");

  await call("PUT /config/s", { normalize: true });
  expect((await call("GET /config/s")).body).toEqual({ ...stored, normalize: true });
  const replayed = new RegistryState();
  for (const entry of registry.state.liveEntries()) replayed.apply(entry);
  expect(replayed.config("s")).toEqual({ ...stored, normalize: true });

  await call("PUT /config/s", { compatibility: "FULL_TRANSITIVE" });
  expect((await call("GET /config/s")).body).toEqual({
    compatibilityLevel: "FULL_TRANSITIVE",
    normalize: true,
  });
  expect((await call("POST /subjects/s/versions", aliased("id"))).status).toBe(200);
});

test("STRICT as the registry's default holds for subjects without settings", async () => {
  const { registry } = testRegistry({ compatibility: "STRICT" });
  expect(registry.reader.effectiveConfig("s").compatibility).toBe("STRICT");
  expect(registry.reader.config("s", true)).toEqual({ compatibilityLevel: "FULL_TRANSITIVE", strict: true });
  await registry.updateConfig(":.lab:", { compatibility: "NONE" });
  expect(registry.reader.effectiveConfig(":.lab:s").compatibility).toBe("NONE");
});

test("READONLY_OVERRIDE for all beats what subjects have of their own", async () => {
  const { call } = testApp();
  await call("PUT /mode/s", { mode: "READWRITE" });
  await call("PUT /mode", { mode: "READONLY" });
  expect((await call("POST /subjects/s/versions", { schema: ORDER })).status).toBe(200);
  await call("PUT /mode", { mode: "READONLY_OVERRIDE" });
  expect((await call("GET /mode/s")).body).toEqual({ mode: "READONLY_OVERRIDE" });
  expect(await call("POST /subjects/s/versions", { schema: ORDER_2 })).toEqual(failure(422, 42205));
  expect(await call("DELETE /subjects/s")).toEqual(failure(422, 42205));
  await call("PUT /mode", { mode: "READWRITE" });
  expect((await call("POST /subjects/s/versions", { schema: ORDER_2 })).status).toBe(200);
});

test("modes are read, set, forced and taken back", async () => {
  const { call } = testApp();
  await call("POST /subjects/s/versions", { schema: ORDER });
  expect((await call("GET /mode")).body).toEqual({ mode: "READWRITE" });
  expect(await call("GET /mode/s")).toEqual(failure(404, 40409));
  expect((await call("GET /mode/s?defaultToGlobal=true")).body).toEqual({ mode: "READWRITE" });
  expect(await call("PUT /mode/s", { mode: "SOME" })).toEqual(failure(422, 42204));
  expect(await call("PUT /mode/s", { mode: "IMPORT" })).toEqual(failure(422, 42205));
  expect((await call("PUT /mode/s?force=true", { mode: "IMPORT" })).body).toEqual({ mode: "IMPORT" });
  expect((await call("DELETE /mode/s")).body).toEqual({ mode: "IMPORT" });
  expect((await call("PUT /mode", { mode: "readonly" })).body).toEqual({ mode: "READONLY" });
  expect(await call("POST /subjects/s/versions", { schema: ORDER_2 })).toEqual(failure(422, 42205));
  expect((await call("DELETE /mode")).body).toEqual({ mode: "READONLY" });
});
