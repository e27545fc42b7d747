import type { ConsumerRecord, TopicPartition } from "../record.ts";

/** Stands for "not known yet". */
const NONE = -1n;

/** One partition that this consumer owns: how far it is fetched, processed and committed. */
export class PartitionState implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Raised whenever what was fetched so far is not wanted any more: after a seek, and when the partition goes. */
  version = 0;
  /** Records are held back: by `pause`. */
  isPaused = false;
  /** Records are held back: the partition is about to go. */
  isRevoking = false;
  /** A fetch request holds the partition. */
  isFetching = false;
  /** Nothing is fetched before this time; on the clock of `performance.now()`. */
  retryAtMs = 0;
  attempts = 0;
  /** What is fetched and not consumed. */
  bufferedBytes = 0;
  highWatermark = NONE;
  committedOffset = NONE;
  #fetchOffset = NONE;
  #processedOffset = NONE;
  #processedRecord: ConsumerRecord | undefined;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get hasPosition(): boolean {
    return this.#fetchOffset >= 0n;
  }

  /** The offset to fetch next. */
  get fetchOffset(): bigint {
    return this.#fetchOffset;
  }

  /** The offset behind the last processed record: what a commit stores. -1 before a position is known. */
  get processedOffset(): bigint {
    if (this.#processedRecord !== undefined) {
      this.#processedOffset = this.#processedRecord.offset + 1n;
      this.#processedRecord = undefined;
    }
    return this.#processedOffset;
  }

  /** Sets the position; what was fetched before is dropped. */
  seek(offset: bigint): void {
    this.version++;
    this.#fetchOffset = offset;
    this.#processedOffset = offset;
    this.#processedRecord = undefined;
    this.attempts = 0;
    this.retryAtMs = 0;
  }

  /** Forgets the position; it has to be found again. */
  unseek(): void {
    this.version++;
    this.#fetchOffset = NONE;
  }

  fetched(nextOffset: bigint): void {
    this.#fetchOffset = nextOffset;
    this.attempts = 0;
  }

  /** The loop has finished with a record. Kept as it is, so that no offset is computed per record. */
  processed(record: ConsumerRecord): void {
    this.#processedRecord = record;
  }

  /** Everything in front of `offset` is processed, or not for consumers. */
  processedUpTo(offset: bigint): void {
    this.#processedRecord = undefined;
    this.#processedOffset = offset;
  }
}

/** The key of a partition in maps. */
export function partitionKey(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}
