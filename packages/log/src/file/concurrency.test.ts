import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Disk } from "../disk/disk.ts";
import { nodeDisk } from "../disk/node-disk.ts";
import { logConfig } from "../log-config.ts";
import type { LogEngine } from "../partition-log.ts";
import { batchOf, partitionOf, readAll } from "../testing/batches.ts";
import { openFileEngine } from "./file-engine.ts";

const ID = partitionOf("orders");
let folder: string;
let engine: LogEngine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-concurrency-"));
  engine = await openFileEngine(folder, { tailCacheBytes: 0 });
});
afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

test("readers, appends and retention do not disturb each other", async () => {
  const log = await engine.open(ID, logConfig({ segmentBytes: 2_000, retentionBytes: 6_000 }));
  let isDone = false;
  const reader = (async () => {
    let seen = 0;
    while (!isDone) {
      const start = log.startOffset;
      const records = await readAll(log, start).catch((error: { code: string }) => {
        // Retention overtook the reader; it begins anew.
        if (error.code !== "OFFSET_OUT_OF_RANGE") throw error;
        return [];
      });
      for (const { offset, value } of records) expect(value).toBe(`value ${offset}`);
      seen += records.length;
      await setImmediate();
    }
    return seen;
  })();
  for (let index = 0; index < 300; index += 10) {
    const values = Array.from({ length: 10 }, (_, at) => `value ${index + at}`);
    await Promise.all(values.map((value) => log.append(batchOf([value]))));
    await log.enforceRetention(0);
  }
  isDone = true;
  expect(await reader).toBeGreaterThan(0);
  expect(log.endOffset).toBe(300n);
});

test("a read from which retention takes its segment says that the offset is gone", async () => {
  const config = logConfig({ segmentBytes: 200 });
  const log = await engine.open(ID, config);
  for (let index = 0; index < 10; index++) await log.append(batchOf([`${index}`, "x".repeat(100)]));
  await log.close();
  const again = await engine.open(ID, config);
  const trimming = again.trim(20n);
  const reads = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => again.read(BigInt(at), 50)));
  await trimming;
  for (const read of reads) {
    if (read.status === "rejected") expect(read.reason).toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
  }
  await expect(again.read(0n, 50)).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE" });
});

test("closing waits for what was accepted", async () => {
  const log = await engine.open(ID, logConfig());
  const appends = Array.from({ length: 100 }, (_, index) => log.append(batchOf([`${index}`])));
  await log.close();
  await Promise.all(appends);
  expect((await engine.open(ID, logConfig())).endOffset).toBe(100n);
});

test("after a clean shutdown no batch is read at the start", async () => {
  const log = await engine.open(ID, logConfig({ segmentBytes: 2_000 }));
  for (let index = 0; index < 100; index++) await log.append(batchOf([`${index}`]));
  await engine.close();
  let logReads = 0;
  const counting: Disk = {
    ...nodeDisk,
    async open(path, options) {
      const file = await nodeDisk.open(path, options);
      const read = file.read.bind(file);
      file.read = (buffer, position) => {
        if (path.endsWith(".log")) logReads++;
        return read(buffer, position);
      };
      return file;
    },
  };
  engine = await openFileEngine(folder, { disk: counting });
  const again = await engine.open(ID, logConfig());
  expect([again.endOffset, logReads]).toEqual([100n, 0]);
  expect(await readAll(again)).toHaveLength(100);
});

test("appends that arrive during a write share the next one", async () => {
  let syncs = 0;
  const counting: Disk = {
    ...nodeDisk,
    async open(path, options) {
      const file = await nodeDisk.open(path, options);
      const datasync = file.datasync.bind(file);
      file.datasync = () => {
        if (path.endsWith(".log")) syncs++;
        return datasync();
      };
      return file;
    },
  };
  await engine.close();
  engine = await openFileEngine(folder, { disk: counting });
  const log = await engine.open(ID, logConfig());
  await Promise.all(Array.from({ length: 500 }, () => log.append(batchOf(["x"]))));
  expect(syncs).toBeLessThan(5);
});
