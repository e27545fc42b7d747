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
import { LogError } from "../log-error.ts";
import type { Appended, AppendOptions, LogConfig, ProducedBatch } from "../partition-log.ts";
import { encodeProducerSnapshot } from "../producer/producer-snapshot.ts";
import type { ProducerStates } from "../producer/producer-state.ts";
import { batchBytesOf } from "./batch-fields.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { LogContext } from "./log-context.ts";
import { SEGMENT_BYTES_MAX, SEGMENT_OFFSETS_MAX, Segment } from "./segment.ts";
import type { SegmentKeeper } from "./segment-keeper.ts";
import type { TailCache } from "./tail-cache.ts";

export interface AppenderOptions {
  readonly context: LogContext;
  readonly segments: Segment[];
  readonly producers: ProducerStates;
  readonly tail: TailCache;
  readonly commit: GroupCommit;
  readonly keeper: SegmentKeeper;
  readonly leaderEpoch: number;
}

/**
 * The way of a batch into a log: checked, given its offsets, copied to the tail, noted in its segment and queued for
 * the disk, all in the turn of the call, so that offsets follow the order of the calls.
 */
export class LogAppender {
  readonly #options: AppenderOptions;
  #endOffset: number;

  constructor(options: AppenderOptions) {
    this.#options = options;
    this.#endOffset = this.#active.endOffset;
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  async append(batch: Buffer, options: AppendOptions, config: LogConfig): Promise<Appended> {
    const { producers, tail, commit, keeper, leaderEpoch } = this.#options;
    const { acks = -1, logAppendTimeMs = -1 } = options;
    assertBatch(batch);
    commit.assertRoom();
    const header = idempotentHeader(batch);
    const repeated = header === undefined ? undefined : producers.check(header);
    if (repeated !== undefined) return this.#repeat(repeated, acks);
    if (logAppendTimeMs >= 0) stampAppendTime(batch, header ?? readBatchHeader(batch), logAppendTimeMs);

    const baseOffset = this.#endOffset;
    const endOffset = baseOffset + batch.readInt32BE(LAST_OFFSET_DELTA_AT) + 1;
    stampBatch(batch, BigInt(baseOffset), leaderEpoch);
    this.#rollFor(batch.length, endOffset, config);
    const segment = this.#active;
    const position = segment.sizeBytes;
    const bytes = tail.append(batch, segment, position, endOffset);
    segment.appended(bytes, 0, bytes.length, config.indexIntervalBytes);
    this.#endOffset = endOffset;
    if (header !== undefined) producers.record(readBatchHeader(bytes));

    await commit.write(segment, position, bytes, endOffset, acks);
    return {
      baseOffset: BigInt(baseOffset),
      lastOffset: BigInt(endOffset - 1),
      logAppendTimeMs,
      logStartOffset: BigInt(keeper.startOffset),
      isDuplicate: false,
    };
  }

  /** Starts a new segment. Its file is made at its first write. */
  roll(): void {
    const { context, segments, producers, keeper } = this.#options;
    const segment = new Segment(context.disk, context.folder, this.#endOffset, context.clock());
    segment.startIndexes();
    segments.push(segment);
    keeper.rolled(segment, encodeProducerSnapshot(producers));
  }

  get #active(): Segment {
    return this.#options.segments.at(-1)!;
  }

  async #repeat(repeated: ProducedBatch, acks: number): Promise<Appended> {
    if (acks !== 0) await this.#options.commit.committed(Number(repeated.lastOffset) + 1);
    return {
      baseOffset: repeated.baseOffset,
      lastOffset: repeated.lastOffset,
      logAppendTimeMs: -1,
      logStartOffset: BigInt(this.#options.keeper.startOffset),
      isDuplicate: true,
    };
  }

  #rollFor(batchBytes: number, endOffset: number, { segmentBytes, segmentMs }: LogConfig): void {
    const segment = this.#active;
    if (segment.sizeBytes === 0) return;
    const isFull = segment.sizeBytes + batchBytes > Math.min(segmentBytes, SEGMENT_BYTES_MAX);
    const isOld = segmentMs >= 0 && this.#options.context.clock() - segment.createdMs > segmentMs;
    if (isFull || isOld || endOffset - segment.baseOffset > SEGMENT_OFFSETS_MAX) this.roll();
  }
}

/** Only idempotent producers pay for a whole header. */
function idempotentHeader(batch: Buffer): RecordBatchHeader | undefined {
  return batch.readBigInt64BE(PRODUCER_ID_AT) === NO_PRODUCER_ID ? undefined : readBatchHeader(batch);
}

/** The caller has checked CRC and records; this keeps a mistake of its from ever reaching the disk. */
function assertBatch(batch: Buffer): void {
  const isOneBatch = batch.length >= HEADER_BYTES && batchBytesOf(batch, 0) === batch.length;
  if (isOneBatch && batch.readInt32BE(LAST_OFFSET_DELTA_AT) >= 0) return;
  throw new LogError("CORRUPT", `${batch.length} bytes were given to append that are not one record batch`);
}
