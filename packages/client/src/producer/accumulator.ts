import type { RecordInit } from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";
import type { TopicMetadata } from "../metadata/topic-metadata.ts";
import type { Delivery } from "./delivery.ts";
import { PartitionQueue } from "./partition-queue.ts";
import { type Partitioner, TopicPartitioner } from "./partitioner.ts";
import { ProducerBatch } from "./producer-batch.ts";
import type { ResolvedProducerOptions } from "./resolved-options.ts";

const CAPACITY_MIN_BYTES = 512;

interface TopicState {
  partitioner: TopicPartitioner;
  readonly queues: (PartitionQueue | undefined)[];
  /** What the previous batch came to: the next one is likely to need as much. */
  batchBytes: number;
}

/** Chooses each record's partition and writes it into that partition's open batch. */
export class Accumulator {
  readonly #options: ResolvedProducerOptions;
  readonly #wake: (queue: PartitionQueue) => void;
  readonly #topics = new Map<string, TopicState>();
  #batchCount = 0;

  constructor(options: ResolvedProducerOptions, wake: (queue: PartitionQueue) => void) {
    this.#options = options;
    this.#wake = wake;
  }

  /** `bytes` is the record's share of the memory budget, given back with its batch. Throws `INVALID_ARGUMENT`. */
  append(
    topic: TopicMetadata,
    record: RecordInit,
    partition: number | undefined,
    bytes: number,
    delivery: Delivery,
    index: number,
  ): void {
    const state = this.#state(topic.name);
    const count = topic.partitions.length;
    const chosen = partition ?? state.partitioner.choose(record.key ?? null, record.value, count);
    if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < count)) {
      throw new LetterpressError(
        "INVALID_ARGUMENT",
        `there is no partition ${chosen} in ${topic.name}, which has ${count}`,
        { topic: topic.name },
      );
    }
    let queue = state.queues[chosen];
    if (queue === undefined) {
      queue = new PartitionQueue(topic.name, chosen);
      state.queues[chosen] = queue;
    }
    let batch = queue.openBatch(bytes, this.#options.batchBytes);
    if (batch === undefined) {
      const capacityBytes = Math.max(CAPACITY_MIN_BYTES, bytes + CAPACITY_MIN_BYTES, state.batchBytes);
      batch = new ProducerBatch(capacityBytes, performance.now(), this.#batchCount++);
      queue.addBatch(batch);
    }
    batch.append(record, Date.now(), delivery, index);
    batch.budgetBytes += bytes;
    state.batchBytes = batch.sizeBytes;
    this.#wake(queue);
  }

  usePartitioner(topic: string, partitioner: Partitioner): void {
    this.#state(topic).partitioner = new TopicPartitioner(topic, partitioner);
  }

  /** A batch of the topic has left: keyless records go on to another partition. */
  batchClosed(topic: string): void {
    this.#state(topic).partitioner.batchClosed();
  }

  #state(topic: string): TopicState {
    let state = this.#topics.get(topic);
    if (state === undefined) {
      const partitioner = new TopicPartitioner(topic, this.#options.partitioner);
      state = { partitioner, queues: [], batchBytes: 0 };
      this.#topics.set(topic, state);
    }
    return state;
  }
}
