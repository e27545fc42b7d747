import { BrokerError } from "../broker-error.ts";

/** More partitions than this in one topic are taken for a mistake. */
export const PARTITIONS_MAX = 10_000;

/** @throws BrokerError `INVALID_PARTITIONS` for a topic that cannot have so many. */
export function checkPartitionCount(count: number): void {
  if (count < 1)
    throw new BrokerError("INVALID_PARTITIONS", `a topic needs at least 1 partition, not ${count}`);
  if (count > PARTITIONS_MAX) {
    throw new BrokerError(
      "INVALID_PARTITIONS",
      `${count} partitions are more than the limit of ${PARTITIONS_MAX}`,
    );
  }
}
