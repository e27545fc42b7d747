import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import type { PartitionLeadership } from "../cluster-view.ts";
import type { Partition } from "./partition.ts";

/** A partition that this broker leads, and how it is led. */
export interface LocatedPartition {
  readonly partition: Partition;
  readonly leadership: PartitionLeadership;
}

/**
 * Finds a partition that this broker leads.
 *
 * @param leaderEpoch the epoch the client believes in; -1 for none.
 * @throws BrokerError `UNKNOWN_TOPIC_OR_PARTITION`, `NOT_LEADER_OR_FOLLOWER`, `FENCED_LEADER_EPOCH`,
 *   `UNKNOWN_LEADER_EPOCH`.
 */
export function locatePartition(
  broker: Broker,
  topic: string,
  index: number,
  leaderEpoch = -1,
): LocatedPartition {
  const leadership = broker.cluster.leaderOf(topic, index);
  if (leadership === undefined) {
    throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", `there is no partition ${index} of topic ${topic}`);
  }
  const partition = broker.partitions.get(topic, index);
  if (leadership.leaderId !== broker.cluster.nodeId || partition === undefined) {
    throw new BrokerError("NOT_LEADER_OR_FOLLOWER", `broker ${leadership.leaderId} leads ${topic}-${index}`);
  }
  if (leaderEpoch >= 0 && leaderEpoch < leadership.leaderEpoch) {
    throw new BrokerError(
      "FENCED_LEADER_EPOCH",
      `${topic}-${index} is led in epoch ${leadership.leaderEpoch}`,
    );
  }
  if (leaderEpoch > leadership.leaderEpoch) {
    throw new BrokerError(
      "UNKNOWN_LEADER_EPOCH",
      `${topic}-${index} is led in epoch ${leadership.leaderEpoch}`,
    );
  }
  return { partition, leadership };
}
