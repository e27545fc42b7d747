import { join } from "node:path";

const OFFSET_DIGITS = 20;
const SEGMENT_NAME = /^(\d{20})\.log$/;
const SNAPSHOT_NAME = /^(\d{20})\.snapshot$/;

export const CHECKPOINT_NAME = "checkpoint";
export const EPOCHS_NAME = "leader-epoch-checkpoint";
export const METADATA_NAME = "partition.metadata";

/** The file of a log that starts at `baseOffset`: Kafka writes offsets with 20 digits. */
export function offsetFile(
  folder: string,
  baseOffset: number,
  kind: "log" | "index" | "timeindex" | "snapshot",
): string {
  return join(folder, `${String(baseOffset).padStart(OFFSET_DIGITS, "0")}.${kind}`);
}

/** The base offsets of the segments among `names`, ascending. */
export function segmentOffsets(names: readonly string[]): number[] {
  return offsets(names, SEGMENT_NAME);
}

/** The offsets of the producer snapshots among `names`, ascending. */
export function snapshotOffsets(names: readonly string[]): number[] {
  return offsets(names, SNAPSHOT_NAME);
}

function offsets(names: readonly string[], pattern: RegExp): number[] {
  return names
    .map((name) => pattern.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .filter(Number.isSafeInteger)
    .sort((a, b) => a - b);
}
