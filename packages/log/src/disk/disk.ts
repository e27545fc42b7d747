/**
 * An open file. A call settles when all of it is done: short writes are continued by the implementation.
 * Failures surface as the system's errors, with their `code`.
 */
export interface DiskFile {
  /** Writes all buffers, one behind the other, from `position` on. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /** Fills `buffer` from `position` on; resolves to the bytes read, fewer only at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** Makes content and size durable. After a failure nothing is known of what was written: never retry. */
  datasync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/**
 * The seam between the log and the file system. A new name, a rename or a removal is durable only after
 * `syncDirectory` of its folder; content only after `datasync`.
 */
export interface Disk {
  /** Opens for reading and writing; rejects with `ENOENT` when the file is not there, unless it may be created. */
  open(path: string, options?: { readonly create?: boolean }): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes the folder and those above it; fine when it is there already. */
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  /** The names in a folder, in no order; rejects with `ENOENT` when there is no such folder. */
  readdir(path: string): Promise<string[]>;
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes a data folder for this process; resolves to the function that gives it back.
   *
   * @throws LogError `LOCKED` when a live process holds it.
   */
  lock(folder: string): Promise<() => Promise<void>>;
}

/** Whether `error` says that there is no room, on the disk or by a quota. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** Whether `error` says that a file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
