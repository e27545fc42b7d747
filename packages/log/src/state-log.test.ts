import { encodeRecordBatch } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openMemoryEngine } from "./memory/memory-engine.ts";
import type { PartitionLog } from "./partition-log.ts";
import { STATE_LOG_CONFIG, StateLog } from "./state-log.ts";
import { partitionOf } from "./testing/batches.ts";
import { entryOf, MapMachine } from "./testing/map-machine.ts";

const SMALL = { compactBytesMin: 2_000, compactFactor: 2 };

async function openLog(): Promise<PartitionLog> {
  return openMemoryEngine().open(partitionOf("__state"), { ...STATE_LOG_CONFIG, segmentBytes: 1_000 });
}

async function replayed(log: PartitionLog): Promise<Record<string, string>> {
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine, { compactBytesMin: Number.MAX_SAFE_INTEGER });
  await state.close();
  return Object.fromEntries(machine.values);
}

test("an append is applied when it resolves, as one batch", async () => {
  const log = await openLog();
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine);
  expect(await state.append([entryOf("a", "1"), entryOf("b", "2")])).toBe(1n);
  expect(machine.values).toEqual(
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  );
  expect(await state.append([entryOf("a", null)])).toBe(2n);
  expect(machine.values).toEqual(new Map([["b", "2"]]));
  let batches = 0;
  for await (const header of log.headers()) batches += header.recordCount > 0 ? 1 : 0;
  expect(batches).toBe(2);
  expect(await replayed(log)).toEqual({ b: "2" });
});

test("entries of others are followed, compressed ones too", async () => {
  const log = await openLog();
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine);
  const records = [{ key: Buffer.from("schema"), value: Buffer.from("text") }];
  for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
    await log.append(
      encodeRecordBatch([...records, { key: Buffer.from(compression), value: Buffer.from("x") }], {
        compression,
      }),
    );
  }
  await state.applied(log.endOffset);
  expect([...machine.values.keys()]).toEqual(["schema", "none", "gzip", "snappy", "lz4", "zstd"]);
});

test("a batch that cannot be opened is reported and left out", async () => {
  const log = await openLog();
  const unreadable: bigint[] = [];
  const state = await StateLog.open(log, new MapMachine(), {
    onUnreadable: (offset) => unreadable.push(offset),
  });
  const batch = encodeRecordBatch([{ key: Buffer.from("k"), value: Buffer.alloc(200) }], {
    compression: "gzip",
  });
  batch.fill(0xff, 61);
  await log.append(batch);
  await state.append([entryOf("a", "1")]);
  expect(unreadable).toEqual([0n]);
});

test("a log that has outgrown its state is copied forward and trimmed", async () => {
  const log = await openLog();
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine, SMALL);
  for (let index = 0; index < 500; index++) await state.append([entryOf(`k${index % 7}`, `v${index}`)]);
  await state.append([entryOf("k0", null)]);
  expect(log.startOffset).toBeGreaterThan(400n);
  expect(log.sizeBytes).toBeLessThan(10_000);
  expect(await replayed(log)).toEqual(Object.fromEntries(machine.values));
  expect(machine.values.size).toBe(6);
});

test("compaction loses no concurrent append, whoever writes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ key: fc.nat(5), isDelete: fc.boolean(), isForeign: fc.boolean(), waits: fc.boolean() }),
        {
          minLength: 100,
          maxLength: 300,
        },
      ),
      async (writes) => {
        const log = await openLog();
        const machine = new MapMachine();
        const state = await StateLog.open(log, machine, SMALL);
        const pending: Promise<unknown>[] = [];
        for (const [index, { key, isDelete, isForeign, waits }] of writes.entries()) {
          const entry = entryOf(`k${key}`, isDelete ? null : `value ${index}`);
          const append = isForeign ? log.append(encodeRecordBatch([entry])) : state.append([entry]);
          pending.push(append);
          if (waits) await append;
        }
        await Promise.all(pending);
        await state.append([entryOf("last", "1")]);
        expect(log.startOffset).toBeGreaterThan(0n);
        expect(await replayed(log)).toEqual(Object.fromEntries(machine.values));
        // What every key was last set to, in the order of the log, is what the state has.
        const last = new Map(machine.history.map(({ key, value }) => [key, value]));
        for (const [key, value] of last) expect(machine.values.get(key) ?? null).toBe(value);
        await state.close();
      },
    ),
    { numRuns: 30 },
  );
});

test("a closed state log refuses appends and leaves its log open", async () => {
  const log = await openLog();
  const state = await StateLog.open(log, new MapMachine());
  await state.close();
  await expect(state.append([entryOf("a", "1")])).rejects.toMatchObject({ code: "CLOSED" });
  await log.append(encodeRecordBatch([entryOf("b", "2")]));
  expect(log.endOffset).toBe(1n);
});
