import { join } from "node:path";
import { crc32c } from "@letterpress/wire";
import type { Disk } from "../disk/disk.ts";
import { readWhole, replaceFile } from "../disk/whole-file.ts";
import { LogError } from "../log-error.ts";
import { CHECKPOINT_NAME } from "./file-names.ts";

/** What a log must know of itself before its segments are read. */
export interface Checkpoint {
  /** Records before it were deleted; their segments may still be there. */
  readonly logStartOffset: number;
  /** The durable mark: everything before it was synced, so damage there is no torn write. */
  readonly recoveryPoint: number;
  /** Segments with a smaller base offset may have gaps, because compaction removed records. */
  readonly compactedTo: number;
  /** The size of the last segment at a clean shutdown; -1 while the log is open for appending. */
  readonly cleanBytes: number;
}

export const FIRST_CHECKPOINT: Checkpoint = {
  logStartOffset: 0,
  recoveryPoint: 0,
  compactedTo: 0,
  cleanBytes: -1,
};

const FORMAT =
  /^version: 0\nlog_start_offset: (\d+)\nrecovery_point: (\d+)\ncompacted_to: (\d+)\nclean_bytes: (-?\d+)\n$/;

/**
 * Reads a log's checkpoint; undefined when it has none yet.
 *
 * @throws LogError `CORRUPT`
 */
export async function readCheckpoint(disk: Disk, folder: string): Promise<Checkpoint | undefined> {
  const path = join(folder, CHECKPOINT_NAME);
  const content = (await readWhole(disk, path))?.toString("latin1");
  if (content === undefined) return undefined;
  const crcAt = content.lastIndexOf("crc32c: ");
  const body = content.slice(0, Math.max(0, crcAt));
  const fields = FORMAT.exec(body);
  if (fields === null || content.slice(crcAt) !== crcLine(body)) {
    throw new LogError(
      "CORRUPT",
      `${path} is damaged: restore the partition's folder, or remove it to lose it`,
    );
  }
  const [, logStartOffset, recoveryPoint, compactedTo, cleanBytes] = fields.map(Number);
  return {
    logStartOffset: logStartOffset!,
    recoveryPoint: recoveryPoint!,
    compactedTo: compactedTo!,
    cleanBytes: cleanBytes!,
  };
}

/** Replaces a log's checkpoint, durably and atomically. */
export async function writeCheckpoint(disk: Disk, folder: string, checkpoint: Checkpoint): Promise<void> {
  const body =
    `version: 0\nlog_start_offset: ${checkpoint.logStartOffset}\nrecovery_point: ${checkpoint.recoveryPoint}\n` +
    `compacted_to: ${checkpoint.compactedTo}\nclean_bytes: ${checkpoint.cleanBytes}\n`;
  await replaceFile(disk, join(folder, CHECKPOINT_NAME), Buffer.from(body + crcLine(body), "latin1"));
}

function crcLine(body: string): string {
  return `crc32c: ${crc32c(Buffer.from(body, "latin1")).toString(16).padStart(8, "0")}\n`;
}
