import type { Assignor, GroupAssignment } from "./assignor.ts";
import { byIdentity } from "./range.ts";

/** Deals the partitions of all topics out to the members in turn, skipping who does not subscribe. */
export const roundRobin: Assignor = {
  name: "roundrobin",
  protocol: "eager",
  assign(members, partitionCounts) {
    const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]));
    const sorted = members.toSorted(byIdentity);
    let turn = 0;
    for (const topic of [...partitionCounts.keys()].toSorted()) {
      if (!sorted.some(({ topics }) => topics.includes(topic))) continue;
      for (let partition = 0; partition < partitionCounts.get(topic)!; partition++) {
        while (!sorted[turn % sorted.length]!.topics.includes(topic)) turn++;
        assignment.get(sorted[turn % sorted.length]!.memberId)!.push({ topic, partition });
        turn++;
      }
    }
    return assignment;
  },
};
