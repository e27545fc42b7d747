/** A record's header: a text key and bytes, which may be null. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** A record to be written. */
export interface RecordInit {
  readonly key?: Uint8Array | null | undefined;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[] | undefined;
  /** Milliseconds since the epoch; the batch's base timestamp when left out. */
  readonly timestampMs?: number | undefined;
}

/** A record as read; key, value and header values are views of the batch. */
export interface StoredRecord {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}
