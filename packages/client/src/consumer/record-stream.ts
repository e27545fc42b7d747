import { LetterpressError } from "../letterpress-error.ts";
import type { ConsumerBatch, ConsumerRecord } from "../record.ts";
import type { FetchBuffer } from "./fetch-buffer.ts";
import type { FetchedChunk } from "./fetched-chunk.ts";
import type { PartitionState } from "./partition-state.ts";

/**
 * Gives out records one by one, or in batches, and knows which are finished: what was given out counts as
 * processed when more is asked for.
 */
export class RecordStream {
  readonly #buffer: FetchBuffer;
  readonly #batchRecordsMax: number;
  #chunk: FetchedChunk | undefined;
  #inHandChunk: FetchedChunk | undefined;
  #inHandRecord: ConsumerRecord | undefined;
  #takeCount = 0;
  #finishListeners: (() => void)[] = [];
  #error: LetterpressError | undefined;
  #isEnded = false;

  constructor(buffer: FetchBuffer, batchRecordsMax: number) {
    this.#buffer = buffer;
    this.#batchRecordsMax = batchRecordsMax;
  }

  /** Whether the loop works on something. */
  get hasInHand(): boolean {
    return this.#inHandChunk !== undefined;
  }

  /** How often the loop has asked for more. A watchdog sees by it whether the loop is stuck, without a clock here. */
  get takeCount(): number {
    return this.#takeCount;
  }

  /** The next record if one is at hand. The one before it is finished. */
  take(): ConsumerRecord | undefined {
    this.#finish();
    if (this.#isEnded || this.#error !== undefined) return undefined;
    for (;;) {
      const chunk = this.#chunk;
      if (chunk?.isDeliverable) {
        const record = this.#next(chunk);
        if (record !== undefined) return this.#give(chunk, record, record);
      }
      if (!this.#nextChunk()) return undefined;
    }
  }

  /** The next records of one partition if some are at hand. The batch before is finished. */
  takeBatch(): ConsumerBatch | undefined {
    this.#finish();
    if (this.#isEnded || this.#error !== undefined) return undefined;
    for (;;) {
      const chunk = this.#chunk;
      if (chunk?.isDeliverable) {
        const records = this.#nextBatch(chunk);
        const last = records.at(-1);
        if (last !== undefined) {
          const { topic, partition } = chunk.state;
          return this.#give(chunk, last, { topic, partition, records, highWatermark: chunk.highWatermark });
        }
      }
      if (!this.#nextChunk()) return undefined;
    }
  }

  /** Waits until `take` gives something; undefined at the end. Rejects with what `fail` was given. */
  async wait<T>(take: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const changed = this.#buffer.changed();
      const taken = take();
      if (taken !== undefined) return taken;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isEnded) return undefined;
      await changed;
    }
  }

  /** Resolves when the loop has finished what it holds of these partitions. */
  async whenFinished(states: ReadonlySet<PartitionState>): Promise<void> {
    while (this.#inHandChunk !== undefined && states.has(this.#inHandChunk.state)) {
      await new Promise<void>((resolve) => this.#finishListeners.push(resolve));
    }
  }

  /** Marks what the loop holds as processed although it has not asked for more: an explicit commit says so. */
  markInHand(): void {
    if (this.#inHandChunk?.isCurrent) this.#inHandChunk.state.processed(this.#inHandRecord!);
  }

  /** What the loop holds is not finished and will not be: the loop was left. */
  abandon(): void {
    this.#inHandChunk = undefined;
    this.#inHandRecord = undefined;
    this.#notifyFinished();
  }

  /** Ends the iteration with an error. */
  fail(error: LetterpressError): void {
    this.#error ??= error;
    this.#buffer.wake();
  }

  /** Ends the iteration. */
  end(): void {
    this.#isEnded = true;
    this.#buffer.wake();
  }

  #give<T>(chunk: FetchedChunk, last: ConsumerRecord, given: T): T {
    this.#inHandChunk = chunk;
    this.#inHandRecord = last;
    return given;
  }

  #finish(): void {
    this.#takeCount++;
    const chunk = this.#inHandChunk;
    if (chunk === undefined) return;
    if (chunk.isCurrent) chunk.state.processed(this.#inHandRecord!);
    this.#inHandChunk = undefined;
    this.#inHandRecord = undefined;
    if (this.#finishListeners.length > 0) this.#notifyFinished();
  }

  #notifyFinished(): void {
    const listeners = this.#finishListeners;
    this.#finishListeners = [];
    for (const listener of listeners) listener();
  }

  /** Moves on from a chunk that is used up, or not to be given out now; false when there is no other. */
  #nextChunk(): boolean {
    if (this.#error !== undefined) return false;
    const chunk = this.#chunk;
    if (chunk !== undefined) {
      this.#chunk = undefined;
      if (chunk.isDeliverable) {
        chunk.state.processedUpTo(chunk.nextOffset);
        this.#buffer.release(chunk);
      } else if (chunk.isCurrent) this.#buffer.unshift(chunk);
      else this.#buffer.release(chunk);
    }
    this.#chunk = this.#buffer.shift();
    return this.#chunk !== undefined;
  }

  #next(chunk: FetchedChunk): ConsumerRecord | undefined {
    try {
      return chunk.next(this.#batchRecordsMax);
    } catch (cause) {
      this.#corrupt(chunk, cause);
      return undefined;
    }
  }

  #nextBatch(chunk: FetchedChunk): readonly ConsumerRecord[] {
    try {
      return chunk.take(this.#batchRecordsMax);
    } catch (cause) {
      this.#corrupt(chunk, cause);
      return [];
    }
  }

  #corrupt(chunk: FetchedChunk, cause: unknown): void {
    const { topic, partition } = chunk.state;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot read the record batches of ${topic}-${partition}: ${reason}`;
    this.fail(new LetterpressError("PROTOCOL_VIOLATION", message, { cause, topic, partition }));
  }
}
