import { applyContracts, type ContractSpec, planContracts } from "@letterpress/client";
import { RegistryClient } from "@letterpress/registry/client";
import { startTestServer } from "@letterpress/testing";
import { expect, test } from "vitest";

const record = (...fields: object[]) => JSON.stringify({ type: "record", name: "Order", fields });
const ID = { name: "id", type: "string" };

function contract(compatibility: ContractSpec["compatibility"], text: string): ContractSpec {
  const value = { subject: "orders-value", schema: { format: "AVRO", text, references: [] } } as const;
  return {
    topic: "orders",
    partitions: 1,
    replicationFactor: undefined,
    config: {},
    compatibility,
    value,
    key: { kind: "none" },
  };
}

test("a plan judges schemas at the level that it sets, so that nothing is set when they are refused", async () => {
  await using server = await startTestServer();
  const registry = new RegistryClient({ url: server.registry });
  await using client = server.client();
  const targets = { admin: client.admin(), registry };
  await applyContracts(targets, [contract(undefined, record(ID))]);

  // Old readers need the field, which the level that is there does not ask for.
  const removed = contract("FULL", record());
  expect((await planContracts(targets, [contract(undefined, record())])).problems).toEqual([]);
  expect((await planContracts(targets, [removed])).problems).toMatchObject([
    { subject: "orders-value", message: expect.stringContaining("READER_FIELD_MISSING_DEFAULT_VALUE") },
  ]);
  await expect(applyContracts(targets, [removed])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(await registry.config("orders-value")).toBe("BACKWARD");

  // And the other way round: a level that asks for less lets in what the present one refuses.
  const added = contract("FORWARD", record(ID, { name: "total", type: "int" }));
  expect((await planContracts(targets, [added])).problems).toEqual([]);
  await applyContracts(targets, [added]);
  expect(await registry.versions("orders-value")).toEqual([1, 2]);
});
