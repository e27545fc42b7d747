import type { TopicPartition } from "../../record.ts";
import { partitionKey } from "../partition-state.ts";
import type { Assignor, GroupAssignment } from "./assignor.ts";
import { claims } from "./claims.ts";
import { StickyAssignment } from "./sticky-assignment.ts";

/**
 * Balances while members keep what they own (KIP-54), in steps that never stop what stays (KIP-429): a partition
 * that moves is first taken from its owner, and given out in the rebalance that the owner's return sets off.
 */
export const cooperativeSticky: Assignor = {
  name: "cooperative-sticky",
  protocol: "cooperative",
  assign(members, partitionCounts) {
    const sticky = new StickyAssignment(members, partitionCounts);
    const { owners, mentioned } = claims(members, partitionCounts);
    for (const [memberId, partitions] of owners) {
      for (const partition of partitions) sticky.give(memberId, partition);
    }
    sticky.giveRest();
    sticky.balance();
    const assignment: GroupAssignment = new Map();
    for (const { memberId } of members) {
      const kept = sticky
        .partitionsOf(memberId)
        .filter((partition) => isFree(partition, memberId, mentioned));
      assignment.set(memberId, kept);
    }
    return assignment;
  },
};

/** Whether nobody but the member says that it owns the partition. */
function isFree(
  { topic, partition }: TopicPartition,
  memberId: string,
  mentioned: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const owners = mentioned.get(partitionKey(topic, partition));
  return owners === undefined || owners.size === 0 || (owners.size === 1 && owners.has(memberId));
}
