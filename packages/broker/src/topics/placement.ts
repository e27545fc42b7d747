import { BrokerError } from "../broker-error.ts";

/** How many copies of a partition there can be. */
export interface Placement {
  /** The replication factor of internal topics, and of topics that were stored without one. */
  readonly replicationDefault: number;
  /**
   * Checks that new partitions can be kept.
   *
   * @throws BrokerError `INVALID_REPLICATION_FACTOR`, `POLICY_VIOLATION`; LogError while nobody can tell.
   */
  check(partitions: number, replicationFactor: number): Promise<void>;
}

/** One broker on its own: its disk has the one copy. */
export const ALONE: Placement = {
  replicationDefault: 1,
  async check(_partitions, replicationFactor) {
    if (replicationFactor === 1) return;
    throw new BrokerError(
      "INVALID_REPLICATION_FACTOR",
      `replication factor ${replicationFactor} is impossible: this broker is alone and keeps 1 copy; ask for 1 or -1`,
    );
  },
};
