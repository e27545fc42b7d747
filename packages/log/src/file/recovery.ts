import { join } from "node:path";
import { NO_PRODUCER_ID, readBatchHeader } from "@letterpress/wire";
import type { Disk } from "../disk/disk.ts";
import { unlinkIfThere } from "../disk/whole-file.ts";
import { LogError } from "../log-error.ts";
import type { LogConfig } from "../partition-log.ts";
import { ProducerStates } from "../producer/producer-state.ts";
import { baseOffsetOf, lastOffsetOf, leaderEpochOf } from "./batch-fields.ts";
import { walkBatches } from "./batch-walk.ts";
import { type Checkpoint, FIRST_CHECKPOINT, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { CLEANED_SUFFIX } from "./compaction.ts";
import { EpochCache } from "./epoch-cache.ts";
import { segmentOffsets } from "./file-names.ts";
import { dropSnapshotsAbove, loadSnapshot } from "./producer-snapshots.ts";
import { rewriteTail } from "./rewrite-tail.ts";
import { SEGMENT_OFFSETS_MAX, Segment } from "./segment.ts";

/** A log as its folder has it. */
export interface RecoveredLog {
  /** In offset order; the last one is active. Never empty. */
  readonly segments: Segment[];
  readonly checkpoint: Checkpoint;
  readonly producers: ProducerStates;
  readonly epochs: EpochCache;
}

/**
 * Opens the folder of a log. After a clean shutdown nothing is walked. Otherwise every segment from the durable mark
 * on is walked by CRC: a torn tail above the mark is truncated, damage below it is refused.
 *
 * @throws LogError `CORRUPT` naming the file and the position.
 */
export async function recoverLog(
  disk: Disk,
  folder: string,
  config: LogConfig,
  nowMs: number,
): Promise<RecoveredLog> {
  return new Recovery(disk, folder, config, nowMs).run();
}

class Recovery {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #config: LogConfig;
  readonly #nowMs: number;
  #checkpoint: Checkpoint = FIRST_CHECKPOINT;
  #producers = new ProducerStates();
  /** The producer states are complete up to this offset; batches from it on are replayed. */
  #producersEnd = 0;
  #epochs = new EpochCache();
  /** The epochs were saved before the first batch of each was written, so every batch must agree with them. */
  #areEpochsKnown = false;

  constructor(disk: Disk, folder: string, config: LogConfig, nowMs: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#config = config;
    this.#nowMs = nowMs;
  }

  async run(): Promise<RecoveredLog> {
    const names = await this.#disk.readdir(this.#folder);
    for (const name of names) {
      if (name.endsWith(".tmp") || name.endsWith(CLEANED_SUFFIX))
        await unlinkIfThere(this.#disk, join(this.#folder, name));
    }
    const checkpoint = await readCheckpoint(this.#disk, this.#folder);
    this.#checkpoint = checkpoint ?? FIRST_CHECKPOINT;
    const epochs = await EpochCache.load(this.#disk, this.#folder);
    this.#epochs = epochs ?? this.#epochs;
    this.#areEpochsKnown = epochs !== undefined;
    let segments = segmentOffsets(names).map((offset) => this.#segment(offset));
    segments = await this.#dropDeleted(segments);
    this.#checkStart(segments);

    const isNew = checkpoint === undefined && segments.length === 0;
    const isClean = isNew || (epochs !== undefined && (await this.#isClean(segments)));
    const trusted = epochs === undefined ? 0 : this.#trustedCount(segments, isClean);
    const walkStart = segments[trusted]?.baseOffset ?? this.#checkpoint.recoveryPoint;
    const first = segments[0]?.baseOffset ?? this.#checkpoint.logStartOffset;
    const snapshot = await loadSnapshot(this.#disk, this.#folder, names, first, walkStart);
    this.#producers = snapshot.producers;
    this.#producersEnd = snapshot.offset;

    for (const [index, segment] of segments.slice(0, trusted).entries()) {
      await this.#trust(segment, segments[index + 1]?.baseOffset ?? this.#checkpoint.recoveryPoint);
      if (segment === segments.at(-1)) continue;
      segment.forgetIndexes();
      await segment.file.close();
    }
    if (!isClean) segments = await this.#walkTail(segments, trusted);
    if (segments.length === 0) segments.push(this.#startAt(this.#checkpoint.logStartOffset));
    return {
      segments,
      checkpoint: this.#checkpoint,
      producers: this.#producers,
      epochs: this.#epochs,
    };
  }

  #segment(baseOffset: number): Segment {
    return new Segment(this.#disk, this.#folder, baseOffset, this.#nowMs);
  }

  #startAt(baseOffset: number): Segment {
    const segment = this.#segment(baseOffset);
    segment.startIndexes();
    return segment;
  }

  /** Removes segments that lie wholly before the start: a crash came between the checkpoint and their removal. */
  async #dropDeleted(segments: Segment[]): Promise<Segment[]> {
    const { logStartOffset } = this.#checkpoint;
    const first = segments.findLastIndex((segment) => segment.baseOffset <= logStartOffset);
    for (const segment of segments.slice(0, Math.max(0, first))) await segment.remove();
    return segments.slice(Math.max(0, first));
  }

  #checkStart(segments: readonly Segment[]): void {
    const { logStartOffset, recoveryPoint } = this.#checkpoint;
    const [first] = segments;
    if (first === undefined ? recoveryPoint > logStartOffset : first.baseOffset > logStartOffset) {
      throw new LogError(
        "CORRUPT",
        `${this.#folder}: the segment with offset ${logStartOffset} is missing, the log is durable up to ${recoveryPoint}`,
      );
    }
  }

  async #isClean(segments: readonly Segment[]): Promise<boolean> {
    const { cleanBytes } = this.#checkpoint;
    const last = segments.at(-1);
    if (cleanBytes < 0) return false;
    if (last === undefined) return true;
    if (last.baseOffset > this.#checkpoint.recoveryPoint) return false;
    return (await last.file.use((file) => file.size())) === cleanBytes;
  }

  /** How many segments end at or before the durable mark, with indexes that were written before it moved. */
  #trustedCount(segments: readonly Segment[], isClean: boolean): number {
    if (isClean) return segments.length;
    const { recoveryPoint } = this.#checkpoint;
    return Math.max(
      0,
      segments.findLastIndex((segment) => segment.baseOffset <= recoveryPoint),
    );
  }

  async #trust(segment: Segment, endOffset: number): Promise<void> {
    const sizeBytes = await segment.file.use((file) => file.size());
    if (!(await segment.loadIndexes(sizeBytes, endOffset))) {
      const end = await this.#walk(segment, true, endOffset);
      if (end < sizeBytes) throw this.#corrupt(segment, end);
      segment.endOffset = endOffset;
      await segment.saveIndexes();
    } else if (this.#producersEnd < endOffset) {
      await segment.file.use((file) =>
        walkBatches(file, (buffer, at) => {
          this.#replayProducer(buffer, at);
          return true;
        }),
      );
    }
  }

  /** Walks what may be torn, truncates it to its intact prefix and makes that prefix durable. */
  async #walkTail(segments: Segment[], from: number): Promise<Segment[]> {
    const { recoveryPoint, logStartOffset } = this.#checkpoint;
    let endOffset = segments[from]?.baseOffset ?? logStartOffset;
    let kept = from;
    for (const [index, segment] of segments.entries()) {
      if (index < from) continue;
      if (segment.baseOffset !== endOffset) break;
      const sizeBytes = await segment.file.use((file) => file.size());
      const isCompacted = segment.baseOffset < this.#checkpoint.compactedTo;
      const end = await this.#walk(segment, isCompacted);
      const nextOffset = segments[index + 1]?.baseOffset ?? 0;
      // Compaction may have removed a segment's last records.
      if (isCompacted && nextOffset <= recoveryPoint)
        segment.endOffset = Math.max(segment.endOffset, nextOffset);
      endOffset = segment.endOffset;
      kept++;
      if (end < sizeBytes) {
        if (endOffset < recoveryPoint) throw this.#corrupt(segment, end);
        await segment.file.use((file) => file.truncate(end));
        break;
      }
    }
    if (endOffset < recoveryPoint)
      throw this.#corrupt(segments[kept - 1], segments[kept - 1]?.sizeBytes ?? 0);
    for (const segment of segments.slice(kept)) await segment.remove();
    let intact = segments.slice(0, kept);
    for (const segment of intact.slice(from)) {
      if (this.#config.flush === "commit") await rewriteTail(segment, recoveryPoint);
      await segment.file.use((file) => file.datasync());
    }
    // With `flush: os` the end may have been lost to before the start that DeleteRecords set.
    if (endOffset < logStartOffset) {
      // Those behind must be gone for certain first: alone they would look like a log without its beginning.
      await this.#disk.syncDirectory(this.#folder);
      for (const segment of intact) await segment.remove();
      intact = [];
      endOffset = logStartOffset;
    }
    for (const segment of intact.slice(from, -1)) await segment.saveIndexes();
    await dropSnapshotsAbove(this.#disk, this.#folder, endOffset);
    this.#epochs.truncateTo(endOffset);
    await this.#epochs.save(this.#disk, this.#folder);
    this.#checkpoint = { ...this.#checkpoint, recoveryPoint: endOffset, cleanBytes: -1 };
    await writeCheckpoint(this.#disk, this.#folder, this.#checkpoint);
    return intact;
  }

  /**
   * Rebuilds a segment from its batches; returns the position at which its intact prefix ends. Base offsets lie outside
   * the CRC: where gaps are allowed, a rotten one shows only by leading past `endOffsetMax`.
   */
  #walk(
    segment: Segment,
    mayHaveGaps: boolean,
    endOffsetMax = segment.baseOffset + SEGMENT_OFFSETS_MAX,
  ): Promise<number> {
    segment.startIndexes();
    let epoch = 0;
    return segment.file.use((file) =>
      walkBatches(file, (buffer, at, bytes) => {
        const baseOffset = baseOffsetOf(buffer, at);
        const batchEpoch = leaderEpochOf(buffer, at);
        const isNext = mayHaveGaps ? baseOffset >= segment.endOffset : baseOffset === segment.endOffset;
        if (!isNext || batchEpoch < epoch || lastOffsetOf(buffer, at) >= endOffsetMax) return false;
        if (this.#areEpochsKnown && this.#epochs.epochAt(baseOffset) !== batchEpoch) return false;
        epoch = batchEpoch;
        this.#epochs.assign(batchEpoch, baseOffset);
        this.#replayProducer(buffer, at);
        segment.appended(buffer, at, bytes, this.#config.indexIntervalBytes);
        return true;
      }),
    );
  }

  #replayProducer(buffer: Buffer, at: number): void {
    if (baseOffsetOf(buffer, at) < this.#producersEnd) return;
    const header = readBatchHeader(buffer, at);
    if (header.producerId !== NO_PRODUCER_ID) this.#producers.record(header);
  }

  #corrupt(segment: Segment | undefined, position: number): LogError {
    return new LogError(
      "CORRUPT",
      `${segment?.logPath ?? this.#folder} is damaged at byte ${position}, below the durable offset ` +
        `${this.#checkpoint.recoveryPoint}: restore the partition's folder from a copy, or delete the partition`,
    );
  }
}
