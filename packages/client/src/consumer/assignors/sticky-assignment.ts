import type { TopicPartition } from "../../record.ts";
import { partitionKey } from "../partition-state.ts";
import type { GroupMember } from "./assignor.ts";
import { byIdentity } from "./range.ts";

interface Load {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  readonly partitions: TopicPartition[];
}

/** An assignment in the making: starts from what members own, and moves as little as balance allows. */
export class StickyAssignment {
  readonly #loads: Load[];
  readonly #byMember: Map<string, Load>;
  readonly #partitionCounts: ReadonlyMap<string, number>;
  readonly #given = new Set<string>();

  constructor(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>) {
    this.#loads = members.toSorted(byIdentity).map(({ memberId, topics }) => ({
      memberId,
      topics: new Set(topics),
      partitions: [],
    }));
    this.#byMember = new Map(this.#loads.map((load) => [load.memberId, load]));
    this.#partitionCounts = partitionCounts;
  }

  partitionsOf(memberId: string): readonly TopicPartition[] {
    return this.#byMember.get(memberId)?.partitions ?? [];
  }

  give(memberId: string, partition: TopicPartition): void {
    this.#byMember.get(memberId)!.partitions.push(partition);
    this.#given.add(partitionKey(partition.topic, partition.partition));
  }

  /** Gives what nobody has to whoever has least; first the topics with the fewest subscribers. */
  giveRest(): void {
    const topics = [...this.#partitionCounts.keys()]
      .map((topic) => ({ topic, subscribers: this.#loads.filter((load) => load.topics.has(topic)) }))
      .filter(({ subscribers }) => subscribers.length > 0)
      .toSorted((a, b) => a.subscribers.length - b.subscribers.length || (a.topic < b.topic ? -1 : 1));
    for (const { topic, subscribers } of topics) {
      for (let partition = 0; partition < this.#partitionCounts.get(topic)!; partition++) {
        if (this.#given.has(partitionKey(topic, partition))) continue;
        this.give(leastLoaded(subscribers).memberId, { topic, partition });
      }
    }
  }

  /**
   * Moves single partitions from members with more to members with at least two fewer, until there is no such move.
   * It ends: every move lowers the sum of the squared loads.
   */
  balance(): void {
    for (let isMoved = true; isMoved; ) {
      isMoved = false;
      for (const from of this.#loads.toSorted((a, b) => b.partitions.length - a.partitions.length)) {
        while (this.#moveOne(from)) isMoved = true;
      }
    }
  }

  #moveOne(from: Load): boolean {
    for (let index = from.partitions.length - 1; index >= 0; index--) {
      const partition = from.partitions[index]!;
      const subscribers = this.#loads.filter((load) => load.topics.has(partition.topic));
      const to = leastLoaded(subscribers);
      if (to.partitions.length + 2 > from.partitions.length) continue;
      from.partitions.splice(index, 1);
      to.partitions.push(partition);
      return true;
    }
    return false;
  }
}

function leastLoaded(loads: readonly Load[]): Load {
  return loads.reduce((least, load) => (load.partitions.length < least.partitions.length ? load : least));
}
