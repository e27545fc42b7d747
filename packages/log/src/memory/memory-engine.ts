import { FileEngine } from "../file/file-engine.ts";
import type { LogEngine } from "../partition-log.ts";
import { MemoryDisk } from "./memory-disk.ts";

/** Recent bytes are in memory already; a little of a tail cache saves copies for live consumers. */
const TAIL_CACHE_BYTES = 4 * 1024 * 1024;
const DATA_FOLDER = "/data";

/** Logs that live as long as this process does: the file engine over a disk in memory, so both behave alike. */
export function openMemoryEngine(): LogEngine {
  const disk = new MemoryDisk();
  disk.makeFolder(DATA_FOLDER);
  const options = { disk, tailCacheBytes: TAIL_CACHE_BYTES, checkpointIntervalMs: 0 };
  return new FileEngine(DATA_FOLDER, options, async () => {});
}
