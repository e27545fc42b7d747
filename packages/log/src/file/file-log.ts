import {
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  NO_PRODUCER_ID,
  PRODUCER_ID_AT,
  type RecordBatchHeader,
  readBatchHeader,
  stampAppendTime,
  stampBatch,
} from "@letterpress/wire";
import type { Disk } from "../disk/disk.ts";
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
import type { ProducedBatch, ProducerStates } from "../producer/producer-state.ts";
import { batchBytesOf } from "./batch-fields.ts";
import type { EpochCache } from "./epoch-cache.ts";
import { GroupCommit } from "./group-commit.ts";
import { LogEvents } from "./log-events.ts";
import { readChunks } from "./log-reader.ts";
import { findMaxTimestamp, findTimestamp, type ReadableLog, scanBatches } from "./log-search.ts";
import type { RecoveredLog } from "./recovery.ts";
import { countExpired } from "./retention.ts";
import { SEGMENT_BYTES_MAX, SEGMENT_OFFSETS_MAX, Segment } from "./segment.ts";
import { SegmentKeeper } from "./segment-keeper.ts";
import { type TailBudget, TailCache } from "./tail-cache.ts";

/** What an engine gives each of its logs. */
export interface FileLogContext {
  readonly disk: Disk;
  readonly folder: string;
  readonly tailBudget: TailBudget;
  readonly clock: () => number;
  /** How long a synced tail may lie above the durable mark while nothing is written; 0 for no timer. */
  readonly checkpointIntervalMs: number;
}

/** Producers that write nothing for a day are forgotten, as in Kafka (`producer.id.expiration.ms`). */
const PRODUCER_EXPIRATION_MS = 24 * 60 * 60 * 1000;

const DELETE_RETENTION_DEFAULT_MS = 24 * 60 * 60 * 1000;

/** A partition log in segments on a disk. */
export class FileLog implements PartitionLog {
  readonly leaderEpoch = 0;
  readonly #context: FileLogContext;
  readonly #segments: Segment[];
  readonly #producers: ProducerStates;
  readonly #epochs: EpochCache;
  readonly #tail: TailCache;
  readonly #events = new LogEvents();
  readonly #commit: GroupCommit;
  readonly #keeper: SegmentKeeper;
  #config: LogConfig;
  #endOffset: number;
  #highWatermark: number;
  #failure: LogError | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: FileLogContext, config: LogConfig, recovered: RecoveredLog) {
    this.#context = context;
    this.#config = config;
    this.#segments = recovered.segments;
    this.#producers = recovered.producers;
    this.#epochs = recovered.epochs;
    this.#tail = new TailCache(context.tailBudget);
    this.#endOffset = this.#active.endOffset;
    this.#highWatermark = this.#endOffset;
    const isEpochNew = this.#epochs.assign(this.leaderEpoch, this.#endOffset);
    this.#keeper = new SegmentKeeper({
      ...context,
      segments: this.#segments,
      epochs: this.#epochs,
      checkpoint: recovered.checkpoint,
      areEpochsSaved: !isEpochNew,
      isSynced: () => this.#config.flush === "commit",
      failed: (error) => this.#fence(error),
    });
    this.#commit = new GroupCommit(
      {
        isSynced: () => this.#config.flush === "commit",
        prepare: (segment) => this.#keeper.prepare(segment),
        failed: (error) => this.#fence(error),
        committed: (endOffset, bytes) => {
          this.#highWatermark = endOffset;
          this.#keeper.committed(endOffset, bytes);
          this.#events.emit("advance");
        },
      },
      this.#endOffset,
    );
  }

  get startOffset(): bigint {
    return BigInt(this.#keeper.startOffset);
  }

  get highWatermark(): bigint {
    return BigInt(this.#highWatermark);
  }

  get endOffset(): bigint {
    return BigInt(this.#endOffset);
  }

  get sizeBytes(): number {
    return bytesOf(this.#segments);
  }

  async append(batch: Buffer, options: AppendOptions = {}): Promise<Appended> {
    const { acks = -1, leaderEpoch = this.leaderEpoch, logAppendTimeMs = -1 } = options;
    this.#assertOpen();
    assertBatch(batch);
    if (leaderEpoch !== this.leaderEpoch) {
      throw new LogError("NOT_LEADER", `the log is led in epoch ${this.leaderEpoch}, not in ${leaderEpoch}`);
    }
    const header = this.#idempotentHeader(batch);
    const repeated = header === undefined ? undefined : this.#producers.check(header);
    if (repeated !== undefined) return this.#repeat(repeated, acks);
    if (logAppendTimeMs >= 0) stampAppendTime(batch, header ?? readBatchHeader(batch), logAppendTimeMs);

    const baseOffset = this.#endOffset;
    const endOffset = baseOffset + batch.readInt32BE(LAST_OFFSET_DELTA_AT) + 1;
    stampBatch(batch, BigInt(baseOffset), this.leaderEpoch);
    this.#rollFor(batch.length, endOffset);
    const segment = this.#active;
    const position = segment.sizeBytes;
    const bytes = this.#tail.append(batch, segment, position);
    segment.appended(bytes, 0, bytes.length, this.#config.indexIntervalBytes);
    this.#endOffset = endOffset;
    if (header !== undefined) this.#producers.record(readBatchHeader(bytes));

    await this.#commit.write(segment, position, bytes, endOffset, acks);
    return {
      baseOffset: BigInt(baseOffset),
      lastOffset: BigInt(endOffset - 1),
      logAppendTimeMs,
      logStartOffset: this.startOffset,
      isDuplicate: false,
    };
  }

  async read(offset: bigint, maxBytes: number): Promise<LogRead> {
    this.#assertOpen();
    const highWatermark = this.#highWatermark;
    this.#assertInRange(offset);
    const chunks =
      Number(offset) === highWatermark
        ? []
        : await readChunks(this.#readable(), Number(offset), highWatermark, maxBytes);
    let sizeBytes = 0;
    for (const chunk of chunks) sizeBytes += chunk.length;
    return { chunks, sizeBytes, highWatermark: BigInt(highWatermark), logStartOffset: this.startOffset };
  }

  async offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    this.#assertOpen();
    return findTimestamp(this.#readable(), timestampMs);
  }

  async offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    this.#assertOpen();
    return findMaxTimestamp(this.#readable());
  }

  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    const found = this.#epochs.endOffsetFor(epoch, this.#endOffset);
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
      if (count === this.#segments.length) this.#roll();
      const kept = this.#segments[count]!;
      freed += bytesOf(this.#segments.slice(0, count));
      await this.#keeper.trim(kept.baseOffset);
    }
    const {
      cleanupPolicy,
      indexIntervalBytes,
      deleteRetentionMs = DELETE_RETENTION_DEFAULT_MS,
    } = this.#config;
    if (cleanupPolicy.compact) {
      freed += await this.#keeper.compact(indexIntervalBytes, nowMs - deleteRetentionMs);
    }
    return freed;
  }

  configure(config: LogConfig): void {
    this.#config = config;
  }

  async *headers(offset: bigint = this.startOffset): AsyncIterable<RecordBatchHeader> {
    this.#assertOpen();
    this.#assertInRange(offset);
    for await (const { header } of scanBatches(this.#readable(), Number(offset))) yield header;
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
    await this.#commit.idle();
    try {
      if (this.#failure === undefined) {
        await this.#keeper.saveClean(encodeProducerSnapshot(this.#producers), this.#endOffset);
      }
    } finally {
      await this.#keeper.release();
      this.#tail.clear();
      this.#events.emit("closed");
    }
  }

  get #active(): Segment {
    return this.#segments.at(-1)!;
  }

  #readable(): ReadableLog {
    return {
      segments: this.#segments,
      tail: this.#tail,
      epochs: this.#epochs,
      compactedTo: this.#keeper.compactedTo,
      indexIntervalBytes: this.#config.indexIntervalBytes,
      startOffset: this.#keeper.startOffset,
      limitOffset: this.#highWatermark,
    };
  }

  /** Only idempotent producers pay for a whole header. */
  #idempotentHeader(batch: Buffer): RecordBatchHeader | undefined {
    return batch.readBigInt64BE(PRODUCER_ID_AT) === NO_PRODUCER_ID ? undefined : readBatchHeader(batch);
  }

  async #repeat(repeated: ProducedBatch, acks: number): Promise<Appended> {
    if (acks !== 0) await this.#commit.committed(Number(repeated.lastOffset) + 1);
    return {
      baseOffset: repeated.baseOffset,
      lastOffset: repeated.lastOffset,
      logAppendTimeMs: -1,
      logStartOffset: this.startOffset,
      isDuplicate: true,
    };
  }

  #rollFor(batchBytes: number, endOffset: number): void {
    const segment = this.#active;
    if (segment.sizeBytes === 0) return;
    const { segmentBytes, segmentMs } = this.#config;
    const isFull = segment.sizeBytes + batchBytes > Math.min(segmentBytes, SEGMENT_BYTES_MAX);
    const isOld = segmentMs >= 0 && this.#context.clock() - segment.createdMs > segmentMs;
    if (isFull || isOld || endOffset - segment.baseOffset > SEGMENT_OFFSETS_MAX) this.#roll();
  }

  /** Starts a new segment. Its file is made at its first write. */
  #roll(): void {
    const { disk, folder, clock } = this.#context;
    const segment = new Segment(disk, folder, this.#endOffset, clock());
    segment.startIndexes();
    this.#segments.push(segment);
    this.#keeper.rolled(segment, encodeProducerSnapshot(this.#producers));
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

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}

/** The caller has checked CRC and records; this keeps a mistake of its from ever reaching the disk. */
function assertBatch(batch: Buffer): void {
  const isOneBatch = batch.length >= HEADER_BYTES && batchBytesOf(batch, 0) === batch.length;
  if (isOneBatch && batch.readInt32BE(LAST_OFFSET_DELTA_AT) >= 0) return;
  throw new LogError("CORRUPT", `${batch.length} bytes were given to append that are not one record batch`);
}
