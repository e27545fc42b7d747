import { RegistryClient } from "@letterpress/client";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";

const TOPIC = "_schemas";
const MONEY = '{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}';
const ORDER = '{"type":"record","name":"Order","fields":[{"name":"total","type":"Money"}]}';

/** Every record of the source's topic, written to the target's as any mirroring tool would. */
async function copyTopic(source: TestServer, target: TestServer): Promise<void> {
  const [end] = await source
    .client()
    .admin()
    .topics.listOffsets([{ topic: TOPIC, partition: 0 }], "latest");
  const consumer = source.client().consumer();
  await consumer.assign([{ topic: TOPIC, partition: 0, offset: 0n }]);
  const producer = target.client().producer();
  for await (const { key, value, offset } of consumer) {
    await producer.send({ topic: TOPIC, partition: 0, key, value });
    if (offset + 1n === end?.offset) break;
  }
}

test("a registry moves to another server by copying its topic, ids, versions and settings included", async () => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const from = new RegistryClient({ url: source.registry });
  const to = new RegistryClient({ url: target.registry });
  const references = [{ name: "Money", subject: "money", version: 1 }];
  await from.register("unrelated", { format: "AVRO", text: '"int"', references: [] });
  await from.deleteSubject("unrelated");
  await from.register("money", { format: "AVRO", text: MONEY, references: [] });
  await from.register("orders-value", { format: "AVRO", text: ORDER, references });
  await from.setConfig("FULL", "orders-value");

  await copyTopic(source, target);
  await waitFor("the target has the last setting", async () => (await to.config("orders-value")) === "FULL");
  expect(await to.subjects()).toEqual(await from.subjects());
  expect(await to.latest("orders-value")).toEqual(await from.latest("orders-value"));
  expect(await to.schemaById(3)).toEqual(await from.schemaById(3));
  const next = await to.register("later", { format: "AVRO", text: '"long"', references: [] });
  expect(next.id).toBe(4);
});
