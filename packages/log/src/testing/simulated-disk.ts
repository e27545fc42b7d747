import { basename, dirname } from "node:path";
import type { Disk, DiskFile } from "../disk/disk.ts";
import { Random } from "./random.ts";
import { SimulatedFile } from "./simulated-file.ts";

/** How often each fault happens, as a probability per call. Default all 0. */
export interface DiskFaults {
  /** A sync fails, and what it should have stored is lost without a trace until the next crash. */
  readonly syncFails?: number;
  /** A write stores a part and fails for want of space. */
  readonly diskFull?: number;
}

/** A change of a folder that is not durable yet. */
interface FolderChange {
  readonly folder: string;
  readonly apply: (files: Map<string, SimulatedFile>, folders: Set<string>) => void;
}

/**
 * A disk that loses what was not synced. Everything is decided by the seed. After `crash` the files are what a
 * machine finds when the power comes back: files opened before it are dead.
 */
export class SimulatedDisk implements Disk {
  readonly #random: Random;
  #faults: DiskFaults = {};
  #files = new Map<string, SimulatedFile>();
  #folders = new Set<string>(["/"]);
  #durableFiles = new Map<string, SimulatedFile>();
  #durableFolders = new Set<string>(["/"]);
  #changes: FolderChange[] = [];
  #boot = 0;
  #callsLeft = Number.POSITIVE_INFINITY;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  setFaults(faults: DiskFaults): void {
    this.#faults = faults;
  }

  /** Lets the power fail after so many more calls: from then on every call is refused, until `crash`. */
  failAfter(calls: number): void {
    this.#callsLeft = calls;
  }

  /** Whether the power has failed. */
  get isOff(): boolean {
    return this.#callsLeft <= 0;
  }

  /** Turns the power off and on again. */
  crash(): void {
    this.#boot++;
    this.#callsLeft = Number.POSITIVE_INFINITY;
    for (const { apply } of this.#changes) {
      if (this.#random.chance(0.5)) apply(this.#durableFiles, this.#durableFolders);
    }
    this.#changes = [];
    for (const path of [...this.#durableFiles.keys()]) {
      if (!this.#durableFolders.has(dirname(path))) this.#durableFiles.delete(path);
    }
    for (const file of this.#durableFiles.values()) file.crash(this.#random);
    this.#files = new Map(this.#durableFiles);
    this.#folders = new Set(this.#durableFolders);
  }

  /** Flips a bit in one of the files whose name `matches`. */
  rot(matches: (name: string) => boolean): void {
    const paths = [...this.#files.keys()].filter((path) => matches(basename(path)));
    if (paths.length > 0) this.#files.get(paths[this.#random.below(paths.length)]!)!.rot(this.#random);
  }

  async open(path: string, options: { readonly create?: boolean } = {}): Promise<DiskFile> {
    this.#call();
    let file = this.#files.get(path);
    if (file === undefined) {
      if (options.create !== true || !this.#folders.has(dirname(path))) throw failure("ENOENT", path);
      file = new SimulatedFile();
      const created = file;
      this.#change(dirname(path), (files) => files.set(path, created));
    }
    return this.#handle(path, file);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call();
    if (!this.#files.has(from) && !this.#folders.has(from)) throw failure("ENOENT", from);
    const moved = this.#files.get(from);
    this.#change(dirname(to), (files, folders) => {
      if (moved !== undefined) {
        files.delete(from);
        files.set(to, moved);
        return;
      }
      folders.delete(from);
      folders.add(to);
      for (const [path, file] of [...files]) {
        if (dirname(path) !== from) continue;
        files.delete(path);
        files.set(`${to}/${basename(path)}`, file);
      }
    });
  }

  async unlink(path: string): Promise<void> {
    this.#call();
    if (!this.#files.has(path)) throw failure("ENOENT", path);
    this.#change(dirname(path), (files) => files.delete(path));
  }

  async mkdir(path: string): Promise<void> {
    this.#call();
    for (let folder = path; !this.#folders.has(folder); folder = dirname(folder)) {
      this.#change(dirname(folder), (_, folders) => folders.add(folder));
    }
  }

  async rmdir(path: string): Promise<void> {
    this.#call();
    this.#change(dirname(path), (_, folders) => folders.delete(path));
  }

  async readdir(path: string): Promise<string[]> {
    this.#call();
    if (!this.#folders.has(path)) throw failure("ENOENT", path);
    return [...this.#files.keys(), ...this.#folders]
      .filter((child) => child !== path && dirname(child) === path)
      .map((child) => basename(child));
  }

  async syncDirectory(path: string): Promise<void> {
    this.#call();
    for (const change of this.#changes) {
      if (change.folder === path) change.apply(this.#durableFiles, this.#durableFolders);
    }
    this.#changes = this.#changes.filter((change) => change.folder !== path);
  }

  async lock(): Promise<() => Promise<void>> {
    return async () => {};
  }

  #change(folder: string, apply: FolderChange["apply"]): void {
    apply(this.#files, this.#folders);
    this.#changes.push({ folder, apply });
  }

  #handle(path: string, file: SimulatedFile): DiskFile {
    const boot = this.#boot;
    const call = () => {
      if (boot !== this.#boot) throw failure("EIO", path);
      this.#call();
    };
    return {
      write: async (buffers, position) => {
        call();
        if (!this.#random.chance(this.#faults.diskFull ?? 0)) return file.write(buffers, position);
        const whole = Buffer.concat(buffers);
        file.write([whole.subarray(0, this.#random.below(whole.length + 1))], position);
        throw failure("ENOSPC", path);
      },
      read: async (buffer, position) => {
        call();
        return file.content.copy(buffer, 0, Math.min(position, file.content.length));
      },
      datasync: async () => {
        call();
        if (file.isDirty && this.#random.chance(this.#faults.syncFails ?? 0)) {
          file.failSync();
          throw failure("EIO", path);
        }
        file.sync();
      },
      truncate: async (sizeBytes) => {
        call();
        file.truncate(sizeBytes);
      },
      size: async () => {
        call();
        return file.content.length;
      },
      close: async () => {},
    };
  }

  /** Counts a call; the one at which the power fails, and all behind it, are refused. */
  #call(): void {
    this.#callsLeft--;
    if (this.#callsLeft < 0) throw failure("EIO", "power");
  }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
