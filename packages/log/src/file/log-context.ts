import type { Disk } from "../disk/disk.ts";
import type { ReadMemory } from "./read-memory.ts";
import type { TailBudget } from "./tail-cache.ts";

/** What an engine gives each of its logs. */
export interface LogContext {
  readonly disk: Disk;
  readonly folder: string;
  readonly tailBudget: TailBudget;
  readonly readMemory: ReadMemory;
  readonly clock: () => number;
  /** How long a synced tail may lie above the durable mark while nothing is written; 0 for no timer. */
  readonly checkpointIntervalMs: number;
  readonly fullDiskRetryMs: number;
}
