import {
  type Appended,
  type AppendOptions,
  type LogConfig,
  LogError,
  type LogEvent,
  LogEvents,
  type LogRead,
  type PartitionLog,
  type ProducerSnapshot,
  type TimestampedOffset,
} from "@letterpress/log";
import type { RecordBatchHeader } from "@letterpress/wire";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { CleanedPrefix } from "./cleaned-prefix.ts";
import { LogAppender } from "./log-appender.ts";
import { LogCleaner } from "./log-cleaner.ts";
import type { LogContent } from "./log-content.ts";
import type { LogServices } from "./log-services.ts";
import { ReadableLog } from "./readable-log.ts";
import { countExpired } from "./retention.ts";
import { TailCache } from "./tail-cache.ts";

/** Producers that write nothing for a day are forgotten, as in Kafka (`producer.id.expiration.ms`). */
const PRODUCER_EXPIRATION_MS = 24 * 60 * 60 * 1000;

export interface JetStreamLogOptions {
  readonly stream: PartitionStream;
  /** Where compaction writes what it keeps. */
  readonly cleaned: CleanedStreams;
  readonly config: LogConfig;
  /** What the stream holds; final, because the log's term has begun. */
  readonly content: LogContent;
  readonly services: LogServices;
}

/** A partition log in a JetStream stream, led by this process until somebody else begins a newer term. */
export class JetStreamLog implements PartitionLog {
  readonly leaderEpoch: number;
  readonly #stream: PartitionStream;
  readonly #cleaned: CleanedStreams;
  readonly #content: LogContent;
  readonly #tail: TailCache;
  readonly #appender: LogAppender;
  readonly #readable: ReadableLog;
  readonly #cleaner: LogCleaner;
  readonly #events = new LogEvents();
  #config: LogConfig;
  #failure: LogError | undefined;
  #closing: Promise<void> | undefined;

  constructor({ stream, cleaned, config, content, services }: JetStreamLogOptions) {
    this.leaderEpoch = content.place.leaderEpoch;
    this.#stream = stream;
    this.#cleaned = cleaned;
    this.#content = content;
    this.#config = config;
    this.#tail = new TailCache(services.tailBudget);
    this.#appender = new LogAppender({
      stream,
      content,
      services,
      tail: this.#tail,
      advanced: () => this.#events.emit("advance"),
      failed: (error) => this.#stop(error),
    });
    this.#readable = new ReadableLog({
      stream,
      content,
      tail: this.#tail,
      highWatermark: () => this.#appender.highWatermark,
      assertOpen: () => this.#assertOpen(),
    });
    this.#cleaner = new LogCleaner({
      stream,
      cleaned,
      content,
      log: this.#readable,
      appender: this.#appender,
      services,
    });
  }

  get startOffset(): bigint {
    return this.#readable.startOffset;
  }

  get highWatermark(): bigint {
    return this.#readable.highWatermark;
  }

  get endOffset(): bigint {
    return BigInt(this.#appender.endOffset);
  }

  get sizeBytes(): number {
    return this.#content.sizeBytes;
  }

  async append(batch: Buffer, options: AppendOptions = {}): Promise<Appended> {
    this.#assertOpen();
    const { leaderEpoch = this.leaderEpoch } = options;
    if (leaderEpoch !== this.leaderEpoch) {
      throw new LogError("NOT_LEADER", `the log is led in epoch ${this.leaderEpoch}, not in ${leaderEpoch}`);
    }
    return this.#appender.append(batch, options);
  }

  read(offset: bigint, maxBytes: number): Promise<LogRead> {
    return this.#readable.read(offset, maxBytes);
  }

  offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    return this.#readable.offsetForTimestamp(timestampMs);
  }

  offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    return this.#readable.offsetOfMaxTimestamp();
  }

  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    const found = this.#content.epochs.endOffsetFor(epoch, this.#appender.endOffset);
    return { epoch: found.epoch, endOffset: BigInt(found.endOffset) };
  }

  async trim(offset: bigint): Promise<bigint> {
    this.#assertOpen();
    if (offset > this.highWatermark) this.#readable.assertInRange(offset);
    if (offset > this.startOffset) await this.#trim(Number(offset));
    return this.startOffset;
  }

  async enforceRetention(nowMs: number): Promise<number> {
    this.#assertOpen();
    this.#content.producers.expire(nowMs - PRODUCER_EXPIRATION_MS);
    const { chunks } = this.#content;
    const count = countExpired(this.#content, this.#config, nowMs);
    let freed = count === 0 ? 0 : await this.#trim(chunks[count - 1]!.endOffset);
    if (this.#config.cleanupPolicy.compact) freed += await this.#cleaner.run(this.#config, nowMs);
    return freed;
  }

  configure(config: LogConfig): void {
    this.#config = config;
    this.#content.index.setSegmentBytes(config.segmentBytes);
  }

  headers(offset: bigint = this.startOffset): AsyncIterable<RecordBatchHeader> {
    return this.#readable.headers(offset);
  }

  producers(): readonly ProducerSnapshot[] {
    return this.#content.producers.snapshots();
  }

  on(event: LogEvent, listener: () => void): () => void {
    return this.#events.on(event, listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the log because its stream is deleted. */
  async abandon(): Promise<void> {
    this.#appender.fail(new LogError("CLOSED", `the log ${this.#stream.name} is deleted`));
    await this.close();
    this.#events.emit("deleted");
  }

  async #close(): Promise<void> {
    await this.#cleaner.stop();
    await this.#appender.drain();
    this.#appender.fail(new LogError("CLOSED", `the log ${this.#stream.name} is closed`));
    this.#tail.clear();
    this.#events.emit("closed");
  }

  /** The message that moves the start is stored first: what is purged is below the start by then. */
  async #trim(offset: number): Promise<number> {
    const { index, prefix } = this.#content;
    const sequence = await this.#appender.moveStart(offset);
    const freed = this.#content.trim(offset);
    const firstKept = Math.min(sequence, index.chunks[0]?.sequence ?? sequence);
    try {
      await this.#stream.api.purgeBefore(this.#stream.name, firstKept);
      if (prefix !== undefined) await this.#trimPrefix(prefix);
    } catch (error) {
      // The start has moved. What is left in front of it is purged the next time.
      if (!(error instanceof JetStreamError)) throw error;
    }
    return freed;
  }

  async #trimPrefix({ mark, stream, content }: CleanedPrefix): Promise<void> {
    if (this.#content.place.startOffset >= mark.endOffset) return this.#cleaned.remove(mark.generation);
    const firstKept = content.index.chunks[0]?.sequence ?? mark.lastSequence;
    await stream.api.purgeBefore(stream.name, firstKept);
  }

  /** Nothing is served any more: somebody else may lead, and what the stream has is unknown until it is read anew. */
  #stop(error: LogError): void {
    this.#failure = error;
    // Nothing has advanced, but whoever waits for it has to learn of the failure.
    this.#events.emit("advance");
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw new LogError("CLOSED", `the log ${this.#stream.name} is closed`);
  }
}
