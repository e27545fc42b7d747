/** One key of the lease bucket. */
export interface LeaseEntry {
  readonly key: string;
  readonly value: string;
  /** Grows with every change of the bucket. */
  readonly revision: number;
}

/** What a lease says beside who holds it. */
export type LeaseContent = Readonly<Record<string, unknown>>;

/** Where leases are kept: keys that vanish when nobody has written them for the time of a lease. */
export interface LeaseStore {
  /**
   * Writes `value` when the key's last revision is `expectedRevision`; 0 is a key that is not there. Resolves to the new
   * revision, or to undefined when the key has another one.
   *
   * @throws JetStreamError when it is not known whether the value was written.
   */
  put(key: string, value: string, expectedRevision: number): Promise<number | undefined>;
  /**
   * Every key that has not expired. What a replica answers may be a moment old.
   *
   * @throws JetStreamError
   */
  entries(): Promise<readonly LeaseEntry[]>;
  /** Calls `listener` when a key may just have changed. Returns the unsubscriber. */
  onChange(listener: () => void): () => void;
}

/** The times of a lease, in milliseconds. */
export interface LeaseTimes {
  /** How long a key lives that nobody renews. It must outlast an election of NATS. Default 15,000. */
  readonly ttlMs: number;
  /** Default 3,000. */
  readonly renewMs: number;
  /** How long before its end the holder takes the lease for lost. Default 3,000. */
  readonly marginMs: number;
}

export const LEASE_TIMES: LeaseTimes = { ttlMs: 15_000, renewMs: 3_000, marginMs: 3_000 };
