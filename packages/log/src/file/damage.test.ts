import { HEADER_BYTES } from "@letterpress/wire";
import { expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import { LogError } from "../log-error.ts";
import { MemoryDisk } from "../memory/memory-disk.ts";
import { batchOf, partitionOf, readAll } from "../testing/batches.ts";
import { withSync } from "../testing/with-sync.ts";
import { openFileEngine } from "./file-engine.ts";
import { offsetFile } from "./file-names.ts";

const ID = partitionOf("orders");
const LOG_FILE = offsetFile("/data/orders-0", 0, "log");
const CONFIG = logConfig({ indexIntervalBytes: 100 });
const VALUES = ["a", "b", "c", "d"];
const BATCH_BYTES = batchOf(["a"]).length;

interface Damage {
  readonly isClean: boolean;
  readonly apply: (disk: MemoryDisk) => Promise<void>;
}

/** What can be read after the damage: values, or the code of the error that refused it. */
async function readDamaged({ isClean, apply }: Damage): Promise<readonly string[] | string> {
  const disk = new MemoryDisk();
  const options = { disk, tailCacheBytes: 0, checkpointIntervalMs: 0 };
  const first = await openFileEngine("/data", options);
  const log = await first.open(ID, CONFIG);
  for (const value of VALUES) await log.append(batchOf([value]));
  if (isClean) await first.close();
  await apply(disk);
  try {
    const engine = await openFileEngine("/data", options);
    return (await readAll(await engine.open(ID, CONFIG))).map(({ value }) => value);
  } catch (error) {
    if (error instanceof LogError) return error.code;
    throw error;
  }
}

async function truncate(disk: MemoryDisk, sizeBytes: number): Promise<void> {
  await (await disk.open(LOG_FILE)).truncate(sizeBytes);
}

async function flip(disk: MemoryDisk, bit: number): Promise<void> {
  const file = await disk.open(LOG_FILE);
  const byte = Buffer.alloc(1);
  await file.read(byte, bit >>> 3);
  byte[0]! ^= 1 << (bit & 7);
  await file.write([byte], bit >>> 3);
}

test("a segment truncated at any byte above the durable mark keeps its whole batches", async () => {
  for (let sizeBytes = 0; sizeBytes <= BATCH_BYTES * VALUES.length; sizeBytes++) {
    const read = await readDamaged({ isClean: false, apply: (disk) => truncate(disk, sizeBytes) });
    expect(read).toEqual(VALUES.slice(0, Math.floor(sizeBytes / BATCH_BYTES)));
  }
});

test("a segment truncated at any byte below the durable mark is refused", async () => {
  for (let sizeBytes = 0; sizeBytes < BATCH_BYTES * VALUES.length; sizeBytes++) {
    expect(await readDamaged({ isClean: true, apply: (disk) => truncate(disk, sizeBytes) })).toBe("CORRUPT");
  }
});

test("a batch with any bit of its header flipped is cut off above the durable mark and refused below it", async () => {
  for (let bit = 0; bit < HEADER_BYTES * 8; bit++) {
    for (const batch of [0, 2]) {
      const apply = (disk: MemoryDisk) => flip(disk, batch * BATCH_BYTES * 8 + bit);
      expect(await readDamaged({ isClean: false, apply })).toEqual(VALUES.slice(0, batch));
      expect(await readDamaged({ isClean: true, apply })).toBe("CORRUPT");
    }
  }
});

test("zeros behind the last batch are no records", async () => {
  const apply = (disk: MemoryDisk) => truncate(disk, BATCH_BYTES * VALUES.length + 10_000);
  expect(await readDamaged({ isClean: false, apply })).toEqual(VALUES);
});

test("the refusal names the file and the position", async () => {
  const disk = new MemoryDisk();
  const engine = await openFileEngine("/data", { disk });
  const log = await engine.open(ID, CONFIG);
  for (const value of VALUES) await log.append(batchOf([value]));
  await engine.close();
  await truncate(disk, BATCH_BYTES + 10);
  const again = await openFileEngine("/data", { disk });
  await expect(again.open(ID, CONFIG)).rejects.toThrow(`${LOG_FILE} is damaged at byte ${BATCH_BYTES}`);
});

test("a disk that fails fences the log until it is opened again", async () => {
  const disk = new MemoryDisk();
  let isFailing = false;
  const engine = await openFileEngine("/data", {
    disk: withSync(disk, async (file) => {
      if (isFailing) throw Object.assign(new Error("EIO: datasync"), { code: "EIO" });
      await file.datasync();
    }),
  });
  const log = await engine.open(ID, CONFIG);
  await log.append(batchOf(["a"]));
  isFailing = true;
  const failed = [log.append(batchOf(["b"])), log.append(batchOf(["c"]))];
  for (const append of failed) await expect(append).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  isFailing = false;
  await expect(log.append(batchOf(["d"]))).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  await expect(log.read(0n, 100)).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  await log.close();
  const again = await engine.open(ID, CONFIG);
  expect((await readAll(again))[0]).toEqual({ offset: 0n, value: "a" });
});
