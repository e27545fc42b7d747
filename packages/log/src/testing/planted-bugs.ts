import type { Disk, DiskFile } from "../disk/disk.ts";

type Sync = (file: DiskFile, path: string) => Promise<void>;

/** A disk whose files are synced by `sync`. */
function withSync(disk: Disk, sync: Sync): Disk {
  return {
    ...bound(disk),
    async open(path, options) {
      const file = await disk.open(path, options);
      return {
        write: (buffers, position) => file.write(buffers, position),
        read: (buffer, position) => file.read(buffer, position),
        datasync: () => sync(file, path),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        size: () => file.size(),
        close: () => file.close(),
      };
    },
  };
}

function bound(disk: Disk): Disk {
  return {
    open: (path, options) => disk.open(path, options),
    rename: (from, to) => disk.rename(from, to),
    unlink: (path) => disk.unlink(path),
    mkdir: (path) => disk.mkdir(path),
    rmdir: (path) => disk.rmdir(path),
    readdir: (path) => disk.readdir(path),
    syncDirectory: (path) => disk.syncDirectory(path),
    lock: (folder) => disk.lock(folder),
  };
}

const isLogFile = (path: string) => path.endsWith(".log");

/** Bugs that others had, as disks that make the log have them: the checker must catch each one. */
export const PLANTED_BUGS = {
  /** Batches are acknowledged before they are synced. */
  ackBeforeSync: (disk: Disk) =>
    withSync(disk, async (file, path) => {
      if (!isLogFile(path)) await file.datasync();
    }),
  /** New files are not made durable in their folder. */
  noDirectorySync: (disk: Disk) => ({ ...bound(disk), syncDirectory: async () => {} }),
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
