import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "@letterpress/broker";
import { openFileEngine } from "@letterpress/log";
import { expect, test } from "vitest";
import { Letterpress } from "./client.ts";

const RESTARTS = 3;

test("a producer and a group go on through restarts of the broker: every record once, in order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "letterpress-client-"));
  const start = async (port = 0) => startBroker({ engine: await openFileEngine(folder), port });
  let broker = await start();
  const { port } = broker;
  const client = new Letterpress({ brokers: [`127.0.0.1:${port}`] });
  try {
    await client.admin().topics.create([{ name: "t", partitions: 3 }]);
    const seen = new Map<number, number[]>();
    let seenCount = 0;
    const consumer = client.consumer({ group: "g", topics: ["t"], heartbeatIntervalMs: 100 });
    const consuming = (async () => {
      for await (const { partition, value } of consumer) {
        seen.set(partition, [...(seen.get(partition) ?? []), Number(`${value}`)]);
        seenCount++;
      }
    })();

    const producer = client.producer({ batchBytes: 1_000 });
    let stop = false;
    let sent = 0;
    const producing = (async () => {
      while (!stop) {
        const values = Array.from({ length: 20 }, () => ({ value: `${sent++}`, key: `key ${sent % 10}` }));
        await Promise.all(values.map((record) => producer.send({ topic: "t", ...record })));
      }
    })();
    for (let restart = 0; restart < RESTARTS; restart++) {
      const before = sent;
      await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(before + 200);
      await broker.close();
      broker = await start(port);
    }
    const before = sent;
    await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(before + 200);
    stop = true;
    await producing;
    await expect.poll(() => seenCount, { timeout: 15_000 }).toBe(sent);
    for (const values of seen.values()) expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(new Set([...seen.values()].flat()).size).toBe(sent);
    await consumer.close();
    await consuming;
  } finally {
    await client.close();
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
