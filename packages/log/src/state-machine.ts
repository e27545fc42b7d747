/** One change of a keyed state: a new value, or null for its removal. */
export interface StateEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** A state entry as it lies in the log. */
export interface StoredEntry extends StateEntry {
  readonly offset: bigint;
  readonly timestampMs: number;
}

/**
 * A state that is a pure function of a keyed log: cluster metadata, `__consumer_offsets`, `_schemas`. It has no
 * clock and no socket. Applying an entry twice must give what applying it once gives.
 */
export interface StateMachine {
  /** Takes one entry, in log order, once it is durable. Entries that make no sense are ignored, never thrown on. */
  apply(entry: StoredEntry): void;
  /** Every entry needed to rebuild the state from nothing, in an order that may be replayed. */
  liveEntries(): Iterable<StateEntry>;
}
