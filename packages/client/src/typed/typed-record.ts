import type { RecordHeader } from "@letterpress/wire";
import type { HeaderInit } from "../record.ts";

/** A record whose key and value are decoded by its topic's contract. */
export interface TypedRecord<Key, Value> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Null where the contract has no key, or the producer gave none. */
  readonly key: Key | null;
  /** As this build's schema reads it, whichever compatible schema wrote it. */
  readonly value: Value;
  readonly headers: readonly RecordHeader[];
  /** The id of the schema that the value was written with; undefined where the record names it by GUID. */
  readonly schemaId: number | undefined;
}

/** A record without a value: the key's deletion on a compacted topic. */
export type Tombstone<Key> = Omit<TypedRecord<Key, never>, "value" | "schemaId">;

/** Consecutive typed records of one partition. */
export interface TypedBatch<Key, Value> {
  readonly topic: string;
  readonly partition: number;
  /** In offset order. Tombstones and records that were skipped are not among them, so it may be empty. */
  readonly records: readonly TypedRecord<Key, Value>[];
  readonly highWatermark: bigint;
}

/** What may be said of one record besides its value. */
export interface TypedSendOptions<Key> {
  /** Needed where the contract's key has a schema of its own; otherwise the contract derives it. */
  readonly key?: Key | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
  /** Default: chosen by the partitioner. */
  readonly partition?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly timestampMs?: number | undefined;
}

/** What may be said of all records of a batch besides their values. */
export interface TypedBatchOptions<Key, Input> {
  /** Needed where the contract's key has a schema of its own. */
  readonly keyOf?: ((value: Input, index: number) => Key) | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
  readonly partition?: number | undefined;
  readonly timestampMs?: number | undefined;
}
