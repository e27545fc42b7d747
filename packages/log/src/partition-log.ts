import type { RecordBatchHeader } from "@letterpress/wire";

/** -1 waits for the full in-sync set, 1 for the leader, 0 for nothing. */
export type Acks = -1 | 0 | 1;

export interface AppendOptions {
  /** Default -1. With -1 the promise resolves when the batch is as durable as the engine's flush policy says. */
  readonly acks?: Acks;
  /** The epoch the caller believes to lead in; another one is refused with `NOT_LEADER`. */
  readonly leaderEpoch?: number;
  /** Stamp the batch with this append time (`message.timestamp.type=LogAppendTime`), in ms since the epoch. */
  readonly logAppendTimeMs?: number;
}

export interface Appended {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  /** -1 unless the topic uses log append time. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: bigint;
  /** The batch was already in the log (same producer id, epoch and sequence); nothing was written. */
  readonly isDuplicate: boolean;
}

export interface LogRead {
  /** Whole record batches, in offset order; the first one contains the offset that was asked for. May be empty. */
  readonly chunks: readonly Buffer[];
  readonly sizeBytes: number;
  readonly highWatermark: bigint;
  readonly logStartOffset: bigint;
  /**
   * Gives the memory of the chunks back; to be called at most once, when nothing uses them any more, and nothing native
   * (a write to a socket) still reads them. They may be empty afterwards. Never calling it leaves them to the garbage
   * collector; it is missing where the chunks are all shared.
   */
  readonly release?: () => void;
}

export interface TimestampedOffset {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}

export type LogEvent = "advance" | "closed" | "deleted";

/**
 * The one storage seam: an append-only sequence of record batches with consecutive offsets.
 *
 * Every engine (memory, file, JetStream) implements it and passes the same suite, `partitionLogSuite`. Offsets
 * are assigned in the order of the `append` calls, synchronously, so that callers may pipeline. All methods
 * throw `LogError`.
 */
export interface PartitionLog {
  /** The first readable offset. */
  readonly startOffset: bigint;
  /** The offset behind the last one that readers may see. */
  readonly highWatermark: bigint;
  /** The offset that the next appended record gets (LEO). */
  readonly endOffset: bigint;
  /** The epoch this log is led in; 0 for ever on one machine. */
  readonly leaderEpoch: number;
  readonly sizeBytes: number;

  /**
   * Appends one record batch (magic 2, CRC already checked). Its base offset and leader epoch are written into
   * the buffer, which belongs to the log until the promise settles. Idempotent producers are checked here:
   * a repeated batch resolves with the first one's offsets once that one is durable.
   *
   * @throws LogError `OUT_OF_ORDER_SEQUENCE`, `PRODUCER_FENCED`, `NOT_LEADER`, `STORAGE_FAILED`, `NO_SPACE`,
   *   `CLOSED`.
   */
  append(batch: Buffer, options?: AppendOptions): Promise<Appended>;

  /**
   * Reads whole batches from the one that contains `offset`, up to the high watermark, at most `maxBytes` but at
   * least one batch where there is one. At the high watermark the answer is empty. The chunks are the caller's.
   *
   * @throws LogError `OFFSET_OUT_OF_RANGE` below the start or above the high watermark, `CORRUPT`, `STORAGE_FAILED`.
   */
  read(offset: bigint, maxBytes: number): Promise<LogRead>;

  /** The first record at or after `timestampMs`, or undefined when there is none. */
  offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined>;
  /** The record with the largest timestamp, or undefined for an empty log (KIP-734). */
  offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined>;
  /** The largest epoch at or below `epoch` and the offset at which it ends (KIP-101). */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint };

  /** Makes everything before `offset` unreadable and frees what whole segments allow. Returns the new start. */
  trim(offset: bigint): Promise<bigint>;
  /** Applies time and size retention and compaction now; returns how many bytes were freed. */
  enforceRetention(nowMs: number): Promise<number>;
  /** Changes retention, segment size and the rest while the log is open. */
  configure(config: LogConfig): void;

  /** The headers of all batches from `offset` on, read in order. */
  headers(offset?: bigint): AsyncIterable<RecordBatchHeader>;
  /** What is known of each idempotent producer (DescribeProducers). */
  producers(): readonly ProducerSnapshot[];

  /** Calls `listener` whenever the event happens; "advance" means that the high watermark moved. Returns the unsubscriber. */
  on(event: LogEvent, listener: () => void): () => void;
  /** Flushes what was accepted and releases every file. */
  close(): Promise<void>;
}

export interface ProducerSnapshot {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: number;
  readonly lastOffset: bigint;
  /** The last batches, oldest first: those that are recognised when they are sent again. */
  readonly batches: readonly ProducedBatch[];
}

/** A batch that an idempotent producer wrote. Its records may be deleted by now. */
export interface ProducedBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly timestampMs: number;
}

/** How one log is kept. Sizes in bytes, times in milliseconds; -1 means without limit. */
export interface LogConfig {
  /** Default 1 GiB. */
  readonly segmentBytes: number;
  /** A segment older than this is closed. Default 7 days. */
  readonly segmentMs: number;
  /** Default 7 days. */
  readonly retentionMs: number;
  /** Default -1. */
  readonly retentionBytes: number;
  /** Bytes between two index entries. Default 4096. */
  readonly indexIntervalBytes: number;
  /** `delete`, `compact` or both. Default `delete`. */
  readonly cleanupPolicy: { readonly delete: boolean; readonly compact: boolean };
  /** How long compaction keeps a tombstone. Default 1 day. */
  readonly deleteRetentionMs?: number;
  /** Compaction leaves records alone that are not older than this. Default 0. */
  readonly minCompactionLagMs?: number;
  /** The part of a log's bytes that has to be new before it is compacted again, 0 to 1. Default 0.5. */
  readonly minCleanableDirtyRatio?: number;
  /** `commit`: acks=-1 is answered after fdatasync. `os`: after the write. Default `commit`. */
  readonly flush: "commit" | "os";
  /** How many copies a log is made with, where an engine keeps several; one that exists keeps its own. Default: the engine's. */
  readonly replicas?: number;
}

/** Which partition a log belongs to. */
export interface PartitionId {
  readonly topic: string;
  /** The topic's UUID: a topic that is deleted and made again under its name gets other logs. */
  readonly topicId: string;
  readonly partition: number;
}

/** Opens and deletes logs. One per server: in memory, in a data folder, or on a cluster. */
export interface LogEngine {
  /**
   * Opens the log, creating it when it is not there. Opening one twice is an error.
   *
   * @param leaderEpoch the epoch to lead in; whoever was made the leader in it may open the log again in it. Default: an
   *   engine that can be shared takes the one after the last; others have the one epoch 0 and take no notice.
   * @throws LogError `NOT_LEADER` when the log is led in a later epoch already.
   */
  open(id: PartitionId, config: LogConfig, leaderEpoch?: number): Promise<PartitionLog>;
  delete(id: PartitionId): Promise<void>;
  /** Every log that exists, open or not. */
  list(): Promise<readonly PartitionId[]>;
  close(): Promise<void>;
}
