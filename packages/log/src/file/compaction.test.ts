import { readBatches } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import type { PartitionLog } from "../partition-log.ts";
import { partitionOf } from "../testing/batches.ts";
import { keyedBatch, keyedRecords, keyedRecordsOf, stateOf } from "../testing/keyed-records.ts";
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

test("a compacted log reads the same from any offset, whatever was read before", async () => {
  const write = fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.string({ maxLength: 80 }) });
  const read = fc.record({ at: fc.nat(), maxBytes: fc.nat(600) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 40 }),
      fc.array(read, { minLength: 5, maxLength: 40 }),
      async (batches, reads) => {
        const log = await openLog(new SimulatedDisk(1));
        for (const batch of batches) await log.append(keyedBatch(batch));
        await log.enforceRetention(LATER_MS);
        const all = await keyedRecords(log);
        const end = Number(log.highWatermark);
        for (const { at, maxBytes } of reads) {
          // On from where a read ended, and from anywhere else.
          let next = at % end;
          for (let step = 0; step < 3 && next < end; step++) {
            const bytes = Buffer.concat((await log.read(BigInt(next), maxBytes)).chunks);
            const ends = [...readBatches(bytes)].map(({ header }) => Number(header.lastOffset) + 1);
            const found = keyedRecordsOf(bytes).filter(({ offset }) => offset >= next);
            // A batch keeps the offsets of the records that were removed from it.
            const behind = ends.at(-1)!;
            expect(behind).toBeGreaterThan(next);
            expect(found).toEqual(all.filter(({ offset }) => offset >= next && offset < behind));
            next = behind;
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});
