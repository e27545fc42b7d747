import { expect, test } from "vitest";
import { Registry } from "./registry.ts";
import { RegistryError } from "./registry-error.ts";
import { MemoryRegistryLog } from "./registry-log.ts";
import { RegistryState } from "./registry-state.ts";
import { avroRecord, testRegistry } from "./testing/test-registry.ts";

const ORDER = avroRecord("Order", "id");
const ORDER_2 = avroRecord("Order", "id", "note?");
const ORDER_BROKEN = avroRecord("Order", "id", "total");

async function codeOf(run: () => unknown): Promise<number> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    return (error as RegistryError).code;
  }
  throw new Error("nothing was thrown");
}

test("the same text registered again is the same version, whatever its white space", async () => {
  const { registry, written } = testRegistry();
  const first = await registry.register("orders-value", { schema: ORDER });
  const again = await registry.register("orders-value", {
    schema: JSON.stringify(JSON.parse(ORDER), null, 2),
  });
  expect([first.version, first.schema.id]).toEqual([1, 1]);
  expect([again.version, again.schema.id]).toEqual([1, 1]);
  expect(written).toHaveLength(1);
});

test("the same schema under another subject has the same id, in another context its own", async () => {
  const { registry, state } = testRegistry();
  await registry.register("money", { schema: avroRecord("Money", "amount") });
  const order = await registry.register("orders-value", { schema: ORDER });
  const copy = await registry.register("returns-value", { schema: ORDER });
  const lab = await registry.register(":.lab:orders-value", { schema: ORDER });
  expect(order.schema.id).toBe(2);
  expect(copy.schema.id).toBe(2);
  expect(lab.schema.id).toBe(1);
  expect(lab.schema.guid).toBe(order.schema.guid);
  expect(registry.reader.schemasByGuid(lab.schema.guid).map(({ context, id }) => [context, id])).toEqual([
    [".", 2],
    [".lab", 1],
  ]);
  expect([...state.contexts()]).toEqual([".", ".lab"]);
});

test("versions continue past deleted ones, and ids stay with their schemas", async () => {
  const { registry } = testRegistry();
  await registry.register("s", { schema: ORDER });
  await registry.register("s", { schema: ORDER_2 });
  expect(await registry.deleteSubject("s")).toEqual([1, 2]);
  expect(await codeOf(() => registry.reader.versions("s"))).toBe(40401);
  expect(registry.reader.schemaById(2).content.text).toBe(ORDER_2);
  const back = await registry.register("s", { schema: ORDER });
  expect([back.version, back.schema.id]).toEqual([3, 1]);
  // The deleted version of the same schema made room for the new one.
  expect(registry.reader.versions("s", { deleted: true }).map(({ version }) => version)).toEqual([2, 3]);
});

test("an incompatible schema is refused with Confluent's words", async () => {
  const { registry, written } = testRegistry();
  await registry.register("s", { schema: ORDER });
  const failure = registry.register("s", { schema: ORDER_BROKEN });
  await expect(failure).rejects.toMatchObject({ code: 409, status: 409 });
  await expect(failure).rejects.toThrow(
    /^Schema being registered is incompatible with an earlier schema for subject "s", details: \[.*\{oldSchemaVersion: 1\}, \{oldSchema: '.*'\}, \{compatibility: 'BACKWARD'\}\]$/,
  );
  expect(written).toHaveLength(1);
  const newest = testRegistry({ incompatibleCode: 40901 });
  await newest.registry.register("s", { schema: ORDER });
  await expect(newest.registry.register("s", { schema: ORDER_BROKEN })).rejects.toMatchObject({
    code: 40901,
    status: 409,
  });
});

test("each level looks at the versions and in the directions it names", async () => {
  const verdicts: Record<string, boolean> = {};
  for (const level of ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FULL"]) {
    const { registry } = testRegistry();
    await registry.updateConfig("s", { compatibility: "NONE" });
    await registry.register("s", { schema: avroRecord("Order", "a") });
    await registry.register("s", { schema: avroRecord("Order", "a", "b") });
    await registry.updateConfig("s", { compatibility: level });
    verdicts[level] = registry.testCompatibility("s", { schema: avroRecord("Order", "b") }).isCompatible;
  }
  expect(verdicts).toEqual({
    NONE: true,
    BACKWARD: true,
    BACKWARD_TRANSITIVE: false,
    FORWARD: false,
    FULL: false,
  });
});

test("permanent deletion needs a soft one first, and takes the settings with it", async () => {
  const { registry, state } = testRegistry();
  await registry.register("s", { schema: ORDER });
  await registry.register("s", { schema: ORDER_2 });
  await registry.updateConfig("s", { compatibility: "FULL" });
  expect(await codeOf(() => registry.deleteSubject("s", true))).toBe(40405);
  expect(await codeOf(() => registry.deleteVersion("s", 1, true))).toBe(40407);
  expect(await registry.deleteVersion("s", 1)).toBe(1);
  expect(await codeOf(() => registry.deleteVersion("s", 1))).toBe(40406);
  expect(await registry.deleteVersion("s", 1, true)).toBe(1);
  expect(await codeOf(() => registry.reader.schemaById(1))).toBe(40403);
  await registry.deleteSubject("s");
  expect(await codeOf(() => registry.deleteSubject("s"))).toBe(40404);
  expect(await registry.deleteSubject("s", true)).toEqual([2]);
  expect(await codeOf(() => registry.deleteSubject("s", true))).toBe(40401);
  expect(state.config("s")).toBeUndefined();
});

test("an id is never given out twice, not even after its schema was deleted for good and compacted away", async () => {
  const { registry, written } = testRegistry();
  await registry.register("s", { schema: ORDER });
  await registry.register("s", { schema: ORDER_2 });
  await registry.register(":.lab:t", { schema: ORDER });
  await registry.deleteVersion("s", 2);
  await registry.deleteVersion("s", 2, true);
  await registry.deleteSubject(":.lab:t");
  await registry.deleteSubject(":.lab:t", true);

  const compacted = new Map(written.map((entry) => [entry.key.toString(), entry]));
  const state = new RegistryState();
  for (const entry of compacted.values()) if (entry.value !== null) state.apply(entry);
  const restarted = new Registry({ state, log: new MemoryRegistryLog(state) });
  expect((await restarted.register("s", { schema: ORDER_2 })).schema.id).toBe(3);
  expect((await restarted.register(":.lab:t", { schema: ORDER })).schema.id).toBe(2);
});

test("a referenced version cannot be deleted while a live version refers to it", async () => {
  const { registry } = testRegistry();
  await registry.register("money", { schema: avroRecord("Money", "amount") });
  const references = [{ name: "Money", subject: "money", version: -1 }];
  const order = await registry.register("s", { schema: ORDER, references });
  expect(order.schema.content.references).toEqual([{ name: "Money", subject: "money", version: 1 }]);
  expect(registry.reader.referencedBy("money", "latest")).toEqual([order.schema.id]);
  expect(await codeOf(() => registry.deleteVersion("money", 1))).toBe(42206);
  expect(await codeOf(() => registry.deleteSubject("money"))).toBe(42206);
  await registry.deleteSubject("s");
  expect(await registry.deleteSubject("money")).toEqual([1]);
});

test("a schema sent with its references put in is the version that refers to them", async () => {
  const { registry } = testRegistry();
  const money = '{"type":"fixed","name":"Money","size":8}';
  const order = (type: string) =>
    `{"type":"record","name":"Order","fields":[{"name":"price","type":${type}}]}`;
  await registry.register("money", { schema: money });
  const references = [{ name: "Money", subject: "money", version: 1 }];
  const first = await registry.register("s", { schema: order('"Money"'), references });
  expect(registry.format(first.schema, "resolved")).toBe(order(money));
  expect((await registry.register("s", { schema: order(money) })).version).toBe(1);
  expect(registry.lookUp("s", { schema: order(money) }).schema.id).toBe(first.schema.id);
});

test("a reference that leads nowhere, a wrong type and a wrong text are invalid schemas", async () => {
  const { registry } = testRegistry();
  const references = [{ name: "Money", subject: "money", version: 1 }];
  for (const request of [
    { schema: ORDER, references },
    { schema: ORDER, schemaType: "XML" },
    { schema: "{" },
    { schema: " " },
  ]) {
    expect(await codeOf(() => registry.register("s", request))).toBe(42201);
  }
  await expect(registry.register("s", { schema: "{" })).rejects.toThrow(
    /^Invalid schema of type AVRO, details: .*line 1, column 2/,
  );
  expect(await codeOf(() => registry.register("a\u0000b", { schema: ORDER }))).toBe(42208);
  const small = testRegistry({ schemaBytesMax: 10 });
  expect(await codeOf(() => small.registry.register("s", { schema: ORDER }))).toBe(42209);
});

test("lookups tell an unknown subject from an unknown schema", async () => {
  const { registry } = testRegistry();
  expect(await codeOf(() => registry.lookUp("s", { schema: ORDER }))).toBe(40401);
  await registry.register("s", { schema: ORDER });
  expect(registry.lookUp("s", { schema: ORDER }).version).toBe(1);
  expect(await codeOf(() => registry.lookUp("s", { schema: ORDER_2 }))).toBe(40403);
  await registry.register("s", { schema: ORDER_2 });
  await registry.deleteVersion("s", 1);
  expect(await codeOf(() => registry.lookUp("s", { schema: ORDER }))).toBe(40403);
  expect(registry.lookUp("s", { schema: ORDER }, { deleted: true }).version).toBe(1);
});

test("read-only modes forbid every change, and only a global override beats a subject's own mode", async () => {
  const { registry } = testRegistry();
  await registry.register("s", { schema: ORDER });
  await registry.updateMode(null, "READONLY");
  expect(await codeOf(() => registry.register("s", { schema: ORDER_2 }))).toBe(42205);
  expect(await codeOf(() => registry.deleteSubject("s"))).toBe(42205);
  expect(await codeOf(() => registry.updateConfig("s", { compatibility: "NONE" }))).toBe(42205);
  await registry.updateMode("s", "READWRITE");
  await registry.register("s", { schema: ORDER_2 });
  await registry.updateMode(null, "READONLY_OVERRIDE");
  expect(await codeOf(() => registry.deleteVersion("s", 1))).toBe(42205);
});

test("import keeps ids and versions, and skips compatibility", async () => {
  const { registry } = testRegistry();
  await registry.register("live", { schema: ORDER });
  expect(await codeOf(() => registry.updateMode(null, "IMPORT"))).toBe(42205);
  expect(await codeOf(() => registry.register("s", { schema: ORDER, id: 7 }))).toBe(42205);
  await registry.updateMode("s", "IMPORT");
  expect(await codeOf(() => registry.register("s", { schema: ORDER_2 }))).toBe(42205);
  const imported = await registry.register("s", { schema: ORDER_2, id: 70, version: 3 });
  expect([imported.version, imported.schema.id]).toEqual([3, 70]);
  const broken = await registry.register("s", { schema: ORDER_BROKEN, id: 71, version: 5 });
  expect([broken.version, broken.schema.id]).toEqual([5, 71]);
  expect(await codeOf(() => registry.register("s", { schema: ORDER_BROKEN, id: 70, version: 6 }))).toBe(
    42205,
  );
  expect(await codeOf(() => registry.register("s", { schema: ORDER_BROKEN, id: 72 }))).toBe(42207);
  await registry.updateMode("s", "READWRITE");
  const next = await registry.register("s", { schema: avroRecord("Order", "id", "total", "note?") });
  expect([next.version, next.schema.id]).toEqual([6, 72]);
});

test("settings fall back from subject to context to all", async () => {
  const { registry } = testRegistry();
  const level = (subject: string) => registry.reader.effectiveConfig(subject).compatibility;
  await registry.updateConfig(null, { compatibility: "full" });
  await registry.updateConfig(":.lab:", { compatibility: "NONE" });
  await registry.updateConfig(":.lab:s", { compatibility: "FORWARD" });
  expect([level("s"), level(":.lab:t"), level(":.lab:s")]).toEqual(["FULL", "NONE", "FORWARD"]);
  expect(await codeOf(() => registry.reader.config("s"))).toBe(40408);
  expect(registry.reader.config("s", true).compatibilityLevel).toBe("FULL");
  expect(await codeOf(() => registry.reader.mode("s"))).toBe(40409);
  expect(registry.reader.mode("s", true)).toBe("READWRITE");
  expect(await codeOf(() => registry.updateConfig("s", { compatibility: "SOME" }))).toBe(42203);
  expect(await codeOf(() => registry.updateMode("s", "SOME"))).toBe(42204);
  expect(await codeOf(() => registry.deleteConfig("s"))).toBe(40401);
  await registry.deleteConfig(":.lab:s");
  expect(level(":.lab:s")).toBe("NONE");
});

test("concurrent registrations get different versions and ids", async () => {
  const { registry } = testRegistry({ compatibility: "NONE" });
  const registered = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      registry.register("s", { schema: avroRecord("Order", `f${index}`) }),
    ),
  );
  expect(new Set(registered.map(({ version }) => version)).size).toBe(50);
  expect(new Set(registered.map(({ schema }) => schema.id)).size).toBe(50);
});

test("a change that cannot be written is not made, and later ones are", async () => {
  const { registry, state } = testRegistry();
  const failing = testRegistry({ log: { append: () => Promise.reject(new Error("disk full")) } });
  expect(await codeOf(() => failing.registry.register("s", { schema: ORDER }))).toBe(50001);
  expect(failing.registry.reader.subjects()).toEqual([]);
  await registry.register("s", { schema: ORDER });
  expect(state.maxId(".")).toBe(1);
});

test("a new version inherits metadata and rules, which are part of its identity", async () => {
  const { registry } = testRegistry();
  const metadata = { properties: { owner: "orders" } };
  const first = await registry.register("s", { schema: ORDER, metadata });
  const same = await registry.register("s", { schema: ORDER });
  expect(same.version).toBe(first.version);
  const next = await registry.register("s", { schema: ORDER_2 });
  expect(next.schema.content.metadata).toEqual(metadata);
  const bare = await registry.register("t", { schema: ORDER });
  expect(bare.schema.id).not.toBe(first.schema.id);
});

test("the written log rebuilds the registry", async () => {
  const { registry, state, written } = testRegistry();
  await registry.register("s", { schema: ORDER });
  await registry.register("s", { schema: ORDER_2 });
  await registry.updateConfig("s", { compatibility: "FULL" });
  await registry.deleteVersion("s", 1);
  await registry.register(":.lab:t", { schema: ORDER });
  await registry.deleteSubject(":.lab:t");
  const rebuilt = new RegistryState();
  for (const entry of written) rebuilt.apply(entry);
  const text = (of: RegistryState) => [...of.liveEntries()].map(({ key, value }) => `${key} ${value}`);
  expect(text(rebuilt)).toEqual(text(state));
});
