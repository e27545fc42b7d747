import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { partitionLogSuite } from "../testing/partition-log-suite.ts";
import { openFileEngine } from "./file-engine.ts";

for (const tailCacheBytes of [0, 32 * 1024 * 1024]) {
  partitionLogSuite(`file, tail cache of ${tailCacheBytes} bytes`, async () => {
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
  });
}
