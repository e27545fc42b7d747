import { isWorthCompacting, oldEnough, tombstonesBefore } from "../compaction/compact-batch.ts";
import type { Disk } from "../disk/disk.ts";
import type { LogConfig } from "../partition-log.ts";
import { compactSegment, latestOffsets } from "./compaction.ts";
import { bytesOf, type Segment } from "./segment.ts";
import type { SegmentKeeper } from "./segment-keeper.ts";

/** Compacts the closed segments of one log, beside its appends and reads. */
export class LogCompactor {
  readonly #disk: Disk;
  readonly #keeper: SegmentKeeper;
  /** Segments that were replaced; reads that began before may use their files until the next time. */
  #retired: Segment[] = [];
  #running: Promise<number> | undefined;
  #isStopped = false;

  constructor(disk: Disk, keeper: SegmentKeeper) {
    this.#disk = disk;
    this.#keeper = keeper;
  }

  /**
   * Removes records that have a later one with the same key, once enough of the closed segments' bytes are new since the
   * last time (`min.cleanable.dirty.ratio`). Returns how many bytes were freed.
   */
  run(config: LogConfig, nowMs: number): Promise<number> {
    if (this.#running !== undefined) return Promise.resolve(0);
    this.#running = this.#run(config, nowMs).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a compaction at the next segment and waits for it; must come before the log's files are closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    // Whoever started it learns of its failure.
    await this.#running?.catch(() => {});
    await this.#closeRetired();
  }

  async #run(config: LogConfig, nowMs: number): Promise<number> {
    const closed = oldEnough(await this.#keeper.finished(), config, nowMs);
    const dirty = closed.filter((segment) => segment.baseOffset >= this.#keeper.compactedTo);
    if (!isWorthCompacting(bytesOf(dirty), bytesOf(closed), config)) return 0;
    await this.#closeRetired();
    const { latest, segmentCount } = await latestOffsets(closed);
    const covered = closed.slice(0, segmentCount);
    const compactedTo = covered.at(-1)!.endOffset;
    await this.#keeper.markCompacted(compactedTo);
    let freedBytes = 0;
    for (const segment of covered) {
      if (this.#isStopped) break;
      const cleaned = await compactSegment(segment, {
        disk: this.#disk,
        latest,
        indexIntervalBytes: config.indexIntervalBytes,
        tombstonesBeforeMs: tombstonesBefore(config, nowMs),
        keptOffset: compactedTo - 1,
      });
      if (cleaned === undefined) continue;
      await this.#keeper.replace(segment, cleaned);
      this.#retired.push(segment);
      freedBytes += segment.sizeBytes - cleaned.sizeBytes;
    }
    return freedBytes;
  }

  async #closeRetired(): Promise<void> {
    for (const segment of this.#retired.splice(0)) await segment.file.close();
  }
}
