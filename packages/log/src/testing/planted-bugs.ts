import type { Disk } from "../disk/disk.ts";
import { delegate, withSync } from "./with-sync.ts";

const isLogFile = (path: string) => path.endsWith(".log");

/** Bugs that others had, as disks that make the log have them: the checker must catch each one. */
export const PLANTED_BUGS = {
  /** Batches are acknowledged before they are synced. */
  ackBeforeSync: (disk: Disk) =>
    withSync(disk, async (file, path) => {
      if (!isLogFile(path)) await file.datasync();
    }),
  /** New files are not made durable in their folder. */
  noDirectorySync: (disk: Disk) => ({ ...delegate(disk), syncDirectory: async () => {} }),
  /** A failed sync is tried again, and succeeds, because the system has forgotten what was dirty. */
  syncRetried: (disk: Disk) =>
    withSync(disk, async (file) => {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          return await file.datasync();
        } catch (error) {
          if (attempt === 2) throw error;
        }
      }
    }),
  /** The durable mark moves before the data that it vouches for is durable (with `flush: os`). */
  checkpointBeforeData: (disk: Disk) =>
    withSync(disk, async (file, path) => {
      if (!isLogFile(path)) await file.datasync();
    }),
} as const;
