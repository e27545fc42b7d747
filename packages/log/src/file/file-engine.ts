import { join, resolve } from "node:path";
import type { Disk } from "../disk/disk.ts";
import { isMissing } from "../disk/disk.ts";
import { nodeDisk } from "../disk/node-disk.ts";
import { LogError } from "../log-error.ts";
import type { LogConfig, LogEngine, PartitionId, PartitionLog } from "../partition-log.ts";
import { FileLog } from "./file-log.ts";
import type { LogContext } from "./log-context.ts";
import {
  DELETED_SUFFIX,
  deletedFolderName,
  folderName,
  readPartitionId,
  strayFolderName,
  writeMetadata,
} from "./partition-folder.ts";
import { ReadMemory } from "./read-memory.ts";
import { recoverLog } from "./recovery.ts";
import { TailBudget } from "./tail-cache.ts";

export interface FileEngineOptions {
  /** Default the disk of this machine. */
  readonly disk?: Disk;
  /** The recent bytes that all logs together keep in memory. Default 32 MiB. */
  readonly tailCacheBytes?: number;
  /** How soon the durable mark follows an idle log's end, in milliseconds; 0 for never. Default 5000. */
  readonly checkpointIntervalMs?: number;
  /** How long a write waits before it is tried again on a full disk, in milliseconds. Default 1000. */
  readonly fullDiskRetryMs?: number;
  /** The time for the age of segments, in milliseconds since the epoch. Default the system's. */
  readonly clock?: () => number;
}

const TAIL_CACHE_BYTES_DEFAULT = 32 * 1024 * 1024;
const CHECKPOINT_INTERVAL_DEFAULT_MS = 5000;
const FULL_DISK_RETRY_DEFAULT_MS = 1000;

/**
 * Opens a data folder, making it when it is not there. One process holds it at a time.
 *
 * @throws LogError `LOCKED` when another process holds it.
 */
export async function openFileEngine(folder: string, options: FileEngineOptions = {}): Promise<LogEngine> {
  const disk = options.disk ?? nodeDisk;
  const path = resolve(folder);
  await disk.mkdir(path);
  const unlock = await disk.lock(path);
  const engine = new FileEngine(path, { ...options, disk }, unlock);
  try {
    await engine.removeDeleted();
  } catch (error) {
    await unlock();
    throw error;
  }
  return engine;
}

export class FileEngine implements LogEngine {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #context: Omit<LogContext, "folder">;
  readonly #unlock: () => Promise<void>;
  /** Open logs and those being opened, by folder name and topic id. */
  readonly #logs = new Map<string, Promise<FileLog>>();
  #closing: Promise<void> | undefined;

  constructor(
    folder: string,
    options: FileEngineOptions & { readonly disk: Disk },
    unlock: () => Promise<void>,
  ) {
    this.#disk = options.disk;
    this.#folder = folder;
    this.#unlock = unlock;
    this.#context = {
      disk: options.disk,
      tailBudget: new TailBudget(options.tailCacheBytes ?? TAIL_CACHE_BYTES_DEFAULT),
      readMemory: new ReadMemory(),
      clock: options.clock ?? Date.now,
      checkpointIntervalMs: options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_DEFAULT_MS,
      fullDiskRetryMs: options.fullDiskRetryMs ?? FULL_DISK_RETRY_DEFAULT_MS,
    };
  }

  async open(id: PartitionId, config: LogConfig): Promise<PartitionLog> {
    this.#assertOpen();
    const key = keyOf(id);
    if (this.#logs.has(key)) throw new LogError("CLOSED", `${folderName(id)} is open already`);
    const opening = this.#open(id, config);
    this.#logs.set(key, opening);
    try {
      const log = await opening;
      log.on("closed", () => this.#logs.delete(key));
      return log;
    } catch (error) {
      this.#logs.delete(key);
      throw error;
    }
  }

  async delete(id: PartitionId): Promise<void> {
    this.#assertOpen();
    const log = await this.#logs.get(keyOf(id));
    await log?.abandon();
    try {
      const name = await this.#find(id);
      if (name === undefined) return;
      const deleted = join(this.#folder, deletedFolderName(id));
      await this.#disk.rename(join(this.#folder, name), deleted);
      await this.#disk.syncDirectory(this.#folder);
      await this.#removeFolder(deleted);
    } catch (error) {
      throw storageFailed(`${join(this.#folder, folderName(id))} cannot be deleted`, error);
    }
  }

  async list(): Promise<readonly PartitionId[]> {
    this.#assertOpen();
    const names = await this.#disk.readdir(this.#folder);
    const ids = await Promise.all(names.map((name) => this.#idOf(name)));
    return ids.filter((id) => id !== undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Finishes the removals that a crash interrupted. */
  async removeDeleted(): Promise<void> {
    for (const name of await this.#disk.readdir(this.#folder)) {
      if (name.endsWith(DELETED_SUFFIX)) await this.#removeFolder(join(this.#folder, name));
    }
  }

  async #close(): Promise<void> {
    const logs = await Promise.allSettled(this.#logs.values());
    const closed = await Promise.allSettled(
      logs.map((log) => (log.status === "fulfilled" ? log.value.close() : undefined)),
    );
    await this.#unlock();
    const failed = closed.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #open(id: PartitionId, config: LogConfig): Promise<FileLog> {
    try {
      const folder = join(this.#folder, (await this.#find(id)) ?? (await this.#create(id)));
      const recovered = await recoverLog(this.#disk, folder, config, this.#context.clock());
      return new FileLog({ ...this.#context, folder }, config, recovered);
    } catch (error) {
      throw storageFailed(`${join(this.#folder, folderName(id))} cannot be opened`, error);
    }
  }

  /** The folder name that holds this very topic's partition. */
  async #find(id: PartitionId): Promise<string | undefined> {
    for (const name of [folderName(id), strayFolderName(id)]) {
      if ((await this.#idOf(name))?.topicId === id.topicId.toLowerCase()) return name;
    }
    return undefined;
  }

  async #create(id: PartitionId): Promise<string> {
    const name = folderName(id);
    const other = await this.#idOf(name);
    if (other !== undefined) {
      // The folder belongs to an earlier topic of this name; it is kept until that one is deleted.
      await this.#disk.rename(join(this.#folder, name), join(this.#folder, strayFolderName(other)));
    }
    await this.#disk.mkdir(join(this.#folder, name));
    await writeMetadata(this.#disk, join(this.#folder, name), id);
    await this.#disk.syncDirectory(this.#folder);
    return name;
  }

  async #idOf(name: string): Promise<PartitionId | undefined> {
    if (name.endsWith(DELETED_SUFFIX)) return undefined;
    return readPartitionId(this.#disk, this.#folder, name);
  }

  async #removeFolder(path: string): Promise<void> {
    try {
      for (const name of await this.#disk.readdir(path)) await this.#disk.unlink(join(path, name));
      await this.#disk.rmdir(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new LogError("CLOSED", `the log engine of ${this.#folder} is closed`);
  }
}

function storageFailed(what: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  return new LogError("STORAGE_FAILED", `${what}: ${String(cause)}`, { cause });
}

function keyOf(id: PartitionId): string {
  return `${folderName(id)}.${id.topicId.toLowerCase()}`;
}
