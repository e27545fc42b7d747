import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Letterpress } from "@letterpress/client";
import { expect, test } from "vitest";
import { startServerProcess } from "../support/server-process.ts";
import { NumberedWriter, storedNumbers } from "./numbered-records.ts";

/** 64 or 128 KiB, by the shell: both are soon full. */
const FILE_BLOCKS_MAX = 128;
const TOPIC = "numbers";

test.skipIf(process.platform === "win32")(
  "a partition whose disk fails is fenced, the others go on, and nothing acknowledged is lost",
  { timeout: 60_000 },
  async () => {
    const data = await mkdtemp(join(tmpdir(), "letterpress-full-"));
    try {
      const limited = await startServerProcess({ data, fileBlocksMax: FILE_BLOCKS_MAX });
      let acknowledged: readonly number[];
      try {
        await using client = new Letterpress({ brokers: [limited.kafka], requestTimeoutMs: 2_000 });
        await client.admin().topics.create([
          { name: TOPIC, partitions: 1 },
          { name: "other", partitions: 1 },
        ]);
        await using producer = client.producer({ deliveryTimeoutMs: 500 });
        const writer = new NumberedWriter(producer, TOPIC);
        await expect.poll(() => writer.failures.length, { timeout: 30_000 }).toBeGreaterThan(0);
        await writer.stop();
        ({ acknowledged } = writer);
        expect(writer.failures[0]).toMatchObject({ code: "DELIVERY_TIMEOUT", topic: TOPIC });
        expect(String(writer.failures[0])).toContain("KAFKA_STORAGE_ERROR");
        expect(await producer.send({ topic: "other", value: "fine" })).toMatchObject({ offset: 0n });
      } finally {
        await limited.stop();
      }
      expect(acknowledged.length).toBeGreaterThan(0);

      const roomy = await startServerProcess({ data });
      try {
        await using client = new Letterpress({ brokers: [roomy.kafka] });
        const stored = await storedNumbers(client, TOPIC);
        expect(new Set(stored).size).toBe(stored.length);
        expect(stored.slice(0, acknowledged.length)).toEqual(acknowledged.toSorted((a, b) => a - b));
        await using producer = client.producer();
        const { offset } = await producer.send({ topic: TOPIC, value: "again" });
        expect(offset).toBe(BigInt(stored.length));
      } finally {
        await roomy.stop();
      }
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  },
);
