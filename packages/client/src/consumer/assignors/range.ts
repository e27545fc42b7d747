import type { Assignor, GroupAssignment, GroupMember } from "./assignor.ts";

/**
 * Gives each member a run of consecutive partitions of every topic, the first members one more where the division
 * leaves a rest. Topics with equal partition counts are co-partitioned. Java's RangeAssignor.
 */
export const range: Assignor = {
  name: "range",
  protocol: "eager",
  assign(members, partitionCounts) {
    const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]));
    for (const [topic, count] of partitionCounts) {
      const subscribers = members.filter(({ topics }) => topics.includes(topic)).toSorted(byIdentity);
      if (subscribers.length === 0) continue;
      const share = Math.floor(count / subscribers.length);
      const rest = count % subscribers.length;
      let partition = 0;
      for (const [index, { memberId }] of subscribers.entries()) {
        const end = partition + share + (index < rest ? 1 : 0);
        for (; partition < end; partition++) assignment.get(memberId)!.push({ topic, partition });
      }
    }
    return assignment;
  },
};

/** Static members keep their place when their member id changes: they come first, by instance id. */
export function byIdentity(a: GroupMember, b: GroupMember): number {
  if ((a.groupInstanceId === undefined) !== (b.groupInstanceId === undefined)) {
    return a.groupInstanceId === undefined ? 1 : -1;
  }
  const [left, right] = [a.groupInstanceId ?? a.memberId, b.groupInstanceId ?? b.memberId];
  return left < right ? -1 : left > right ? 1 : 0;
}
