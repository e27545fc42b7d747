import {
  type LogEngine,
  type PartitionId,
  type PartitionLog,
  STATE_LOG_CONFIG,
  type StateEntry,
  StateLog,
  type StateMachine,
} from "@letterpress/log";
import { OffsetsState } from "../groups/offsets-state.ts";
import { MetadataState } from "../topics/metadata-state.ts";
import { METADATA_PARTITION } from "../topics/open-metadata.ts";

/** What a broker that was alone has stored, as far as a cluster needs it to go on in its place. */
export class StoredBroker {
  readonly #state: MetadataState;

  private constructor(state: MetadataState) {
    this.#state = state;
  }

  /**
   * Reads what the engine holds of a broker that is stopped. Undefined when it holds nothing of any.
   *
   * @throws LogError what reading the metadata's log throws.
   */
  static async read(engine: LogEngine): Promise<StoredBroker | undefined> {
    const ids = await engine.list();
    if (!ids.some(({ topicId }) => topicId === METADATA_PARTITION.topicId)) return undefined;
    const log = await engine.open(METADATA_PARTITION, STATE_LOG_CONFIG);
    const state = new MetadataState();
    await replay(log, state);
    await log.close();
    return state.clusterId === "" ? undefined : new StoredBroker(state);
  }

  /** The id of its cluster of one, which stays the id of what it moves to. */
  get clusterId(): string {
    return this.#state.clusterId;
  }

  /** How many topics it has, internal ones left out. */
  get topicCount(): number {
    return [...this.#state.topics.values()].filter(({ isInternal }) => !isInternal).length;
  }

  /** Every partition of every topic, those of internal ones included. */
  partitions(): PartitionId[] {
    return [...this.#state.topics].flatMap(([topic, { id, partitions }]) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic, topicId: id, partition })),
    );
  }

  /** The metadata of a cluster in which every topic is kept `replicas` times. */
  metadata(replicas: number): StateEntry[] {
    const moved = new MetadataState();
    moved.clusterId = this.#state.clusterId;
    moved.nextProducerId = this.#state.nextProducerId;
    for (const [name, { id, partitions, isInternal, overrides }] of this.#state.topics) {
      moved.topics.set(name, { id, partitions, replicas, isInternal, overrides });
    }
    return [...moved.liveEntries()];
  }
}

/** How many groups the partitions of `__consumer_offsets` hold. Throws LogError. */
export async function countGroups(logs: readonly PartitionLog[]): Promise<number> {
  let count = 0;
  for (const log of logs) {
    const state = new OffsetsState();
    await replay(log, state);
    count += state.groupIds().size;
  }
  return count;
}

/** Only reads: nothing may be written to what is to be copied. */
async function replay(log: PartitionLog, machine: StateMachine): Promise<void> {
  const state = await StateLog.open(log, machine, { mayCompact: () => false });
  await state.close();
}
