import type { Disk, DiskFile } from "../disk/disk.ts";

/**
 * A file that is opened at its first use and closed when its last user is done. A descriptor must never be closed
 * under a read: the system would give its number to another file.
 */
export class SharedFile {
  readonly #disk: Disk;
  readonly #path: string;
  #opening: Promise<DiskFile> | undefined;
  #users = 0;
  #isClosed = false;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  async use<T>(work: (file: DiskFile) => Promise<T>, create = false): Promise<T> {
    this.#users++;
    try {
      return await work(await this.#open(create));
    } finally {
      this.#users--;
      if (this.#isClosed) await this.#release();
    }
  }

  /** Closes the file now, or when the last user is done. It may be used again, which opens it anew. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#release();
  }

  async #open(create: boolean): Promise<DiskFile> {
    this.#opening ??= this.#disk.open(this.#path, { create });
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #release(): Promise<void> {
    if (this.#users > 0) return;
    this.#isClosed = false;
    const opening = this.#opening;
    if (opening === undefined) return;
    this.#opening = undefined;
    await (await opening).close();
  }
}
