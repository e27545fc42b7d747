import { dirname, relative } from "node:path";
import type { Disk, DiskFile } from "../disk/disk.ts";
import { MemoryFile } from "./memory-file.ts";

/** A file system in memory: what it was told is there until the process ends. */
export class MemoryDisk implements Disk {
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Set<string>();

  async open(path: string, options: { readonly create?: boolean } = {}): Promise<DiskFile> {
    let file = this.#files.get(path);
    if (file === undefined) {
      if (options.create !== true || !this.#folders.has(dirname(path))) throw missing(path);
      file = new MemoryFile();
      this.#files.set(path, file);
    }
    return openFile(file);
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.#files.get(from);
    if (file !== undefined) {
      this.#files.delete(from);
      this.#files.set(to, file);
      return;
    }
    if (!this.#folders.delete(from)) throw missing(from);
    this.#folders.add(to);
    for (const [path, child] of [...this.#files]) {
      if (dirname(path) !== from) continue;
      this.#files.delete(path);
      this.#files.set(`${to}/${relative(from, path)}`, child);
    }
  }

  async unlink(path: string): Promise<void> {
    if (!this.#files.delete(path)) throw missing(path);
  }

  async mkdir(path: string): Promise<void> {
    this.makeFolder(path);
  }

  /** Makes the folder and those above it. */
  makeFolder(path: string): void {
    for (let folder = path; !this.#folders.has(folder); folder = dirname(folder)) this.#folders.add(folder);
  }

  async rmdir(path: string): Promise<void> {
    if (!this.#folders.delete(path)) throw missing(path);
  }

  async readdir(path: string): Promise<string[]> {
    if (!this.#folders.has(path)) throw missing(path);
    const paths = [...this.#files.keys(), ...this.#folders];
    return paths
      .filter((child) => child !== path && dirname(child) === path)
      .map((child) => relative(path, child));
  }

  async syncDirectory(): Promise<void> {}

  async lock(): Promise<() => Promise<void>> {
    return async () => {};
  }
}

function openFile(file: MemoryFile): DiskFile {
  return {
    async write(buffers, position) {
      let at = position;
      for (const buffer of buffers) {
        file.write(buffer, at);
        at += buffer.length;
      }
    },
    read: async (buffer, position) => file.read(buffer, position),
    async datasync() {},
    async truncate(sizeBytes) {
      file.truncate(sizeBytes);
    },
    size: async () => file.sizeBytes,
    async close() {},
  };
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
}
