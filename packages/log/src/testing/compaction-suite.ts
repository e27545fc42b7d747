import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import type { PartitionLog } from "../partition-log.ts";
import { batchOf, partitionOf, readAll } from "./batches.ts";
import { type KeyedWrite, keyedBatch, keyedRecords, stateOf } from "./keyed-records.ts";
import type { EngineUnderTest } from "./partition-log-suite.ts";

/** Long after every record and tombstone was written. */
const LATER_MS = 1_000_000;
const ROUNDS = 30;

/** What compaction must do, whatever the log is kept on. */
export function compactionSuite(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`${name}: compaction`, () => {
    let setup: EngineUnderTest;
    let log: PartitionLog;
    const id = partitionOf("users");
    const config = logConfig({
      segmentBytes: 500,
      indexIntervalBytes: 100,
      cleanupPolicy: { delete: false, compact: true },
      deleteRetentionMs: 1_000,
    });

    beforeEach(async () => {
      setup = await makeEngine();
      log = await setup.engine.open(id, config);
    });
    afterEach(() => setup.dispose());

    async function reopen(): Promise<void> {
      await log.close();
      if (setup.reopen !== undefined) setup = { ...setup, engine: await setup.reopen() };
      log = await setup.engine.open(id, config);
    }

    const append = (...writes: KeyedWrite[]) => log.append(keyedBatch(writes));
    /** Writes `rounds` batches: one record of one of three keys, and one of a key that all of them have. */
    async function fill(rounds = ROUNDS): Promise<void> {
      for (let round = 0; round < rounds; round++) {
        const compression = round % 2 === 0 ? "none" : "gzip";
        const own = { key: `k${round % 3}`, value: `v${round}` };
        await log.append(keyedBatch([own, { key: "all", value: `${round}`.repeat(30) }], compression));
      }
    }

    test("the latest value of every key stays at its offset, the rest goes", async () => {
      await fill();
      const before = await keyedRecords(log);
      const { startOffset, endOffset, sizeBytes } = log;
      const freed = await log.enforceRetention(LATER_MS);
      expect(freed).toBeGreaterThan(0);
      expect(log.sizeBytes).toBe(sizeBytes - freed);
      const after = await keyedRecords(log);
      expect(after.length).toBeLessThan(before.length / 2);
      expect(stateOf(after)).toEqual(stateOf(before));
      for (const record of after) expect(before).toContainEqual(record);
      expect([log.startOffset, log.endOffset]).toEqual([startOffset, endOffset]);
      expect(await log.enforceRetention(LATER_MS)).toBe(0);
    });

    test("an offset whose record is gone leads to the next one that is there", async () => {
      await fill();
      await log.enforceRetention(LATER_MS);
      const after = await keyedRecords(log);
      for (let offset = 0n; offset < log.endOffset; offset++) {
        const rest = after.filter((record) => record.offset >= offset);
        expect(await keyedRecords(log, offset)).toEqual(rest);
      }
      expect((await log.read(log.endOffset, 100)).chunks).toEqual([]);
    });

    test("what is compacted is compacted again, with what came since", async () => {
      const states: unknown[] = [];
      for (let round = 0; round < 4; round++) {
        await fill();
        await append({ key: `once${round}`, value: "x" });
        states.push(stateOf(await keyedRecords(log)));
        expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
        expect(stateOf(await keyedRecords(log))).toEqual(states[round]);
      }
      expect((await keyedRecords(log)).filter(({ key }) => key.startsWith("once"))).toHaveLength(4);
    });

    test("tombstones stay for a while and then go with what they delete", async () => {
      const gone = async () => (await keyedRecords(log)).filter(({ key }) => key === "gone");
      await append({ key: "gone", value: "x" });
      await append({ key: "gone", value: null });
      await fill(20);
      await log.enforceRetention(1_500);
      expect(await gone()).toEqual([{ offset: 1, key: "gone", value: null }]);
      await fill(20);
      await log.enforceRetention(LATER_MS);
      expect(await gone()).toEqual([]);
    });

    test("a compacted log that is opened again has the same records", async () => {
      await fill();
      const producer = { producerId: 7n, producerEpoch: 2, baseSequence: 0 };
      const batch = () => batchOf(["idempotent"], 1_000, producer);
      const { baseOffset } = await log.append(batch());
      await fill();
      await log.enforceRetention(LATER_MS);
      const { startOffset, endOffset, sizeBytes } = log;
      const before = await keyedRecords(log);
      expect(before.map(({ value }) => value)).not.toContain("idempotent");
      await reopen();
      expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([startOffset, endOffset, sizeBytes]);
      expect(await keyedRecords(log)).toEqual(before);
      // The batch is gone, but who wrote it may still send it again.
      expect(await log.append(batch())).toMatchObject({ baseOffset, isDuplicate: true });
      await fill();
      expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
      await reopen();
      expect(await log.append(batch())).toMatchObject({ baseOffset, isDuplicate: true });
    });

    test("what is young, or too little, is left alone", async () => {
      await fill();
      log.configure({ ...config, minCompactionLagMs: 10_000 });
      expect(await log.enforceRetention(5_000)).toBe(0);
      expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
      await fill(12);
      log.configure({ ...config, minCleanableDirtyRatio: 0.95 });
      expect(await log.enforceRetention(LATER_MS)).toBe(0);
      log.configure({ ...config, minCleanableDirtyRatio: 0 });
      expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
      expect(await log.enforceRetention(LATER_MS)).toBe(0);
    });

    test("timestamps and epochs are found among what is left", async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const writes = [{ key: `k${round % 3}`, value: "x".repeat(50) }];
        await log.append(keyedBatch(writes, "none", 1_000 + round * 10));
      }
      await log.enforceRetention(LATER_MS);
      const [first] = await keyedRecords(log);
      expect(first!.offset).toBeGreaterThan(0);
      const timestampMs = 1_000 + first!.offset * 10;
      expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: BigInt(first!.offset), timestampMs });
      expect(await log.offsetOfMaxTimestamp()).toMatchObject({ timestampMs: 1_290 });
      expect(log.endOffsetForEpoch(log.leaderEpoch)).toMatchObject({ endOffset: 30n });
    });

    test("a compacted log is trimmed in its middle, and behind what was compacted", async () => {
      await fill();
      await log.enforceRetention(LATER_MS);
      const records = await keyedRecords(log);
      const middle = records[Math.floor(records.length / 2)]!.offset;
      for (const offset of [1, middle, Number(log.endOffset) - 1]) {
        expect(await log.trim(BigInt(offset))).toBe(BigInt(offset));
        const rest = records.filter((record) => record.offset >= offset);
        expect(await keyedRecords(log)).toEqual(rest);
        await expect(log.read(BigInt(offset - 1), 1)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
      }
      await reopen();
      expect(log.startOffset).toBe(log.endOffset - 1n);
      expect(await readAll(log)).toHaveLength(1);
      await fill();
      await log.enforceRetention(LATER_MS);
      expect(Object.keys(stateOf(await keyedRecords(log)))).toEqual(["all", "k0", "k1", "k2"]);
    });

    test("a topic of both policies lets compacted records go by their age", async () => {
      await fill();
      await log.enforceRetention(LATER_MS);
      log.configure({ ...config, cleanupPolicy: { delete: true, compact: true }, retentionMs: 10_000 });
      expect(await log.enforceRetention(5_000)).toBe(0);
      expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
      expect([log.startOffset, log.sizeBytes]).toEqual([log.endOffset, 0]);
      await append({ key: "next", value: "x" });
      await reopen();
      expect(stateOf(await keyedRecords(log))).toEqual({ next: "x" });
    });

    test("appends and reads go on while a log is compacted", async () => {
      await fill();
      let isCompacting = true;
      const compaction = log.enforceRetention(LATER_MS).finally(() => {
        isCompacting = false;
      });
      const expected = { ...stateOf(await keyedRecords(log)) };
      for (let round = 0; isCompacting || round < 5; round++) {
        await append({ key: `during${round % 5}`, value: `${round}` });
        expected[`during${round % 5}`] = `${round}`;
        expect(stateOf(await keyedRecords(log))).toEqual(expected);
      }
      expect(await compaction).toBeGreaterThan(0);
      expect(stateOf(await keyedRecords(log))).toEqual(expected);
    });
  });
}
