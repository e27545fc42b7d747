import { expect, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import type { Admin } from "./admin.ts";

async function withAdmin(run: (admin: Admin, broker: TestBroker) => Promise<void>): Promise<void> {
  await using broker = await TestBroker.start();
  await run(broker.client.admin(), broker);
}

const partitions = [0, 1].map((partition) => ({ topic: "orders", partition }));

test("topics are created, listed, described, grown and deleted", async () => {
  await withAdmin(async ({ topics }) => {
    await topics.create([{ name: "orders", partitions: 2, configs: { "retention.ms": "1000" } }]);
    expect(await topics.list()).toEqual(["orders"]);
    await topics.createPartitions("orders", 3);
    const [described] = await topics.describe(["orders"]);
    expect(described).toMatchObject({ name: "orders", isInternal: false });
    expect(described?.partitions.map(({ partition, leaderId }) => [partition, leaderId])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    await expect(topics.create([{ name: "orders" }])).rejects.toMatchObject({
      code: "BROKER_ERROR",
      kafkaError: "TOPIC_ALREADY_EXISTS",
    });
    await topics.delete(["orders"]);
    await expect(topics.describe(["orders"])).rejects.toMatchObject({ code: "UNKNOWN_TOPIC" });
  });
});

test("a topic that is only validated is not created", async () => {
  await withAdmin(async ({ topics }) => {
    await topics.create([{ name: "orders", partitions: 2 }], { validateOnly: true });
    expect(await topics.list()).toEqual([]);
  });
});

test("configs are described, set and set back", async () => {
  await withAdmin(async ({ topics, configs }) => {
    await topics.create([{ name: "orders", partitions: 1 }]);
    const retention = async () => (await configs.describe({ topic: "orders" }, ["retention.ms"]))[0];
    expect(await retention()).toMatchObject({ name: "retention.ms", isDefault: true });
    await configs.alter({ topic: "orders" }, { "retention.ms": "5000" });
    expect(await retention()).toMatchObject({ value: "5000", isDefault: false });
    await configs.alter({ topic: "orders" }, { "retention.ms": null });
    expect(await retention()).toMatchObject({ isDefault: true });
    await expect(configs.alter({ topic: "orders" }, { "no.such": "1" })).rejects.toMatchObject({
      code: "BROKER_ERROR",
    });
  });
});

test("offsets are found by place and time, and records deleted", async () => {
  await withAdmin(async ({ topics }, { client }) => {
    await topics.create([{ name: "orders", partitions: 2 }]);
    const records = [1_000, 2_000, 3_000].map((timestampMs) => ({ value: "v", partition: 0, timestampMs }));
    await client.sharedProducer().sendBatch("orders", records);
    const offsets = async (spec: Parameters<typeof topics.listOffsets>[1]) =>
      (await topics.listOffsets(partitions, spec)).map(({ offset }) => offset);
    expect(await offsets("latest")).toEqual([3n, 0n]);
    expect(await offsets(new Date(1_500))).toEqual([1n, -1n]);
    await topics.deleteRecords([{ topic: "orders", partition: 0, offset: 2n }]);
    expect(await offsets("earliest")).toEqual([2n, 0n]);
  });
});

test("groups are listed, described, reset and deleted", async () => {
  await withAdmin(async ({ topics, groups }, { client }) => {
    await topics.create([{ name: "orders", partitions: 2 }]);
    await client.sharedProducer().sendBatch("orders", [
      { value: "a", partition: 0 },
      { value: "b", partition: 0 },
    ]);
    const consumer = client.consumer({ group: "billing", topics: ["orders"] });
    const iterator = consumer[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    const described = await groups.describe("billing");
    expect(described).toMatchObject({ group: "billing", state: "Stable", assignor: "cooperative-sticky" });
    expect(described.members[0]).toMatchObject({ clientId: "letterpress", topics: ["orders"] });
    expect(described.members[0]?.assignment).toEqual(partitions);
    await consumer.commit();
    await consumer.close();
    expect(await groups.fetchOffsets("billing", partitions)).toEqual([
      { ...partitions[0], offset: 2n },
      { ...partitions[1], offset: 0n },
    ]);
    await groups.resetOffsets("billing", ["orders"], "earliest");
    expect((await groups.fetchOffsets("billing", partitions)).map(({ offset }) => offset)).toEqual([0n, 0n]);
    expect((await groups.list()).map(({ group }) => group)).toEqual(["billing"]);
    await groups.delete(["billing"]);
    expect(await groups.list()).toEqual([]);
  });
});

test("the cluster names its brokers", async () => {
  await withAdmin(async ({ configs }, { address }) => {
    const { brokers, controllerId } = await configs.describeCluster();
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([address]);
    expect(controllerId).toBe(brokers[0]?.nodeId);
  });
});
