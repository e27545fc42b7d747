import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import type { LogEngine, PartitionLog } from "../partition-log.ts";
import { batchOf, partitionOf, readAll, recordsOf } from "./batches.ts";

/** An engine under test and how to dispose of it. */
export interface EngineUnderTest {
  readonly engine: LogEngine;
  /** Closes the engine and opens its data anew. Left out where closing loses the data. */
  readonly reopen?: () => Promise<LogEngine>;
  readonly dispose: () => Promise<void>;
}

/** What every partition log must do, whatever it is kept on. */
export function partitionLogSuite(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`${name}: partition log`, () => {
    let setup: EngineUnderTest;
    let log: PartitionLog;
    const id = partitionOf("orders");
    const smallSegments = logConfig({ segmentBytes: 400, indexIntervalBytes: 100 });

    beforeEach(async () => {
      setup = await makeEngine();
      log = await setup.engine.open(id, smallSegments);
    });
    afterEach(() => setup.dispose());

    async function fill(count: number, timestampMs = 1_000): Promise<void> {
      const appends = Array.from({ length: count }, (_, index) =>
        log.append(batchOf([`${index}a`, `${index}b`], timestampMs + index * 10)),
      );
      await Promise.all(appends);
    }

    test("an empty log starts and ends at 0", async () => {
      expect([log.startOffset, log.highWatermark, log.endOffset]).toEqual([0n, 0n, 0n]);
      expect((await log.read(0n, 1000)).chunks).toEqual([]);
      expect(await log.offsetForTimestamp(0)).toBeUndefined();
      expect(await log.offsetOfMaxTimestamp()).toBeUndefined();
    });

    test("offsets follow the order of the calls", async () => {
      const first = log.append(batchOf(["a", "b"]));
      const second = log.append(batchOf(["c"]));
      expect(log.endOffset).toBe(3n);
      expect(await second).toMatchObject({ baseOffset: 2n, lastOffset: 2n, isDuplicate: false });
      expect(await first).toMatchObject({ baseOffset: 0n, lastOffset: 1n });
      expect(log.highWatermark).toBe(3n);
      expect((await readAll(log)).map(({ value }) => value)).toEqual(["a", "b", "c"]);
    });

    test("an appended buffer is free again once the promise has settled", async () => {
      const batch = batchOf(["kept"]);
      await log.append(batch);
      batch.fill(0);
      expect(await readAll(log)).toEqual([{ offset: 0n, value: "kept" }]);
    });

    test("every kind of acknowledgement reaches readers", async () => {
      await Promise.all(([-1, 0, 1] as const).map((acks) => log.append(batchOf([`${acks}`]), { acks })));
      await log.append(batchOf(["last"]));
      expect((await readAll(log)).map(({ value }) => value)).toEqual(["-1", "0", "1", "last"]);
    });

    test("a read in the middle of a batch gives the batch that holds the offset", async () => {
      await log.append(batchOf(["a", "b", "c"]));
      expect(recordsOf(await log.read(1n, 1))).toHaveLength(3);
    });

    test("a read gives at least one batch and otherwise no more than asked for", async () => {
      await fill(8);
      const one = batchOf(["0a", "0b"]).length;
      expect(recordsOf(await log.read(0n, 1))).toHaveLength(2);
      expect(recordsOf(await log.read(0n, one * 2 + 1))).toHaveLength(4);
    });

    test("reads go on across segments", async () => {
      await fill(50);
      const expected = Array.from({ length: 50 }, (_, index) => [`${index}a`, `${index}b`]).flat();
      expect((await readAll(log)).map(({ value }) => value)).toEqual(expected);
      expect((await readAll(log, 0n, 1)).map(({ value }) => value)).toEqual(expected);
      for (let offset = 0n; offset < 100n; offset++) {
        expect((await readAll(log, offset, 200))[0]).toEqual({ offset, value: expected[Number(offset)] });
      }
    });

    test("a released read leaves the log and other reads as they are", async () => {
      await fill(8);
      const kept = await log.read(0n, 10_000);
      const expected = recordsOf(kept);
      (await log.read(0n, 10_000)).release?.();
      expect(recordsOf(kept)).toEqual(expected);
      expect(recordsOf(await log.read(0n, 10_000))).toEqual(expected);
    });

    test("reads outside the log are refused", async () => {
      await fill(2);
      await expect(log.read(-1n, 10)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
      await expect(log.read(5n, 10)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
      expect((await log.read(4n, 10)).chunks).toEqual([]);
    });

    test("listeners hear that the high watermark moved, until they unsubscribe", async () => {
      let advances = 0;
      const unsubscribe = log.on("advance", () => advances++);
      await log.append(batchOf(["a"]));
      expect(advances).toBeGreaterThan(0);
      unsubscribe();
      const heard = advances;
      await log.append(batchOf(["b"]));
      expect(advances).toBe(heard);
    });

    test("another leader epoch is refused", async () => {
      const leaderEpoch = log.leaderEpoch + 1;
      await expect(log.append(batchOf(["a"]), { leaderEpoch })).rejects.toMatchObject({ code: "NOT_LEADER" });
      expect(log.endOffset).toBe(0n);
    });

    test("the append time replaces the records' own", async () => {
      const appended = await log.append(batchOf(["a", "b"]), { logAppendTimeMs: 77_000 });
      expect(appended.logAppendTimeMs).toBe(77_000);
      expect(await log.offsetForTimestamp(77_000)).toMatchObject({ offset: 0n, timestampMs: 77_000 });
    });

    test("bytes that are no batch are refused and nothing is stored", async () => {
      const batch = batchOf(["a"]);
      for (const bad of [Buffer.alloc(0), Buffer.alloc(100), batch.subarray(0, -1)]) {
        await expect(log.append(bad)).rejects.toMatchObject({ code: "CORRUPT" });
      }
      expect(log.endOffset).toBe(0n);
    });

    test("timestamps find the first record at or after them", async () => {
      await fill(50);
      for (const [timestampMs, offset] of [
        [0, 0n],
        [1_000, 0n],
        [1_001, 1n],
        [1_002, 2n],
        [1_255, 52n],
        [1_491, 99n],
      ] as const) {
        expect(await log.offsetForTimestamp(timestampMs)).toMatchObject({ offset });
      }
      expect(await log.offsetForTimestamp(1_492)).toBeUndefined();
    });

    test("the largest timestamp is found wherever it is", async () => {
      await fill(10);
      await log.append(batchOf(["late", "later"], 9_000));
      await fill(10);
      expect(await log.offsetOfMaxTimestamp()).toMatchObject({ offset: 21n, timestampMs: 9_001 });
    });

    test("the leader's epoch ends at the log's end", async () => {
      await fill(3);
      expect(log.endOffsetForEpoch(log.leaderEpoch)).toEqual({ epoch: log.leaderEpoch, endOffset: 6n });
      expect(log.endOffsetForEpoch(log.leaderEpoch + 5)).toMatchObject({ epoch: log.leaderEpoch });
    });

    test("headers come in order from the batch that holds the offset", async () => {
      await fill(20);
      const bases: bigint[] = [];
      for await (const header of log.headers(5n)) bases.push(header.baseOffset);
      expect(bases).toEqual(Array.from({ length: 18 }, (_, index) => BigInt(4 + index * 2)));
    });

    test("trim makes the prefix unreadable", async () => {
      await fill(30);
      const before = log.sizeBytes;
      expect(await log.trim(31n)).toBe(31n);
      expect(log.startOffset).toBe(31n);
      expect(log.sizeBytes).toBeLessThan(before);
      await expect(log.read(30n, 100)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
      expect((await readAll(log)).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 29 }, (_, index) => BigInt(31 + index)),
      );
      expect(await log.trim(3n)).toBe(31n);
      await expect(log.trim(61n)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
      expect(await log.trim(60n)).toBe(60n);
      await log.append(batchOf(["next"]));
      expect(await readAll(log)).toEqual([{ offset: 60n, value: "next" }]);
    });

    test("retention by time lets old segments go, the active one too", async () => {
      await fill(30);
      log.configure({ ...smallSegments, retentionMs: 10_000 });
      expect(await log.enforceRetention(5_000)).toBe(0);
      expect(await log.enforceRetention(1_000_000)).toBeGreaterThan(0);
      expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([60n, 60n, 0]);
      await log.append(batchOf(["next"]));
      expect(await readAll(log)).toEqual([{ offset: 60n, value: "next" }]);
    });

    test("retention by size keeps at least that much", async () => {
      await fill(60);
      log.configure({ ...smallSegments, retentionBytes: 1_000 });
      expect(await log.enforceRetention(1_000)).toBeGreaterThan(0);
      expect(log.sizeBytes).toBeGreaterThanOrEqual(1_000);
      expect(log.startOffset).toBeGreaterThan(0n);
      expect((await readAll(log))[0]?.offset).toBe(log.startOffset);
    });

    test("a repeated batch gets the offsets of the first one", async () => {
      const batch = () => batchOf(["a", "b"], 1_000, { producerId: 7n, producerEpoch: 0, baseSequence: 0 });
      const [first, second] = await Promise.all([log.append(batch()), log.append(batch())]);
      expect(first).toMatchObject({ baseOffset: 0n, isDuplicate: false });
      expect(second).toMatchObject({ baseOffset: 0n, lastOffset: 1n, isDuplicate: true });
      expect(log.endOffset).toBe(2n);
      expect(log.producers()).toMatchObject([{ producerId: 7n, lastSequence: 1, lastOffset: 1n }]);
    });

    test("sequences with a hole and old epochs are refused", async () => {
      const batch = (producerEpoch: number, baseSequence: number) =>
        batchOf(["a"], 1_000, { producerId: 7n, producerEpoch, baseSequence });
      await log.append(batch(1, 0));
      await expect(log.append(batch(1, 2))).rejects.toMatchObject({ code: "OUT_OF_ORDER_SEQUENCE" });
      await expect(log.append(batch(0, 1))).rejects.toMatchObject({ code: "PRODUCER_FENCED" });
      expect(log.endOffset).toBe(1n);
    });

    test("a log is opened once, listed, and gone after it is deleted", async () => {
      await expect(setup.engine.open(id, smallSegments)).rejects.toMatchObject({ code: "CLOSED" });
      expect(await setup.engine.list()).toEqual([id]);
      await fill(2);
      await setup.engine.delete(id);
      await expect(log.append(batchOf(["a"]))).rejects.toMatchObject({ code: "CLOSED" });
      expect(await setup.engine.list()).toEqual([]);
      log = await setup.engine.open(id, smallSegments);
      expect(log.endOffset).toBe(0n);
    });

    test("a topic made again under its name gets another log", async () => {
      await fill(2);
      await log.close();
      const again = { ...id, topicId: "11111111-1111-4111-8111-111111111111" };
      const other = await setup.engine.open(again, smallSegments);
      expect(other.endOffset).toBe(0n);
      await other.append(batchOf(["other"]));
      expect(await setup.engine.list()).toHaveLength(2);
      log = await setup.engine.open(id, smallSegments);
      expect(log.endOffset).toBe(4n);
    });

    test("a closed log refuses everything", async () => {
      await log.close();
      await expect(log.append(batchOf(["a"]))).rejects.toMatchObject({ code: "CLOSED" });
      await expect(log.read(0n, 1)).rejects.toMatchObject({ code: "CLOSED" });
    });

    test("a log that is closed and opened again has everything", async () => {
      await fill(20);
      const batch = () => batchOf(["x"], 5_000, { producerId: 7n, producerEpoch: 3, baseSequence: 0 });
      await log.append(batch());
      await log.trim(5n);
      const before = await readAll(log);
      await log.close();
      if (setup.reopen !== undefined) setup = { ...setup, engine: await setup.reopen() };
      log = await setup.engine.open(id, smallSegments);
      expect([log.startOffset, log.highWatermark, log.endOffset]).toEqual([5n, 41n, 41n]);
      expect(await readAll(log)).toEqual(before);
      expect(await log.append(batch())).toMatchObject({ baseOffset: 40n, isDuplicate: true });
      expect(await log.offsetForTimestamp(5_000)).toMatchObject({ offset: 40n });
    });
  });
}
