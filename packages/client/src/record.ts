import type { RecordHeader } from "@letterpress/wire";

/** Bytes, or text that is written as UTF-8. */
export type Bytes = Uint8Array | string;

/** A header to be written. Names may repeat. */
export interface HeaderInit {
  readonly key: string;
  readonly value: Bytes | null;
}

/** A record to be produced, without its topic. */
export interface ProducerRecord {
  /** Default null. Records of one key go to one partition, in order. */
  readonly key?: Bytes | null | undefined;
  /** Null is a tombstone. */
  readonly value: Bytes | null;
  readonly headers?: readonly HeaderInit[] | undefined;
  /** Default: chosen by the producer's partitioner. */
  readonly partition?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly timestampMs?: number | undefined;
}

/** Where a record was stored. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  /** -1 when the producer asked for no acknowledgement (`acks: 0`). */
  readonly offset: bigint;
  /** Milliseconds since the epoch; -1 unless the topic uses log append time. */
  readonly logAppendTimeMs: number;
}

/** A record as consumed. Its bytes are views of one fetch response: copy what is to be kept for long. */
export interface ConsumerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** Consecutive records of one partition. */
export interface ConsumerBatch {
  readonly topic: string;
  readonly partition: number;
  /** In offset order; never empty. */
  readonly records: readonly ConsumerRecord[];
  /** The offset behind the last committed record of the partition, when it was fetched. */
  readonly highWatermark: bigint;
}

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A position in a partition. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: bigint;
}
