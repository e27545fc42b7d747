import type { Disk } from "../disk/disk.ts";
import { readWhole, replaceFile, unlinkIfThere } from "../disk/whole-file.ts";
import { decodeProducerSnapshot } from "../producer/producer-snapshot.ts";
import { ProducerStates } from "../producer/producer-state.ts";
import { offsetFile, snapshotOffsets } from "./file-names.ts";

/** How many snapshots are kept: the newest, and one more in case it is damaged. */
const KEPT = 2;

/**
 * The newest readable snapshot from `firstOffset` to `limitOffset`; nothing known, at offset 0, when there is none. An
 * older one would be stale: the batches that went on from it are deleted.
 */
export async function loadSnapshot(
  disk: Disk,
  folder: string,
  names: readonly string[],
  firstOffset: number,
  limitOffset: number,
): Promise<{ readonly producers: ProducerStates; readonly offset: number }> {
  for (const offset of snapshotOffsets(names).reverse()) {
    if (offset < firstOffset || offset > limitOffset) continue;
    const content = await readWhole(disk, offsetFile(folder, offset, "snapshot"));
    const producers = content === undefined ? undefined : decodeProducerSnapshot(content);
    if (producers !== undefined) return { producers, offset };
  }
  return { producers: new ProducerStates(), offset: 0 };
}

/** Writes a snapshot, durably, and removes those that are too old to be of use. */
export async function saveSnapshot(
  disk: Disk,
  folder: string,
  offset: number,
  content: Buffer,
): Promise<void> {
  await replaceFile(disk, offsetFile(folder, offset, "snapshot"), content);
  const older = snapshotOffsets(await disk.readdir(folder)).filter((other) => other < offset);
  for (const other of older.slice(0, Math.max(0, older.length + 1 - KEPT))) {
    await unlinkIfThere(disk, offsetFile(folder, other, "snapshot"));
  }
}

/** Removes snapshots of a tail that was truncated. */
export async function dropSnapshotsAbove(disk: Disk, folder: string, offset: number): Promise<void> {
  for (const other of snapshotOffsets(await disk.readdir(folder))) {
    if (other > offset) await unlinkIfThere(disk, offsetFile(folder, other, "snapshot"));
  }
}
