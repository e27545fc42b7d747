import type { RecordBatchHeader } from "@letterpress/wire";
import type { LogRead, TimestampedOffset } from "../partition-log.ts";
import type { EpochCache } from "./epoch-cache.ts";
import type { LogContext } from "./log-context.ts";
import { readChunks } from "./log-reader.ts";
import { findMaxTimestamp, findTimestamp, type ReadableLog, scanBatches } from "./log-search.ts";
import { readFailure } from "./read-failure.ts";
import type { Segment } from "./segment.ts";
import type { SegmentKeeper } from "./segment-keeper.ts";
import type { TailCache } from "./tail-cache.ts";

export interface LogReadsOptions {
  readonly context: LogContext;
  readonly segments: readonly Segment[];
  readonly tail: TailCache;
  readonly epochs: EpochCache;
  readonly keeper: SegmentKeeper;
  /** What readers may see ends in front of this offset. */
  readonly limitOffset: () => number;
  readonly indexIntervalBytes: () => number;
}

const NOTHING_READ = { chunks: [], owned: [] };

/** All ways to read a log. What goes wrong on the way is a `LogError`, and says whether retention was the reason. */
export class LogReads {
  readonly #options: LogReadsOptions;

  constructor(options: LogReadsOptions) {
    this.#options = options;
  }

  async read(offset: number, maxBytes: number): Promise<LogRead> {
    const { context, keeper } = this.#options;
    const limitOffset = this.#options.limitOffset();
    const { chunks, owned } =
      offset === limitOffset
        ? NOTHING_READ
        : await this.#explained(offset, () => readChunks(this.#readable(), offset, limitOffset, maxBytes));
    let sizeBytes = 0;
    for (const chunk of chunks) sizeBytes += chunk.length;
    return {
      chunks,
      sizeBytes,
      highWatermark: BigInt(limitOffset),
      logStartOffset: BigInt(keeper.startOffset),
      ...(owned.length === 0 ? {} : { release: () => context.readMemory.give(owned) }),
    };
  }

  findTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    const start = this.#options.keeper.startOffset;
    return this.#explained(start, () => findTimestamp(this.#readable(), timestampMs));
  }

  findMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    return this.#explained(this.#options.keeper.startOffset, () => findMaxTimestamp(this.#readable()));
  }

  async *headers(offset: number): AsyncIterable<RecordBatchHeader> {
    try {
      for await (const { header } of scanBatches(this.#readable(), offset)) yield header;
    } catch (error) {
      throw this.#failure(error, offset);
    }
  }

  async #explained<T>(offset: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error, offset);
    }
  }

  #failure(error: unknown, offset: number): Error {
    const { context, keeper } = this.#options;
    return readFailure(error, offset, keeper.startOffset, context.folder);
  }

  #readable(): ReadableLog {
    const { context, segments, tail, epochs, keeper } = this.#options;
    return {
      segments,
      tail,
      epochs,
      memory: context.readMemory,
      compactedTo: keeper.compactedTo,
      indexIntervalBytes: this.#options.indexIntervalBytes(),
      startOffset: keeper.startOffset,
      limitOffset: this.#options.limitOffset(),
    };
  }
}
