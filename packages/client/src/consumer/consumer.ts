import { BrokerPool } from "../connection/broker-pool.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { CONSUMER_PATIENCE_MS } from "../patience.ts";
import type { ConsumerBatch, ConsumerRecord, TopicPartition, TopicPartitionOffset } from "../record.ts";
import { AssignedPartitions } from "./assigned-partitions.ts";
import { CommittedOffsets } from "./committed-offsets.ts";
import { Committer } from "./committer.ts";
import type { ConsumerOptions } from "./consumer-options.ts";
import { Coordinator } from "./coordinator.ts";
import { FetchBuffer } from "./fetch-buffer.ts";
import { Fetcher } from "./fetcher.ts";
import { GroupMember } from "./group-member.ts";
import { NO_MEMBERSHIP } from "./membership.ts";
import { Ownership } from "./ownership.ts";
import type { PartitionState } from "./partition-state.ts";
import { Positions } from "./positions.ts";
import { RecordStream } from "./record-stream.ts";
import { type ResolvedConsumerOptions, resolveConsumerOptions } from "./resolved-options.ts";

/**
 * Consumes records, as a member of a group or from partitions chosen with `assign`.
 *
 *     for await (const record of consumer) await handle(record);
 *
 * Iterating starts it. A record counts as processed when the loop asks for the next one, and only processed records
 * are committed (at-least-once). A loop that is left by `break`, `return` or an exception closes the consumer; the
 * record it was working on is delivered again, unless it was committed with `commit(record)`.
 */
export class Consumer implements AsyncIterable<ConsumerRecord>, AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #options: ResolvedConsumerOptions;
  readonly #pool: BrokerPool;
  readonly #partitions = new AssignedPartitions();
  readonly #buffer: FetchBuffer;
  readonly #stream: RecordStream;
  readonly #fetcher: Fetcher;
  readonly #positions: Positions;
  readonly #committer: Committer | undefined;
  readonly #member: GroupMember | undefined;
  readonly #closing = new AbortController();
  readonly #ownership: Ownership;
  #isStarted = false;
  readonly #onClosed: () => void;
  #closed: Promise<void> | undefined;

  /** Made by `Letterpress.consumer`. `onClosed` is called when it has closed. */
  constructor(cluster: Cluster, options: ConsumerOptions = {}, onClosed: () => void = () => undefined) {
    this.#cluster = cluster;
    this.#onClosed = onClosed;
    this.#options = resolveConsumerOptions(options, cluster.options);
    const { group, groupInstanceId, topics, batchRecordsMax } = this.#options;
    this.#pool = new BrokerPool(cluster.options);
    this.#buffer = new FetchBuffer(() => this.#fetcher.wake());
    this.#stream = new RecordStream(this.#buffer, batchRecordsMax);
    this.#fetcher = new Fetcher(cluster, this.#pool, this.#options, this.#buffer, () => this.#partitions, {
      onOutOfRange: (state) => this.#reset(state),
      onFatal: (error) => this.#stream.fail(error),
    });
    const coordinator = group === undefined ? undefined : new Coordinator(cluster, this.#pool, group);
    const committed =
      coordinator && new CommittedOffsets(coordinator, group!, groupInstanceId, CONSUMER_PATIENCE_MS);
    const membership = () => this.#member?.membership ?? NO_MEMBERSHIP;
    this.#committer = committed && new Committer(committed, this.#partitions, membership);
    this.#positions = new Positions(cluster, this.#options, committed, this.#closing.signal);
    this.#ownership = new Ownership({
      options: this.#options,
      partitions: this.#partitions,
      stream: this.#stream,
      positions: this.#positions,
      committer: this.#committer,
      onReady: () => this.#fetcher.wake(),
    });
    if (coordinator !== undefined && topics.length > 0) {
      const progress = () => ({ isBusy: this.#stream.hasInHand, count: this.#stream.takeCount });
      this.#member = new GroupMember(cluster, coordinator, group!, this.#options, this.#ownership, progress);
    }
    this.#closeOn(options.signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<ConsumerRecord, undefined> {
    return this.#iterator(() => this.#stream.take());
  }

  /** Consumes batch by batch; a batch counts as processed when the loop asks for the next one. */
  batches(): AsyncIterableIterator<ConsumerBatch, undefined> {
    const iterator = this.#iterator(() => this.#stream.takeBatch());
    return { ...iterator, [Symbol.asyncIterator]: () => this.batches() };
  }

  /** The next record when one is at hand, without waiting. The record before it counts as processed. */
  take(): ConsumerRecord | undefined {
    this.#start();
    this.#ownership.polled();
    return this.#stream.take();
  }

  /**
   * Chooses partitions without the group protocol, in place of earlier ones. `offset` defaults to the group's
   * committed offset, if there is a group, and then to what `autoOffsetReset` says.
   *
   * @throws LetterpressError `INVALID_ARGUMENT` for a consumer that subscribes to topics.
   */
  async assign(
    partitions: readonly (TopicPartition & { readonly offset?: bigint | undefined })[],
  ): Promise<void> {
    if (this.#member !== undefined) {
      throw new LetterpressError(
        "INVALID_ARGUMENT",
        "a consumer with topics gets its partitions from its group",
      );
    }
    for (const state of [...this.#partitions]) this.#partitions.remove(state);
    const states = partitions.map((partition) => {
      const state = this.#partitions.add(partition);
      if (partition.offset !== undefined) state.seek(partition.offset);
      return state;
    });
    for (const topic of new Set(partitions.map(({ topic }) => topic))) await this.#cluster.topic(topic);
    await this.#positions.find(states);
    this.#start();
    this.#fetcher.wake();
  }

  /** The partitions this consumer owns now. */
  assignment(): TopicPartition[] {
    return Array.from(this.#partitions, ({ topic, partition }) => ({ topic, partition }));
  }

  /** The offset behind the last processed record of a partition; -1 before it has a position. */
  position(partition: TopicPartition): bigint {
    return this.#partitions.get(partition).processedOffset;
  }

  /**
   * Commits everything up to and including `record`; without it, everything given out so far, the record or batch
   * the loop works on included.
   *
   * @throws LetterpressError `GROUP_REBALANCED` when the partition belongs to another member by now.
   */
  async commit(record?: TopicPartitionOffset): Promise<void> {
    if (this.#committer === undefined) {
      throw new LetterpressError(
        "INVALID_ARGUMENT",
        "offsets are committed under a group: add { group: name }",
      );
    }
    if (record === undefined) this.#stream.markInHand();
    await this.#committer.commit(record);
  }

  /** Stops giving out records of these partitions until `resume`. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partition).isPaused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partition).isPaused = false;
    this.#buffer.wake();
    this.#fetcher.wake();
  }

  /** Goes on at `offset`; what was fetched ahead is dropped. */
  seek(position: TopicPartitionOffset): void {
    this.#partitions.get(position).seek(position.offset);
    this.#fetcher.wake();
  }

  /** Ends the iteration, commits what is processed, leaves the group and closes the connections. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #iterator<T>(take: () => T | undefined): AsyncIterator<T, undefined> {
    return {
      next: () => {
        this.#start();
        this.#ownership.polled();
        const taken = take();
        if (taken !== undefined) return Promise.resolve({ done: false, value: taken });
        return this.#wait(take);
      },
      return: async () => {
        this.#stream.abandon();
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async #wait<T>(take: () => T | undefined): Promise<IteratorResult<T, undefined>> {
    try {
      const taken = await this.#stream.wait(take);
      return taken === undefined ? { done: true, value: undefined } : { done: false, value: taken };
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  #start(): void {
    if (this.#isStarted || this.#closed !== undefined) return;
    this.#isStarted = true;
    this.#member?.start();
    const { autoCommit, autoCommitIntervalMs } = this.#options;
    if (autoCommit) this.#committer?.start(autoCommitIntervalMs);
  }

  #reset(state: PartitionState): void {
    state.unseek();
    this.#positions.reset([state]).then(
      () => this.#fetcher.wake(),
      (error: LetterpressError) => this.#stream.fail(error),
    );
  }

  #closeOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = (): void => {
      this.#stream.end();
      const states = [...this.#partitions];
      void this.#ownership.whenFinished(states).then(() => this.close());
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  async #close(): Promise<void> {
    this.#ownership.closing();
    this.#stream.end();
    this.#committer?.stop();
    if (this.#member !== undefined) await this.#member.stop();
    else if (this.#options.autoCommit) await this.#committer?.commitProcessed([...this.#partitions]);
    this.#closing.abort();
    this.#fetcher.close();
    this.#pool.close();
    this.#onClosed();
  }
}
