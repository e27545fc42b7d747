import { openMemoryEngine } from "@letterpress/log";
import { Metadata } from "@letterpress/protocol";
import { expect, test } from "vitest";
import { startBroker } from "./start-broker.ts";
import { batchOf, startMemoryBroker, TestFolder } from "./testing/test-broker.ts";
import { TestClient } from "./testing/test-client.ts";

test("an address that is taken is named, and the engine is released", async () => {
  await using first = await startMemoryBroker();
  await using folder = await TestFolder.make();
  await expect(folder.start({ port: first.port })).rejects.toMatchObject({
    code: "BROKER_NOT_AVAILABLE",
    message: expect.stringContaining(`127.0.0.1:${first.port}`),
  });
  await (await folder.start()).close();
});

test.each([
  [{ "no.such.config": "1" }, /no\.such\.config/],
  [{ "num.partitions": "many" }, /num\.partitions/],
  [{ "log.retention.ms": "-2" }, /log\.retention\.ms/],
  [{ "log.retention.check.interval.ms": "99999999999" }, /log\.retention\.check\.interval\.ms/],
])("the configuration %j is refused by name", async (config, message) => {
  await expect(startMemoryBroker({ config: config as Record<string, string> })).rejects.toThrow(message);
});

test("clients are told the advertised address, and localhost where all interfaces are listened on", async () => {
  const addressOf = async (options: Parameters<typeof startMemoryBroker>[0]) => {
    await using broker = await startMemoryBroker(options);
    await using client = await TestClient.connect({ host: "127.0.0.1", port: broker.port });
    const [told] = (await client.send(Metadata, 1, { topics: [] })).brokers;
    return { told, port: broker.port };
  };
  const everywhere = await addressOf({ host: "0.0.0.0" });
  expect(everywhere.told).toMatchObject({ host: "localhost", port: everywhere.port });
  const advertised = await addressOf({
    advertised: { host: "kafka.example", port: 29092 },
    nodeId: 7,
    rack: "r1",
  });
  expect(advertised.told).toEqual({ nodeId: 7, host: "kafka.example", port: 29092, rack: "r1" });
});

test("closing twice is closing once, and ends appends with a retriable error", async () => {
  const broker = await startMemoryBroker();
  await broker.createTopic({ name: "t", partitions: 1 });
  const partition = broker.partition("t", 0)!;
  await Promise.all([broker.close(), broker.close()]);
  await expect(partition.append(batchOf(["late"]), { acks: -1 })).rejects.toMatchObject({ code: "CLOSED" });
});

test("the engine is closed when the start fails", async () => {
  const engine = openMemoryEngine();
  let isClosed = false;
  const close = engine.close.bind(engine);
  engine.close = () => {
    isClosed = true;
    return close();
  };
  engine.list = () => Promise.reject(new Error("the disk is gone"));
  await expect(startBroker({ engine })).rejects.toThrow("the disk is gone");
  expect(isClosed).toBe(true);
});
