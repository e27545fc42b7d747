import { encodeRecordBatch, readBatches, readRecords, verifyBatchCrc } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import type { PartitionLog } from "../partition-log.ts";
import { partitionOf } from "../testing/batches.ts";
import { SimulatedDisk } from "../testing/simulated-disk.ts";
import { openFileEngine } from "./file-engine.ts";

const ID = partitionOf("users");
const CONFIG = logConfig({
  segmentBytes: 500,
  indexIntervalBytes: 100,
  cleanupPolicy: { delete: false, compact: true },
  deleteRetentionMs: 1_000,
});
const LATER_MS = 1_000_000;

interface Write {
  readonly key: string;
  readonly value: string | null;
}

async function openLog(disk: SimulatedDisk): Promise<PartitionLog> {
  const engine = await openFileEngine("/data", { disk, tailCacheBytes: 0, checkpointIntervalMs: 0 });
  return engine.open(ID, CONFIG);
}

function encode(writes: readonly Write[], compression: "none" | "gzip" = "none"): Buffer {
  const records = writes.map(({ key, value }) => ({
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestampMs: 1_000,
  }));
  return encodeRecordBatch(records, { compression });
}

/** Every record of the log with its offset, read from the start in small pieces. */
async function records(log: PartitionLog): Promise<(Write & { readonly offset: number })[]> {
  const found: (Write & { readonly offset: number })[] = [];
  let next = log.startOffset;
  while (next < log.highWatermark) {
    const { chunks } = await log.read(next, 200);
    for (const chunk of chunks) {
      for (const { header, at } of readBatches(chunk)) {
        verifyBatchCrc(chunk, header, at);
        next = header.lastOffset + 1n;
        for (const { offset, key, value } of readRecords(chunk, header, at)) {
          found.push({
            offset: Number(offset),
            key: String(key),
            value: value === null ? null : String(value),
          });
        }
      }
    }
    if (chunks.length === 0) throw new Error(`nothing at offset ${next}`);
  }
  return found;
}

/** The state a reader ends with, and the offset at which each value lies. */
function stateOf(found: readonly (Write & { readonly offset: number })[]): Record<string, unknown> {
  const last = new Map(found.map((record) => [record.key, record]));
  return Object.fromEntries([...last].filter(([, { value }]) => value !== null).sort());
}

test("the latest value of every key stays at its offset, the rest goes", async () => {
  const log = await openLog(new SimulatedDisk(1));
  for (let round = 0; round < 30; round++) {
    await log.append(
      encode(
        [
          { key: `k${round % 3}`, value: `v${round}` },
          { key: "all", value: "x".repeat(50) },
        ],
        "gzip",
      ),
    );
  }
  const before = await records(log);
  expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
  const after = await records(log);
  expect(after.length).toBeLessThan(before.length / 2);
  expect(stateOf(after)).toEqual(stateOf(before));
  for (const record of after) expect(before).toContainEqual(record);
  expect(await log.enforceRetention(LATER_MS)).toBe(0);
});

test("tombstones stay for a while and then go with what they delete", async () => {
  const log = await openLog(new SimulatedDisk(1));
  await log.append(encode([{ key: "gone", value: "x" }]));
  await log.append(encode([{ key: "gone", value: null }]));
  for (let round = 0; round < 20; round++) await log.append(encode([{ key: "k", value: "x".repeat(60) }]));
  await log.enforceRetention(1_500);
  expect((await records(log)).filter(({ key }) => key === "gone")).toEqual([
    { offset: 1, key: "gone", value: null },
  ]);
  for (let round = 0; round < 20; round++) await log.append(encode([{ key: "k", value: "x".repeat(60) }]));
  await log.enforceRetention(LATER_MS);
  expect((await records(log)).filter(({ key }) => key === "gone")).toEqual([]);
});

test("a crash at any point of a compaction leaves the same state", async () => {
  const write = fc.record({
    key: fc.constantFrom("a", "b", "c", "d"),
    value: fc.option(fc.string({ maxLength: 80 }), { nil: null }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { minLength: 10, maxLength: 40 }),
      fc.nat(),
      fc.nat(120),
      async (batches, seed, calls) => {
        const disk = new SimulatedDisk(seed);
        let log = await openLog(disk);
        for (const [index, batch] of batches.entries()) {
          await log.append(encode(batch, index % 2 === 0 ? "none" : "gzip"));
        }
        const before = stateOf(await records(log));
        for (const failAfter of [calls, calls * 2, Number.POSITIVE_INFINITY]) {
          disk.failAfter(failAfter);
          await log.enforceRetention(LATER_MS).catch((error: unknown) => {
            if (!disk.isOff) throw error;
          });
          disk.crash();
          log = await openLog(disk);
          expect(stateOf(await records(log))).toEqual(before);
        }
        await log.append(encode([{ key: "e", value: "next" }]));
        expect(Object.keys(stateOf(await records(log)))).toContain("e");
      },
    ),
    { numRuns: 300 },
  );
});
