import type { Disk, DiskFile } from "../disk/disk.ts";

type Sync = (file: DiskFile, path: string) => Promise<void>;

/** A disk whose files are synced by `sync`. */
export function withSync(disk: Disk, sync: Sync): Disk {
  return {
    ...delegate(disk),
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

/** A plain object that hands every call on, to be spread and overridden. */
export function delegate(disk: Disk): Disk {
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
