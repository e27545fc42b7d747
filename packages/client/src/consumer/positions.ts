import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { CONSUMER_PATIENCE_MS } from "../patience.ts";
import type { CommittedOffsets } from "./committed-offsets.ts";
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from "./list-offsets.ts";
import { type PartitionState, partitionKey } from "./partition-state.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

/** Finds where to begin: at the committed offset, or where `autoOffsetReset` says. */
export class Positions {
  readonly #cluster: Cluster;
  readonly #options: ResolvedConsumerOptions;
  readonly #committed: CommittedOffsets | undefined;
  readonly #signal: AbortSignal;

  constructor(
    cluster: Cluster,
    options: ResolvedConsumerOptions,
    committed: CommittedOffsets | undefined,
    signal: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#committed = committed;
    this.#signal = signal;
  }

  /** Gives a position to those that have none. Throws `LetterpressError`. */
  async find(states: readonly PartitionState[]): Promise<void> {
    const open = states.filter(({ hasPosition }) => !hasPosition);
    if (open.length === 0) return;
    const offsets = await this.#committed?.fetch(open, this.#signal);
    const missing: PartitionState[] = [];
    for (const state of open) {
      const offset = offsets?.get(partitionKey(state.topic, state.partition));
      if (offset === undefined) missing.push(state);
      else if (!state.hasPosition) {
        state.seek(offset);
        state.committedOffset = offset;
      }
    }
    await this.reset(missing);
  }

  /**
   * Moves partitions to an end of their log.
   *
   * @throws LetterpressError `OFFSET_OUT_OF_RANGE` when `autoOffsetReset` is `none`.
   */
  async reset(states: readonly PartitionState[]): Promise<void> {
    const [first] = states;
    if (first === undefined) return;
    const { autoOffsetReset, isReadCommitted } = this.#options;
    if (autoOffsetReset === "none") {
      const { topic, partition } = first;
      throw new LetterpressError(
        "OFFSET_OUT_OF_RANGE",
        `there is no valid offset for ${topic}-${partition} and autoOffsetReset is "none": seek, or reset the group`,
        { topic, partition },
      );
    }
    const timestamp = autoOffsetReset === "earliest" ? EARLIEST_TIMESTAMP : LATEST_TIMESTAMP;
    const versions = states.map(({ version }) => version);
    const found = await listOffsets(this.#cluster, states, timestamp, isReadCommitted, {
      patienceMs: CONSUMER_PATIENCE_MS,
      signal: this.#signal,
    });
    for (const [index, state] of states.entries()) {
      const end = found.get(partitionKey(state.topic, state.partition));
      if (end !== undefined && state.version === versions[index]) state.seek(end.offset);
    }
  }
}
