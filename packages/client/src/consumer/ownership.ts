import { LetterpressError } from "../letterpress-error.ts";
import type { TopicPartition } from "../record.ts";
import type { AssignedPartitions } from "./assigned-partitions.ts";
import type { Committer } from "./committer.ts";
import type { AssignmentListener } from "./consumer-options.ts";
import type { AssignmentHandler } from "./group-member.ts";
import type { PartitionState } from "./partition-state.ts";
import type { Positions } from "./positions.ts";
import type { RecordStream } from "./record-stream.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

/** What takes part when partitions come and go. */
export interface OwnershipParts {
  readonly options: ResolvedConsumerOptions;
  readonly partitions: AssignedPartitions;
  readonly stream: RecordStream;
  readonly positions: Positions;
  readonly committer: Committer | undefined;
  /** Partitions can be fetched that could not before. */
  readonly onReady: () => void;
}

/**
 * Takes partitions over and hands them on: a partition begins at its committed offset, and leaves after the loop has
 * finished with the record it works on and that is committed.
 */
export class Ownership implements AssignmentHandler {
  readonly #parts: OwnershipParts;
  #isClosing = false;
  #onPoll: (() => void) | undefined;

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
  }

  async assign(added: readonly TopicPartition[]): Promise<void> {
    const { options, partitions, positions, stream, onReady } = this.#parts;
    const states = added.map((partition) => partitions.add(partition));
    await options.onPartitionsAssigned?.(added);
    try {
      await positions.find(states);
    } catch (error) {
      stream.fail(LetterpressError.from(error));
    }
    onReady();
  }

  async revoke(revoked: readonly TopicPartition[]): Promise<void> {
    const { options, partitions, committer } = this.#parts;
    const states = partitions.select(revoked);
    for (const state of states) state.isRevoking = true;
    if (!this.#isClosing) await this.whenFinished(states);
    if (options.autoCommit) await committer?.commitProcessed(states);
    await this.#remove(revoked, options.onPartitionsRevoked);
  }

  lose(lost: readonly TopicPartition[]): Promise<void> {
    return this.#remove(lost, this.#parts.options.onPartitionsLost);
  }

  fail(error: LetterpressError): void {
    this.#parts.stream.fail(error);
  }

  whenPolled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onPoll = resolve;
      if (this.#isClosing) resolve();
    });
  }

  /** The loop asks for records. */
  polled(): void {
    this.#onPoll?.();
    this.#onPoll = undefined;
  }

  /** From now on nothing waits for the loop: it may be the loop's own body that closes the consumer. */
  closing(): void {
    this.#isClosing = true;
    this.polled();
  }

  /** Resolves when the loop has finished what it holds of these partitions, or has had its time. */
  async whenFinished(states: readonly PartitionState[]): Promise<void> {
    const { options, stream } = this.#parts;
    const { promise: timedOut, resolve } = Promise.withResolvers<void>();
    // Half of the time that the group waits is left for committing and joining.
    const timer = setTimeout(resolve, options.rebalanceTimeoutMs / 2);
    await Promise.race([stream.whenFinished(new Set(states)), timedOut]);
    clearTimeout(timer);
  }

  async #remove(gone: readonly TopicPartition[], listener: AssignmentListener | undefined): Promise<void> {
    const { partitions } = this.#parts;
    const states = partitions.select(gone);
    for (const state of states) state.isRevoking = true;
    if (gone.length > 0) await listener?.(gone);
    for (const state of states) partitions.remove(state);
  }
}
