import type { RecordBatchHeader } from "@letterpress/wire";
import { isDiskFull } from "../disk/disk.ts";
import { LogError } from "../log-error.ts";
import type {
  Appended,
  AppendOptions,
  LogConfig,
  LogEvent,
  LogRead,
  PartitionLog,
  ProducerSnapshot,
  TimestampedOffset,
} from "../partition-log.ts";
import { encodeProducerSnapshot } from "../producer/producer-snapshot.ts";
import type { ProducerStates } from "../producer/producer-state.ts";
import type { EpochCache } from "./epoch-cache.ts";
import { type CommitHost, GroupCommit } from "./group-commit.ts";
import { LogAppender } from "./log-appender.ts";
import { LogCompactor } from "./log-compactor.ts";
import type { LogContext } from "./log-context.ts";
import { LogEvents } from "./log-events.ts";
import { LogReads } from "./log-reads.ts";
import type { RecoveredLog } from "./recovery.ts";
import { countExpired } from "./retention.ts";
import { bytesOf, type Segment } from "./segment.ts";
import { SegmentKeeper } from "./segment-keeper.ts";
import { TailCache } from "./tail-cache.ts";

/** Producers that write nothing for a day are forgotten, as in Kafka (`producer.id.expiration.ms`). */
const PRODUCER_EXPIRATION_MS = 24 * 60 * 60 * 1000;

/** A partition log in segments on a disk. */
export class FileLog implements PartitionLog {
  readonly leaderEpoch = 0;
  readonly #context: LogContext;
  readonly #segments: Segment[];
  readonly #producers: ProducerStates;
  readonly #epochs: EpochCache;
  readonly #tail: TailCache;
  readonly #events = new LogEvents();
  readonly #commit: GroupCommit;
  readonly #keeper: SegmentKeeper;
  readonly #reads: LogReads;
  readonly #appender: LogAppender;
  readonly #compactor: LogCompactor;
  #config: LogConfig;
  #highWatermark: number;
  #failure: LogError | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: LogContext, config: LogConfig, recovered: RecoveredLog) {
    this.#context = context;
    this.#config = config;
    this.#segments = recovered.segments;
    this.#producers = recovered.producers;
    this.#epochs = recovered.epochs;
    this.#tail = new TailCache(context.tailBudget);
    const { endOffset } = this.#segments.at(-1)!;
    this.#highWatermark = endOffset;
    const isEpochNew = this.#epochs.assign(this.leaderEpoch, endOffset);
    this.#keeper = new SegmentKeeper({
      ...context,
      segments: this.#segments,
      epochs: this.#epochs,
      checkpoint: recovered.checkpoint,
      areEpochsSaved: !isEpochNew,
      isSynced: () => this.#config.flush === "commit",
      full: (error) => this.#full(error),
      failed: (error) => this.#fence(error),
    });
    this.#commit = new GroupCommit(this.#commitHost(), endOffset);
    this.#reads = new LogReads({
      context,
      segments: this.#segments,
      tail: this.#tail,
      epochs: this.#epochs,
      keeper: this.#keeper,
      limitOffset: () => this.#highWatermark,
      indexIntervalBytes: () => this.#config.indexIntervalBytes,
    });
    this.#compactor = new LogCompactor(context.disk, this.#keeper);
    this.#appender = new LogAppender({
      context,
      segments: this.#segments,
      producers: this.#producers,
      tail: this.#tail,
      commit: this.#commit,
      keeper: this.#keeper,
      leaderEpoch: this.leaderEpoch,
    });
  }

  get startOffset(): bigint {
    return BigInt(this.#keeper.startOffset);
  }

  get highWatermark(): bigint {
    return BigInt(this.#highWatermark);
  }

  get endOffset(): bigint {
    return BigInt(this.#appender.endOffset);
  }

  get sizeBytes(): number {
    return bytesOf(this.#segments);
  }

  async append(batch: Buffer, options: AppendOptions = {}): Promise<Appended> {
    this.#assertOpen();
    const { leaderEpoch = this.leaderEpoch } = options;
    if (leaderEpoch !== this.leaderEpoch) {
      throw new LogError("NOT_LEADER", `the log is led in epoch ${this.leaderEpoch}, not in ${leaderEpoch}`);
    }
    return this.#appender.append(batch, options, this.#config);
  }

  async read(offset: bigint, maxBytes: number): Promise<LogRead> {
    this.#assertOpen();
    this.#assertInRange(offset);
    return this.#reads.read(Number(offset), maxBytes);
  }

  async offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    this.#assertOpen();
    return this.#reads.findTimestamp(timestampMs);
  }

  async offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    this.#assertOpen();
    return this.#reads.findMaxTimestamp();
  }

  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    const found = this.#epochs.endOffsetFor(epoch, this.#appender.endOffset);
    return { epoch: found.epoch, endOffset: BigInt(found.endOffset) };
  }

  async trim(offset: bigint): Promise<bigint> {
    this.#assertOpen();
    if (offset > this.highWatermark) this.#assertInRange(offset);
    await this.#keeper.trim(Number(offset));
    return this.startOffset;
  }

  async enforceRetention(nowMs: number): Promise<number> {
    this.#assertOpen();
    this.#producers.expire(nowMs - PRODUCER_EXPIRATION_MS);
    let freed = 0;
    const count = countExpired(this.#segments, this.#config, nowMs, this.#highWatermark);
    if (count > 0) {
      if (count === this.#segments.length) this.#appender.roll();
      const kept = this.#segments[count]!;
      freed += bytesOf(this.#segments.slice(0, count));
      await this.#keeper.trim(kept.baseOffset);
    }
    if (this.#config.cleanupPolicy.compact) freed += await this.#compact(nowMs);
    return freed;
  }

  async #compact(nowMs: number): Promise<number> {
    try {
      return await this.#compactor.run(this.#config, nowMs);
    } catch (error) {
      throw isDiskFull(error) ? this.#full(error) : error;
    }
  }

  configure(config: LogConfig): void {
    this.#config = config;
  }

  async *headers(offset: bigint = this.startOffset): AsyncIterable<RecordBatchHeader> {
    this.#assertOpen();
    this.#assertInRange(offset);
    yield* this.#reads.headers(Number(offset));
  }

  producers(): readonly ProducerSnapshot[] {
    return this.#producers.snapshots();
  }

  on(event: LogEvent, listener: () => void): () => void {
    return this.#events.on(event, listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the log because it is deleted; nothing is saved. */
  async abandon(): Promise<void> {
    this.#failure ??= new LogError("CLOSED", `${this.#context.folder} is deleted`);
    await this.close();
    this.#events.emit("deleted");
  }

  async #close(): Promise<void> {
    await this.#compactor.stop();
    this.#commit.stop();
    await this.#commit.idle();
    try {
      if (this.#failure === undefined) {
        await this.#keeper.saveClean(encodeProducerSnapshot(this.#producers), this.#appender.endOffset);
      }
    } finally {
      await this.#keeper.release();
      this.#tail.clear();
      this.#events.emit("closed");
    }
  }

  #commitHost(): CommitHost {
    return {
      fullDiskRetryMs: this.#context.fullDiskRetryMs,
      isSynced: () => this.#config.flush === "commit",
      prepare: (segment) => this.#keeper.prepare(segment),
      full: (error) => this.#full(error),
      failed: (error) => this.#fence(error),
      committed: (endOffset, bytes) => {
        this.#highWatermark = endOffset;
        this.#tail.written(endOffset);
        this.#keeper.committed(endOffset, bytes);
        this.#events.emit("advance");
      },
    };
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw new LogError("CLOSED", `${this.#context.folder} is closed`);
  }

  #assertInRange(offset: bigint): void {
    if (offset >= this.startOffset && offset <= this.highWatermark) return;
    throw new LogError(
      "OFFSET_OUT_OF_RANGE",
      `offset ${offset} is outside ${this.startOffset} to ${this.highWatermark}`,
    );
  }

  /** What was stored is served as before; what was not has to wait for room. */
  #full(cause: unknown): LogError {
    return new LogError("NO_SPACE", `the disk of ${this.#context.folder} is full: make room`, { cause });
  }

  /** Nothing is served after a failed write or sync: what the disk has is unknown until it is read anew. */
  #fence(error: unknown): LogError {
    if (this.#failure === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#failure = new LogError("STORAGE_FAILED", `${this.#context.folder}: ${reason}`, { cause: error });
      this.#keeper.stop(this.#failure);
      // Nothing has advanced, but whoever waits for it has to learn of the failure.
      this.#events.emit("advance");
    }
    return this.#failure;
  }
}
