import { LetterpressError } from "../letterpress-error.ts";
import type { TopicPartitionOffset } from "../record.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";
import type { CommittedOffsets } from "./committed-offsets.ts";
import type { Membership } from "./membership.ts";
import type { PartitionState } from "./partition-state.ts";

/** How long a commit that can be left to the next one is retried: the group may wait for this member meanwhile. */
const PASSING_MS = 4_000;

/** Commits what is processed: when asked, at an interval, and before partitions go. One commit at a time. */
export class Committer {
  readonly #offsets: CommittedOffsets;
  readonly #partitions: AssignedPartitions;
  readonly #membership: () => Membership;
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(offsets: CommittedOffsets, partitions: AssignedPartitions, membership: () => Membership) {
    this.#offsets = offsets;
    this.#partitions = partitions;
    this.#membership = membership;
  }

  start(intervalMs: number): void {
    this.#timer = setInterval(() => void this.commitProcessed([...this.#partitions]), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Commits up to and including `record`, or everything processed. Throws `LetterpressError`. */
  commit(record?: TopicPartitionOffset): Promise<void> {
    const run = async (): Promise<void> => {
      if (record === undefined) return this.#commitStates([...this.#partitions], undefined);
      const [state] = this.#partitions.select([record]);
      if (state === undefined) throw gone(record);
      const { topic, partition } = record;
      const offset = record.offset + 1n;
      await this.#offsets.commit([{ topic, partition, offset }], this.#membership);
      state.committedOffset = offset;
      // Who commits a record says that it is processed, before the loop asks for the next one.
      if (offset > state.processedOffset) state.processedUpTo(offset);
    };
    return this.#enqueue(run);
  }

  /** Commits what these partitions have processed. A failure is left to the next commit: nothing is lost by it. */
  commitProcessed(states: readonly PartitionState[]): Promise<void> {
    return this.#enqueue(() => this.#commitStates(states, PASSING_MS)).catch(() => undefined);
  }

  async #commitStates(states: readonly PartitionState[], patienceMs: number | undefined): Promise<void> {
    const due = states.filter(
      ({ processedOffset, committedOffset }) => processedOffset >= 0n && processedOffset !== committedOffset,
    );
    const offsets = due.map(({ topic, partition, processedOffset }) => ({
      topic,
      partition,
      offset: processedOffset,
    }));
    await this.#offsets.commit(offsets, this.#membership, patienceMs);
    for (const [index, state] of due.entries()) state.committedOffset = offsets[index]!.offset;
  }

  #enqueue(run: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function gone({ topic, partition }: TopicPartitionOffset): LetterpressError {
  return new LetterpressError(
    "GROUP_REBALANCED",
    `${topic}-${partition} does not belong to this consumer any more; its new owner reads the record again`,
    { topic, partition },
  );
}
