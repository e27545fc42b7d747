import { LetterpressError } from "../letterpress-error.ts";
import type { TopicPartition } from "../record.ts";
import { PartitionState, partitionKey } from "./partition-state.ts";

/** The partitions a consumer owns now. */
export class AssignedPartitions implements Iterable<PartitionState> {
  readonly #states = new Map<string, PartitionState>();

  [Symbol.iterator](): IterableIterator<PartitionState> {
    return this.#states.values();
  }

  add({ topic, partition }: TopicPartition): PartitionState {
    const state = new PartitionState(topic, partition);
    this.#states.set(partitionKey(topic, partition), state);
    return state;
  }

  /** Those of `partitions` that are owned. */
  select(partitions: readonly TopicPartition[]): PartitionState[] {
    return partitions.flatMap(({ topic, partition }) => {
      const state = this.#states.get(partitionKey(topic, partition));
      return state === undefined ? [] : [state];
    });
  }

  /** @throws LetterpressError `INVALID_ARGUMENT` when the partition is not owned. */
  get({ topic, partition }: TopicPartition): PartitionState {
    const state = this.#states.get(partitionKey(topic, partition));
    if (state !== undefined) return state;
    throw new LetterpressError("INVALID_ARGUMENT", `${topic}-${partition} is not assigned to this consumer`, {
      topic,
      partition,
    });
  }

  /** Whatever was fetched of it is dropped. */
  remove(state: PartitionState): void {
    state.unseek();
    this.#states.delete(partitionKey(state.topic, state.partition));
  }
}
