/** One change of a keyed state: a new value, or null for its removal. */
export interface StateEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** When it happened, in milliseconds since the epoch. Default the time of the append. */
  readonly timestampMs?: number;
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
  /**
   * Takes one entry, in log order, once it is durable. Entries that make no sense are ignored, never thrown on. Key
   * and value are views of a large read buffer: what is kept of them must be copied or decoded.
   */
  apply(entry: StoredEntry): void;
  /**
   * Every entry needed to rebuild the state from nothing, in an order that may be replayed. Where a timestamp
   * matters it is given: the entries are written anew when the log is compacted.
   */
  liveEntries(): Iterable<StateEntry>;
}
