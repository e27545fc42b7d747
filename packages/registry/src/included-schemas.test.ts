import { readerFingerprint, type SchemaReference } from "@letterpress/schema";
import { expect, test } from "vitest";
import { RegistryClient } from "./client/index.ts";
import type { Registry } from "./registry.ts";
import { createRegistryApp } from "./rest/app.ts";
import { testRegistry } from "./testing/test-registry.ts";

function clientOf(registry: Registry): RegistryClient {
  const app = createRegistryApp(registry);
  return new RegistryClient({
    url: "http://registry",
    fetch: async (url, init) => app.request(String(url), init),
  });
}

test("what is included in several ways counts once, and is looked through once", async () => {
  const { registry } = testRegistry();
  const client = clientOf(registry);
  // Two schemas a level, each of which includes both of the level below: 2^20 ways lead to the innermost ones.
  const LEVELS = 20;
  let below: SchemaReference[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const here: SchemaReference[] = [];
    for (const side of ["Left", "Right"]) {
      const name = `${side}${level}`;
      const fields = below.map((each, index) => ({ name: `f${index}`, type: each.name }));
      const schema = JSON.stringify({ type: "record", name, fields });
      await registry.register(name, { schema, references: below });
      here.push({ name, subject: name, version: 1 });
    }
    below = here;
  }
  const { schema } = registry.reader.version(`Left${LEVELS - 1}`, 1);
  expect(registry.parse(schema).fullName).toBe(`Left${LEVELS - 1}`);
  const resolved = await client.schemaById(schema.id);
  expect(readerFingerprint(resolved)).toBe(readerFingerprint(registry.resolve(schema)));
  const again = testRegistry();
  await clientOf(again.registry).registerResolved("top", resolved);
  expect(again.registry.reader.subjects()).toHaveLength(2 * LEVELS - 1);
});

test("more schemas than a schema may include are refused", async () => {
  const { registry } = testRegistry();
  const references: SchemaReference[] = [];
  for (let index = 0; index <= 1_000; index++) {
    const name = `T${index}`;
    await registry.register(name, { schema: JSON.stringify({ type: "record", name, fields: [] }) });
    references.push({ name, subject: name, version: 1 });
  }
  const schema = '{"type":"record","name":"All","fields":[]}';
  await expect(registry.register("all", { schema, references })).rejects.toMatchObject({ code: 42201 });
  expect((await registry.register("all", { schema, references: references.slice(1) })).version).toBe(1);
});
