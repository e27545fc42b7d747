import type { TopicPartition } from "../../record.ts";

/** A member of the group, as its subscription describes it. */
export interface GroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly topics: readonly string[];
  /** What the member owned when it joined. */
  readonly ownedPartitions: readonly TopicPartition[];
  /** The generation in which it owned them; -1 when it does not say. */
  readonly generationId: number;
}

/** Members to their partitions. Every member has an entry. */
export type GroupAssignment = Map<string, TopicPartition[]>;

/** Distributes partitions over the members of a group. The leader of the group runs it. */
export interface Assignor {
  /** The name by which members agree on it. */
  readonly name: string;
  /** `eager` members give up everything before they join; `cooperative` ones keep what stays theirs (KIP-429). */
  readonly protocol: "eager" | "cooperative";
  /** `partitionCounts` holds the existing topics only. */
  assign(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): GroupAssignment;
}
