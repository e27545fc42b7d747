import { ConsumerProtocolAssignment } from "@letterpress/protocol";
import type { GroupData } from "./group-data.ts";
import { PartitionOwners } from "./partition-owners.ts";

interface AssignedTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Decodes one member's assignment. No bytes at all mean no partitions. Throws on anything else it cannot read. */
function assignedTopics(assignment: Buffer): readonly AssignedTopic[] {
  return assignment.length === 0 ? [] : ConsumerProtocolAssignment.read(assignment).assignedPartitions;
}

/**
 * Why these assignments of a consumer group, by member id, cannot stand: one is unreadable, or gives a partition
 * to two members. Undefined when they can.
 */
export function assignmentFault(assignments: ReadonlyMap<string, Buffer>): string | undefined {
  const owners = new PartitionOwners<{ readonly memberId: string }>();
  for (const [memberId, assignment] of assignments) {
    const claimant = { memberId };
    let topics: readonly AssignedTopic[];
    try {
      topics = assignedTopics(assignment);
    } catch (error) {
      return `the assignment of ${memberId} is not in the consumer protocol's format: ${(error as Error).message}`;
    }
    for (const { topic, partitions } of topics) {
      for (const partition of partitions) {
        const owner = owners.claim(topic, partition, claimant);
        if (owner !== claimant)
          return `${topic}-${partition} is assigned to ${owner.memberId} and to ${memberId}`;
      }
    }
  }
  return undefined;
}

/**
 * Notes who owns which partition in a consumer group. The assignments were checked when the leader sent them; one
 * that Kafka stored and we cannot read claims nothing.
 */
export function claimAssignments(group: GroupData): void {
  group.owners.clear();
  if (group.protocolType !== "consumer") return;
  for (const member of group.members) {
    try {
      for (const { topic, partitions } of assignedTopics(member.assignment)) {
        for (const partition of partitions) group.owners.claim(topic, partition, member);
      }
    } catch {}
  }
}
