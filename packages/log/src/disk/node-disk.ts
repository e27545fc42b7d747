import { close, fdatasync, fstat, ftruncate, open, read, writev } from "node:fs";
import { mkdir, open as openHandle, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { promisify } from "node:util";
import type { Disk, DiskFile } from "./disk.ts";
import { lockFolder } from "./folder-lock.ts";

const openAsync = promisify(open);
const closeAsync = promisify(close);
const fstatAsync = promisify(fstat);
const ftruncateAsync = promisify(ftruncate);

/** Linux takes at most this many buffers in one writev (IOV_MAX). */
const WRITEV_BUFFERS_MAX = 1024;

/** The real file system. The callback functions on a plain descriptor cost less per call than file handles. */
class NodeFile implements DiskFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(buffers: readonly Buffer[], position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (rest: readonly Buffer[], at: number): void => {
        const now = rest.length > WRITEV_BUFFERS_MAX ? rest.slice(0, WRITEV_BUFFERS_MAX) : rest;
        writev(this.#fd, now as Buffer[], at, (error, written) => {
          if (error !== null) return reject(error);
          const left = behind(rest, written);
          if (left.length === 0) resolve();
          else step(left, at + written);
        });
      };
      step(buffers, position);
    });
  }

  read(buffer: Buffer, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const step = (from: number): void => {
        read(this.#fd, buffer, from, buffer.length - from, position + from, (error, bytes) => {
          if (error !== null) return reject(error);
          const filled = from + bytes;
          if (bytes === 0 || filled === buffer.length) resolve(filled);
          else step(filled);
        });
      };
      if (buffer.length === 0) resolve(0);
      else step(0);
    });
  }

  datasync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#fd, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  async truncate(sizeBytes: number): Promise<void> {
    await ftruncateAsync(this.#fd, sizeBytes);
  }

  async size(): Promise<number> {
    return (await fstatAsync(this.#fd)).size;
  }

  async close(): Promise<void> {
    await closeAsync(this.#fd);
  }
}

/** What is left of `buffers` behind the first `bytes` bytes. */
function behind(buffers: readonly Buffer[], bytes: number): readonly Buffer[] {
  let index = 0;
  let skip = bytes;
  while (index < buffers.length && skip >= buffers[index]!.length) skip -= buffers[index++]!.length;
  if (index === buffers.length) return [];
  if (skip === 0) return buffers.slice(index);
  return [buffers[index]!.subarray(skip), ...buffers.slice(index + 1)];
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open folders; NTFS journals their entries by itself.
  if (process.platform === "win32") return;
  const handle = await openHandle(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, options: { readonly create?: boolean } = {}): Promise<DiskFile> {
  try {
    return new NodeFile(await openAsync(path, "r+"));
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isAbsent || options.create !== true) throw error;
    return new NodeFile(await openAsync(path, "wx+"));
  }
}

/** The disk of this machine. */
export const nodeDisk: Disk = {
  open: openFile,
  rename,
  unlink,
  rmdir,
  readdir: (path) => readdir(path),
  async mkdir(path) {
    await mkdir(path, { recursive: true });
  },
  syncDirectory,
  lock: lockFolder,
};
