import type { StateEntry, StateMachine, StoredEntry } from "@letterpress/log";
import type { GroupSnapshot } from "./group-types.ts";
import { type CommittedOffset, decodeOffsets, encodeOffsets, type OffsetsRecord } from "./offsets-record.ts";

/** The committed offsets of one group, by topic and partition. */
export type GroupOffsets = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;

const NO_OFFSETS: GroupOffsets = new Map();

/** One partition of `__consumer_offsets` as a pure function of its log: committed offsets and group metadata. */
export class OffsetsState implements StateMachine {
  readonly #offsets = new Map<string, Map<string, Map<number, CommittedOffset>>>();
  readonly #snapshots = new Map<string, GroupSnapshot>();
  /** What newer builds or Kafka's other group protocols have stored, by key, kept as it is. */
  readonly #unknown = new Map<string, StateEntry>();

  apply(stored: StoredEntry): void {
    const record = decoded(stored);
    if (record === undefined) this.#keep(stored);
    else if (record.kind === "offset") this.#setOffset(record);
    else if (record.snapshot === null) this.#snapshots.delete(record.groupId);
    else this.#snapshots.set(record.groupId, record.snapshot);
  }

  *liveEntries(): Iterable<StateEntry> {
    yield* this.#unknown.values();
    for (const [groupId, snapshot] of this.#snapshots)
      yield encodeOffsets({ kind: "group", groupId, snapshot });
    for (const [groupId, topics] of this.#offsets) {
      for (const [topic, partitions] of topics) {
        for (const [partition, committed] of partitions) {
          yield encodeOffsets({ kind: "offset", groupId, topic, partition, committed });
        }
      }
    }
  }

  /** Every group that has offsets or metadata. */
  groupIds(): ReadonlySet<string> {
    return new Set([...this.#snapshots.keys(), ...this.#offsets.keys()]);
  }

  snapshotOf(groupId: string): GroupSnapshot | undefined {
    return this.#snapshots.get(groupId);
  }

  offsetsOf(groupId: string): GroupOffsets {
    return this.#offsets.get(groupId) ?? NO_OFFSETS;
  }

  #setOffset({ groupId, topic, partition, committed }: Extract<OffsetsRecord, { kind: "offset" }>): void {
    if (committed !== null) {
      const topics = getOrMake(this.#offsets, groupId);
      getOrMake(topics, topic).set(partition, committed);
      return;
    }
    const topics = this.#offsets.get(groupId);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#offsets.delete(groupId);
  }

  #keep({ key, value }: StoredEntry): void {
    const name = key.toString("latin1");
    if (value === null) this.#unknown.delete(name);
    else this.#unknown.set(name, { key: Buffer.from(key), value: Buffer.from(value) });
  }
}

function getOrMake<K, IK, IV>(map: Map<K, Map<IK, IV>>, key: K): Map<IK, IV> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

function decoded(stored: StoredEntry): OffsetsRecord | undefined {
  try {
    return decodeOffsets(stored);
  } catch {
    return undefined;
  }
}
