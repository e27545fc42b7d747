import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeDisk } from "../disk/node-disk.ts";
import { LOG_CONFIG_DEFAULTS } from "../log-config.ts";
import { compactionSuite } from "../testing/compaction-suite.ts";
import { type EngineUnderTest, partitionLogSuite } from "../testing/partition-log-suite.ts";
import { openFileEngine } from "./file-engine.ts";

for (const tailCacheBytes of [0, 32 * 1024 * 1024]) {
  const makeEngine = async (): Promise<EngineUnderTest> => {
    const folder = await mkdtemp(join(tmpdir(), "letterpress-log-"));
    let engine = await openFileEngine(folder, { tailCacheBytes });
    return {
      engine,
      async reopen() {
        await engine.close();
        engine = await openFileEngine(folder, { tailCacheBytes });
        return engine;
      },
      async dispose() {
        await engine.close();
        await rm(folder, { recursive: true });
      },
    };
  };
  const name = `file, tail cache of ${tailCacheBytes} bytes`;
  partitionLogSuite(name, makeEngine);
  compactionSuite(name, makeEngine);
}

test("a disk that fails while a log is made or deleted gives a typed error", async () => {
  const id = { topic: "t", topicId: "6f1f2c4e-0000-4000-8000-000000000001", partition: 0 };
  const disk = { ...nodeDisk };
  const folder = await mkdtemp(join(tmpdir(), "letterpress-log-"));
  const engine = await openFileEngine(folder, { disk });
  try {
    disk.mkdir = () => Promise.reject(new Error("EIO"));
    await expect(engine.open(id, LOG_CONFIG_DEFAULTS)).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    disk.mkdir = nodeDisk.mkdir;
    await engine.open(id, LOG_CONFIG_DEFAULTS);
    disk.rename = () => Promise.reject(new Error("EIO"));
    await expect(engine.delete(id)).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    disk.rename = nodeDisk.rename;
    await engine.delete(id);
    expect(await engine.list()).toEqual([]);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true });
  }
});
