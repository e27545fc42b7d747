import { beforeEach, expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import { LogError } from "../log-error.ts";
import type { LogEngine, PartitionLog } from "../partition-log.ts";
import { StateLog } from "../state-log.ts";
import { batchOf, partitionOf, readAll } from "../testing/batches.ts";
import { MapMachine } from "../testing/map-machine.ts";
import { SimulatedDisk } from "../testing/simulated-disk.ts";
import { withSync } from "../testing/with-sync.ts";
import { openFileEngine } from "./file-engine.ts";

const ID = partitionOf("orders");
const CONFIG = logConfig({ segmentBytes: 400, indexIntervalBytes: 100 });
let disk: SimulatedDisk;
let engine: LogEngine;
let log: PartitionLog;

beforeEach(async () => {
  disk = new SimulatedDisk(1);
  await open();
});

async function open(): Promise<void> {
  engine = await openFileEngine("/data", { disk, checkpointIntervalMs: 0, fullDiskRetryMs: 1 });
  log = await engine.open(ID, CONFIG);
}

const fill = () => disk.setFaults({ diskFull: 1 });
const makeRoom = () => disk.setFaults({});
const produced = (sequence: number) =>
  batchOf([`v${sequence}`], 1_000, { producerId: 7n, producerEpoch: 0, baseSequence: sequence });
const values = async () => (await readAll(log)).map(({ value }) => value);

test("on a full disk appends are refused, reads go on, and so does the log when there is room", async () => {
  await log.append(produced(0));
  fill();
  const waiting = log.append(produced(1));
  await expect(waiting).rejects.toMatchObject({ code: "NO_SPACE", retriable: true });
  await expect(log.append(produced(2))).rejects.toMatchObject({ code: "NO_SPACE" });
  expect(log.endOffset).toBe(2n);
  expect(await values()).toEqual(["v0"]);
  makeRoom();
  // What was refused after it had waited is stored; whoever sends it again learns its offset.
  expect(await untilTaken(() => log.append(produced(1)))).toMatchObject({
    baseOffset: 1n,
    isDuplicate: true,
  });
  await log.append(produced(2));
  expect(await values()).toEqual(["v0", "v1", "v2"]);
  disk.crash();
  await open();
  expect(await values()).toEqual(["v0", "v1", "v2"]);
});

test("many appends that wait for room are stored in their order, over several segments", async () => {
  fill();
  const appends = Array.from({ length: 40 }, (_, sequence) => log.append(produced(sequence)));
  for (const append of appends) await expect(append).rejects.toMatchObject({ code: "NO_SPACE" });
  makeRoom();
  await untilTaken(() => log.append(produced(40)));
  expect(await values()).toEqual(Array.from({ length: 41 }, (_, sequence) => `v${sequence}`));
  await engine.close();
  await open();
  expect(log.endOffset).toBe(41n);
});

test("a log is trimmed once there is room to note it", async () => {
  for (let sequence = 0; sequence < 20; sequence++) await log.append(produced(sequence));
  fill();
  await expect(log.trim(10n)).rejects.toMatchObject({ code: "NO_SPACE" });
  expect([log.startOffset, (await values()).length]).toEqual([0n, 20]);
  makeRoom();
  expect(await log.trim(10n)).toBe(10n);
});

test("a log that is closed on a full disk gives up what waits, and keeps what was acknowledged", async () => {
  await log.append(produced(0));
  fill();
  const waiting = log.append(produced(1));
  const refused = expect(waiting).rejects.toBeInstanceOf(LogError);
  await log.close();
  await refused;
  makeRoom();
  disk.crash();
  await open();
  expect((await values())[0]).toBe("v0");
  expect(await log.append(produced(1))).toMatchObject({ baseOffset: 1n });
});

test("a sync that fails for want of room stops the log, as any other that fails", async () => {
  let isFull = false;
  const failing = withSync(new SimulatedDisk(1), async (file) => {
    if (isFull) throw Object.assign(new Error("ENOSPC: datasync"), { code: "ENOSPC" });
    await file.datasync();
  });
  engine = await openFileEngine("/data", { disk: failing, checkpointIntervalMs: 0, fullDiskRetryMs: 1 });
  log = await engine.open(ID, CONFIG);
  await log.append(produced(0));
  isFull = true;
  await expect(log.append(produced(1))).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  isFull = false;
  await expect(log.append(produced(2))).rejects.toMatchObject({ code: "STORAGE_FAILED" });
});

test("state outlives a full disk", async () => {
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine);
  const set = (value: string) => state.append([{ key: Buffer.from("k"), value: Buffer.from(value) }]);
  await set("a");
  fill();
  await expect(set("b")).rejects.toMatchObject({ code: "NO_SPACE" });
  makeRoom();
  await untilTaken(() => set("c"));
  expect(machine.values.get("k")).toBe("c");
});

/** Tries again until the log has found out that there is room. */
async function untilTaken<T>(append: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof LogError && error.code === "NO_SPACE")) throw error;
      await new Promise(setImmediate);
    }
  }
}
