import { murmur2Partition } from "./murmur2.ts";

/** What a custom partitioner is given. */
export interface PartitionInput {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly partitionCount: number;
}

/** Returns a partition from 0 to `partitionCount - 1`. It is called once per record and must be quick. */
export type CustomPartitioner = (input: PartitionInput) => number;

/**
 * How records without a partition find one. `murmur2` hashes the key as Java's default does and keeps keyless
 * records on one partition until its batch is full; `sticky` does so for all records; `round-robin` takes turns.
 */
export type Partitioner = "murmur2" | "sticky" | "round-robin" | CustomPartitioner;

/** The state of one topic's partitioning. */
export class TopicPartitioner {
  readonly #topic: string;
  readonly #partitioner: Partitioner;
  #current: number;

  constructor(topic: string, partitioner: Partitioner, random: () => number = Math.random) {
    this.#topic = topic;
    this.#partitioner = partitioner;
    this.#current = Math.floor(random() * 0x7fffffff);
  }

  choose(key: Uint8Array | null, value: Uint8Array | null, partitionCount: number): number {
    const partitioner = this.#partitioner;
    if (typeof partitioner === "function") {
      return partitioner({ topic: this.#topic, key, value, partitionCount });
    }
    if (partitioner === "murmur2" && key !== null) return murmur2Partition(key, partitionCount);
    if (partitioner === "round-robin") this.#current = (this.#current + 1) & 0x7fffffff;
    return this.#current % partitionCount;
  }

  /** A batch of the sticky partition was closed: the next one takes its turn. */
  batchClosed(): void {
    if (this.#partitioner !== "round-robin") this.#current = (this.#current + 1) & 0x7fffffff;
  }
}
