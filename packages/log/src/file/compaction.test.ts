import fc from "fast-check";
import { expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import type { PartitionLog } from "../partition-log.ts";
import { partitionOf } from "../testing/batches.ts";
import { keyedBatch, keyedRecords, stateOf } from "../testing/keyed-records.ts";
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

async function openLog(disk: SimulatedDisk): Promise<PartitionLog> {
  const engine = await openFileEngine("/data", { disk, tailCacheBytes: 0, checkpointIntervalMs: 0 });
  return engine.open(ID, CONFIG);
}

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
          await log.append(keyedBatch(batch, index % 2 === 0 ? "none" : "gzip"));
        }
        const before = stateOf(await keyedRecords(log));
        for (const failAfter of [calls, calls * 2, Number.POSITIVE_INFINITY]) {
          disk.failAfter(failAfter);
          await log.enforceRetention(LATER_MS).catch((error: unknown) => {
            if (!disk.isOff) throw error;
          });
          disk.crash();
          log = await openLog(disk);
          expect(stateOf(await keyedRecords(log))).toEqual(before);
        }
        await log.append(keyedBatch([{ key: "e", value: "next" }]));
        expect(Object.keys(stateOf(await keyedRecords(log)))).toContain("e");
      },
    ),
    { numRuns: 300 },
  );
});
