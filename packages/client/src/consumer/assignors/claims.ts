import type { TopicPartition } from "../../record.ts";
import { partitionKey } from "../partition-state.ts";
import type { GroupMember } from "./assignor.ts";

export interface Claims {
  /** What each member owns and may keep. */
  readonly owners: ReadonlyMap<string, readonly TopicPartition[]>;
  /** Who may still be reading a partition, by its key. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Claim {
  readonly memberId: string;
  readonly generationId: number;
  readonly partition: TopicPartition;
}

/**
 * Sorts out who owns what. Of two members that claim a partition the later generation is right; the other one has
 * missed a rebalance and lost it. When both claim it in the same generation neither keeps it.
 */
export function claims(
  members: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Claims {
  const latest = new Map<string, Claim[]>();
  for (const { memberId, topics, ownedPartitions, generationId } of members) {
    for (const partition of ownedPartitions) {
      const isPossible =
        topics.includes(partition.topic) && partition.partition < (partitionCounts.get(partition.topic) ?? 0);
      if (!isPossible) continue;
      const key = partitionKey(partition.topic, partition.partition);
      const others = latest.get(key) ?? [];
      const best = others[0]?.generationId ?? Number.NEGATIVE_INFINITY;
      if (generationId > best) latest.set(key, [{ memberId, generationId, partition }]);
      else if (generationId === best) latest.set(key, [...others, { memberId, generationId, partition }]);
    }
  }
  const owners = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  const mentioned = new Map<string, ReadonlySet<string>>();
  for (const [key, found] of latest) {
    mentioned.set(key, new Set(found.map(({ memberId }) => memberId)));
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) owners.get(only.memberId)!.push(only.partition);
  }
  return { owners, mentioned };
}
