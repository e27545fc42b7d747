import { dirname } from "node:path";
import type { Disk } from "./disk.ts";
import { isMissing } from "./disk.ts";

/** The file's whole content, or undefined when it does not exist. */
export async function readWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  try {
    const file = await disk.open(path);
    try {
      const content = Buffer.allocUnsafe(await file.size());
      const bytes = await file.read(content, 0);
      return content.subarray(0, bytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes `content` the whole durable content of a file that is not in use by anyone yet. */
export async function writeWhole(disk: Disk, path: string, content: Buffer): Promise<void> {
  const file = await disk.open(path, { create: true });
  try {
    await file.truncate(0);
    if (content.length > 0) await file.write([content], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Replaces a file so that a crash leaves the old or the new content, never a mix: written aside, synced, renamed
 * over the old one, and the folder synced.
 */
export async function replaceFile(disk: Disk, path: string, content: Buffer): Promise<void> {
  const aside = `${path}.tmp`;
  await writeWhole(disk, aside, content);
  await disk.rename(aside, path);
  await disk.syncDirectory(dirname(path));
}

/** Removes a file that may be gone already. */
export async function unlinkIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
