import { type Disk, isDiskFull } from "../disk/disk.ts";
import type { LogError } from "../log-error.ts";
import { type Checkpoint, writeCheckpoint } from "./checkpoint.ts";
import { discardCleaned, swapSegment } from "./compaction.ts";
import type { EpochCache } from "./epoch-cache.ts";
import { segmentIndexOf } from "./log-reader.ts";
import { saveSnapshot } from "./producer-snapshots.ts";
import type { Segment } from "./segment.ts";
import { Serial } from "./serial.ts";

/** The durable mark follows after this many synced bytes, or when the log has been idle for a while. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024;

export interface KeeperOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly checkpointIntervalMs: number;
  readonly segments: Segment[];
  readonly epochs: EpochCache;
  readonly checkpoint: Checkpoint;
  /** Whether the epochs are on the disk as they are now. */
  readonly areEpochsSaved: boolean;
  isSynced(): boolean;
  /** The error of a job that a full disk has ended. */
  full(error: unknown): LogError;
  failed(error: unknown): LogError;
}

/**
 * Keeps what surrounds the batches durable and in the right order: the segments' files and indexes, the producer
 * snapshots, and the checkpoint with the durable mark. Its jobs run one after the other, beside the writes.
 */
export class SegmentKeeper {
  readonly #options: KeeperOptions;
  readonly #jobs = new Serial();
  /** Closed segments whose files are not finished yet, with the producers as they were at their end. */
  readonly #unfinished = new Map<Segment, Buffer>();
  #checkpoint: Checkpoint;
  #committedEnd: number;
  #bytesSinceCheckpoint = 0;
  #areEpochsSaved: boolean;
  #timer: NodeJS.Timeout | undefined;
  #stopped: LogError | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#checkpoint = options.checkpoint;
    this.#areEpochsSaved = options.areEpochsSaved;
    this.#committedEnd = options.segments.at(-1)!.endOffset;
  }

  get startOffset(): number {
    return this.#checkpoint.logStartOffset;
  }

  get compactedTo(): number {
    return this.#checkpoint.compactedTo;
  }

  /** A new segment has begun behind the last one; `snapshot` are the producers at that point. */
  rolled(segment: Segment, snapshot: Buffer): void {
    const { segments } = this.#options;
    const closed = segments[segments.indexOf(segment) - 1];
    if (closed !== undefined) this.#unfinished.set(closed, snapshot);
  }

  /** Makes a segment's file before its first write, and takes back the mark of a clean shutdown. */
  async prepare(segment: Segment): Promise<void> {
    const { disk, folder, epochs } = this.#options;
    await this.#jobs.run(async () => {
      if (this.#checkpoint.cleanBytes >= 0) await this.#save({ cleanBytes: -1 });
      await segment.file.use(async () => {}, true);
      if (!this.#areEpochsSaved) await epochs.save(disk, folder);
      this.#areEpochsSaved = true;
      await disk.syncDirectory(folder);
    });
    if (this.#unfinished.size > 0) this.#inBackground(() => this.#finishSegments());
  }

  /** Everything before `endOffset` is committed, `bytes` more than before. */
  committed(endOffset: number, bytes: number): void {
    this.#committedEnd = endOffset;
    this.#bytesSinceCheckpoint += bytes;
    if (this.#bytesSinceCheckpoint >= CHECKPOINT_BYTES && this.#options.isSynced()) {
      this.#bytesSinceCheckpoint = 0;
      this.#inBackground(() => this.#moveMark());
      return;
    }
    const { checkpointIntervalMs } = this.#options;
    if (checkpointIntervalMs === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#inBackground(() => this.#moveMark());
    }, checkpointIntervalMs).unref();
  }

  /** Makes `offset` the start of the log and removes the segments before it. An offset that is deleted is fine. */
  trim(offset: number): Promise<void> {
    return this.#guarded(async () => {
      const { segments, disk, folder } = this.#options;
      if (offset <= this.#checkpoint.logStartOffset) return;
      // The producers of records that go away are known only from the snapshot behind them.
      await this.#finishSegments();
      await this.#save({ logStartOffset: offset });
      const first = segmentIndexOf(segments, offset);
      for (const segment of segments.splice(0, Math.max(0, first))) {
        this.#unfinished.delete(segment);
        await segment.remove();
      }
      await disk.syncDirectory(folder);
    });
  }

  /** The closed segments whose files are finished: they never change any more, unless they are compacted. */
  async finished(): Promise<Segment[]> {
    await this.#guarded(() => this.#finishSegments());
    const closed = this.#options.segments.slice(0, -1);
    return closed.filter((segment) => segment.endOffset <= this.#checkpoint.recoveryPoint);
  }

  /** Notes that segments before `offset` may have gaps, before the first of them gets one. */
  markCompacted(offset: number): Promise<void> {
    return this.#guarded(async () => {
      if (offset > this.#checkpoint.compactedTo) await this.#save({ compactedTo: offset });
    });
  }

  /** Puts a compacted segment in place of the one it was made of, unless that one was deleted meanwhile. */
  replace(segment: Segment, cleaned: Segment): Promise<void> {
    return this.#guarded(async () => {
      const { disk, segments } = this.#options;
      const index = segments.indexOf(segment);
      if (index < 0) {
        await discardCleaned(disk, segment);
        return;
      }
      await swapSegment(disk, segment, cleaned);
      segments[index] = cleaned;
    }, false);
  }

  /** Saves everything that spares the next start a walk. Nothing may be written any more. */
  saveClean(snapshot: Buffer, endOffset: number): Promise<void> {
    return this.#guarded(async () => {
      const { disk, folder, segments, epochs } = this.#options;
      if (this.#checkpoint.cleanBytes >= 0) return;
      await this.#finishSegments();
      const active = segments.at(-1)!;
      if (active.sizeBytes > 0) {
        await active.file.use((file) => file.datasync());
        await active.saveIndexes();
      }
      await saveSnapshot(disk, folder, endOffset, snapshot);
      await epochs.save(disk, folder);
      const hasFile = active.sizeBytes > 0;
      await this.#save({ recoveryPoint: endOffset, cleanBytes: hasFile ? active.sizeBytes : 0 });
    });
  }

  /** Nothing is written any more: the disk has failed, and what it has is unknown. */
  stop(error: LogError): void {
    this.#stopped = error;
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#jobs.idle();
    for (const segment of this.#options.segments) await segment.file.close();
  }

  /** Closed segments are synced, their indexes and the producers saved, and only then the durable mark moves. */
  async #finishSegments(): Promise<void> {
    const { disk, folder, epochs } = this.#options;
    for (const [segment, snapshot] of [...this.#unfinished]) {
      if (segment.endOffset > this.#committedEnd) break;
      if (segment.sizeBytes > 0) {
        await segment.file.use((file) => file.datasync());
        await segment.saveIndexes();
      }
      await saveSnapshot(disk, folder, segment.endOffset, snapshot);
      await epochs.save(disk, folder);
      await this.#save({ recoveryPoint: segment.endOffset });
      this.#unfinished.delete(segment);
      segment.forgetIndexes();
    }
  }

  /** Moves the durable mark to what is committed; without syncs at commit, the active segment is synced first. */
  async #moveMark(): Promise<void> {
    await this.#finishSegments();
    const recoveryPoint = this.#committedEnd;
    const active = this.#options.segments.at(-1)!;
    if (recoveryPoint <= Math.max(this.#checkpoint.recoveryPoint, active.baseOffset)) return;
    if (!this.#options.isSynced()) await active.file.use((file) => file.datasync());
    await this.#save({ recoveryPoint });
  }

  async #save(change: Partial<Checkpoint>): Promise<void> {
    const next = { ...this.#checkpoint, ...change };
    await writeCheckpoint(this.#options.disk, this.#options.folder, next);
    this.#checkpoint = next;
  }

  #inBackground(job: () => Promise<void>): void {
    // The failure has fenced the log, which tells everyone who asks; or there was no room, and it is done the next time.
    this.#guarded(job).catch(() => {});
  }

  /** @param isRepeatable whether a job that is ended by a full disk leaves everything as it was, or can be done again. */
  async #guarded(job: () => Promise<void>, isRepeatable = true): Promise<void> {
    try {
      await this.#jobs.run(async () => {
        if (this.#stopped !== undefined) throw this.#stopped;
        await job();
      });
    } catch (error) {
      throw isRepeatable && isDiskFull(error) ? this.#options.full(error) : this.#options.failed(error);
    }
  }
}
