import { type RecordBatchHeader, readBatchHeader, WireError } from "@letterpress/wire";
import { type CompactionRules, compactBatch } from "../compaction/compact-batch.ts";
import { LatestOffsets } from "../compaction/latest-offsets.ts";
import type { Disk } from "../disk/disk.ts";
import { unlinkIfThere } from "../disk/whole-file.ts";
import { LogError } from "../log-error.ts";
import { type BatchVisitor, walkBatches } from "./batch-walk.ts";
import { offsetFile } from "./file-names.ts";
import { Segment } from "./segment.ts";

/** The file in which the compacted batches of a segment are gathered. */
export const CLEANED_SUFFIX = ".cleaned";

/** What the keys of some closed segments are last, and how many of those segments that covers. */
export interface SegmentOffsets {
  readonly latest: LatestOffsets;
  readonly segmentCount: number;
}

/** Finds the last offset of every key. */
export async function latestOffsets(segments: readonly Segment[]): Promise<SegmentOffsets> {
  const latest = new LatestOffsets();
  let segmentCount = 0;
  for (const segment of segments) {
    if (latest.isFull) break;
    await walk(segment, (batch, header) => latest.take(batch, header));
    segmentCount++;
  }
  return { latest, segmentCount };
}

export interface CompactOptions extends CompactionRules {
  readonly disk: Disk;
  readonly indexIntervalBytes: number;
  /** The last offset of the log's closed part stays, so that every offset below the end has a batch behind it. */
  readonly keptOffset: number;
}

/**
 * Writes what compaction keeps of a closed segment beside it. Returns undefined when all of it stays; otherwise the
 * replacement, which {@link swapSegment} puts in place.
 */
export async function compactSegment(
  segment: Segment,
  options: CompactOptions,
): Promise<Segment | undefined> {
  const { disk } = options;
  const cleaned = new Segment(disk, segment.folder, segment.baseOffset, segment.createdMs);
  cleaned.startIndexes();
  const path = segment.logPath + CLEANED_SUFFIX;
  await unlinkIfThere(disk, path);
  const file = await disk.open(path, { create: true });
  const pending: Buffer[] = [];
  let isChanged = false;
  let position = 0;
  try {
    const visit = (batch: Buffer, header: RecordBatchHeader) => {
      const kept = compactBatch(batch, header, options);
      isChanged ||= kept !== batch;
      if (kept === undefined) return;
      cleaned.appended(kept, 0, kept.length, options.indexIntervalBytes);
      pending.push(kept);
    };
    await walk(segment, visit, async () => {
      if (pending.length > 0) await file.write(pending, position);
      position = cleaned.sizeBytes;
      pending.length = 0;
    });
    if (isChanged) await file.datasync();
  } finally {
    await file.close();
  }
  cleaned.endOffset = segment.endOffset;
  if (isChanged) return cleaned;
  await discardCleaned(disk, segment);
  return undefined;
}

/** Removes a replacement that is not wanted. */
export function discardCleaned(disk: Disk, segment: Segment): Promise<void> {
  return unlinkIfThere(disk, segment.logPath + CLEANED_SUFFIX);
}

/**
 * Puts a replacement in place of its segment. The old indexes go first: a crash in between leaves a segment without
 * indexes, which recovery rebuilds, never one with another's.
 */
export async function swapSegment(disk: Disk, segment: Segment, cleaned: Segment): Promise<void> {
  // Reads that are under way go on in the old file: it must be open before its name is taken.
  await segment.indexes();
  await segment.file.use(async () => {});
  await unlinkIfThere(disk, offsetFile(segment.folder, segment.baseOffset, "index"));
  await unlinkIfThere(disk, offsetFile(segment.folder, segment.baseOffset, "timeindex"));
  await disk.syncDirectory(segment.folder);
  await disk.rename(segment.logPath + CLEANED_SUFFIX, segment.logPath);
  await disk.syncDirectory(segment.folder);
  await cleaned.saveIndexes();
}

async function walk(
  segment: Segment,
  visit: (batch: Buffer, header: RecordBatchHeader) => void,
  afterChunk?: () => Promise<void>,
): Promise<void> {
  const visitOpened: BatchVisitor = (buffer, at, bytes) => {
    const batch = buffer.subarray(at, at + bytes);
    try {
      visit(batch, readBatchHeader(batch));
      return true;
    } catch (error) {
      if (error instanceof WireError) return false;
      throw error;
    }
  };
  const end = await segment.file.use((file) => walkBatches(file, visitOpened, afterChunk));
  if (end === segment.sizeBytes) return;
  throw new LogError(
    "CORRUPT",
    `${segment.logPath} cannot be compacted: its batch at byte ${end} is damaged`,
  );
}
