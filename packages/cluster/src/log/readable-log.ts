import { LogError, type LogRead, type TimestampedOffset } from "@letterpress/log";
import type { RecordBatchHeader } from "@letterpress/wire";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { LogContent } from "./log-content.ts";
import { findMaxTimestamp, findTimestamp, scanBatches } from "./log-search.ts";
import { StoredBatches } from "./stored-batches.ts";
import type { TailCache } from "./tail-cache.ts";

export interface ReadableLogOptions {
  readonly stream: PartitionStream;
  readonly content: LogContent;
  readonly tail: TailCache;
  readonly highWatermark: () => number;
  /** Throws when nothing may be served any more. */
  readonly assertOpen: () => void;
}

/** The reading side of a log, the same for who leads it and for who follows it. Throws what `PartitionLog` says. */
export class ReadableLog {
  readonly #options: ReadableLogOptions;
  readonly #stored: StoredBatches;

  constructor(options: ReadableLogOptions) {
    this.#options = options;
    this.#stored = new StoredBatches(options.stream.reader, options.content);
  }

  get startOffset(): bigint {
    return BigInt(this.#options.content.place.startOffset);
  }

  get highWatermark(): bigint {
    return BigInt(this.#options.highWatermark());
  }

  async read(offset: bigint, maxBytes: number): Promise<LogRead> {
    this.#options.assertOpen();
    this.assertInRange(offset);
    const { highWatermark, startOffset } = this;
    const chunks = await this.#chunks(Number(offset), Number(highWatermark), maxBytes);
    let sizeBytes = 0;
    for (const chunk of chunks) sizeBytes += chunk.length;
    return { chunks, sizeBytes, highWatermark, logStartOffset: startOffset };
  }

  async offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    this.#options.assertOpen();
    return findTimestamp(this, this.#options.content, timestampMs);
  }

  async offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    this.#options.assertOpen();
    return findMaxTimestamp(this, this.#options.content);
  }

  async *headers(offset: bigint): AsyncIterable<RecordBatchHeader> {
    this.#options.assertOpen();
    this.assertInRange(offset);
    for await (const { header } of scanBatches(this, offset)) yield header;
  }

  assertInRange(offset: bigint): void {
    if (offset >= this.startOffset && offset <= this.highWatermark) return;
    throw new LogError(
      "OFFSET_OUT_OF_RANGE",
      `offset ${offset} is outside ${this.startOffset} to ${this.highWatermark}`,
    );
  }

  async #chunks(offset: number, limitOffset: number, maxBytes: number): Promise<readonly Buffer[]> {
    if (offset === limitOffset) return [];
    const cached = this.#options.tail.read(offset, limitOffset, maxBytes);
    if (cached !== undefined) return cached;
    try {
      return await this.#stored.read(offset, limitOffset, maxBytes);
    } catch (error) {
      // What is read was trimmed meanwhile, or the log has been closed.
      this.#options.assertOpen();
      this.assertInRange(BigInt(offset));
      if (!(error instanceof JetStreamError)) throw error;
      throw new LogError("TIMED_OUT", `the stream cannot be read now: ${error.message}`, { cause: error });
    }
  }
}
