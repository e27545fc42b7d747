/** A partition of which somebody is to be the leader. */
export interface AssignablePartition {
  /** Unique among all partitions. */
  readonly key: string;
  /** Partitions of one topic are spread over the brokers where that costs nothing. */
  readonly topicId: string;
}

/**
 * Chooses the leader of every partition: loads differ by one at most, and no more partitions change their leader than
 * that takes. A pure function of its arguments, whatever their order of brokers.
 *
 * @param brokers the ids of the brokers that may lead.
 * @param current who leads now, by the partition's key; brokers that are gone may be among them.
 * @returns the leader by the partition's key; empty when there are no brokers.
 */
export function assignLeaders(
  brokers: readonly number[],
  partitions: readonly AssignablePartition[],
  current: ReadonlyMap<string, number>,
): Map<string, number> {
  const leaders = new Map<string, number>();
  if (brokers.length === 0) return leaders;
  const kept = new Map(brokers.map((id): [number, AssignablePartition[]] => [id, []]));
  const open: AssignablePartition[] = [];
  for (const partition of partitions) (kept.get(current.get(partition.key) ?? -1) ?? open).push(partition);

  const loads = quotas(kept, partitions.length).map(({ id, quota }) => {
    const own = kept.get(id)!;
    // The newest go: partitions of a topic lie next to each other, so others of it are likely to stay.
    open.push(...own.splice(quota));
    return new Load(id, quota, own);
  });
  for (const { leaderId, partitions: own } of loads) for (const { key } of own) leaders.set(key, leaderId);
  for (const partition of open) {
    const load = mostSuitable(loads, partition.topicId);
    load.add(partition);
    leaders.set(partition.key, load.leaderId);
  }
  return leaders;
}

/** How many partitions each broker leads; who leads most keeps the odd ones, so that fewest move. */
function quotas(kept: ReadonlyMap<number, readonly unknown[]>, partitions: number) {
  const share = Math.floor(partitions / kept.size);
  const odd = partitions % kept.size;
  return [...kept]
    .sort(([idA, a], [idB, b]) => b.length - a.length || idA - idB)
    .map(([id], place) => ({ id, quota: share + (place < odd ? 1 : 0) }));
}

class Load {
  readonly leaderId: number;
  readonly partitions: AssignablePartition[];
  readonly #quota: number;
  readonly #byTopic = new Map<string, number>();

  constructor(leaderId: number, quota: number, partitions: AssignablePartition[]) {
    this.leaderId = leaderId;
    this.partitions = partitions;
    this.#quota = quota;
    for (const { topicId } of partitions) this.#count(topicId);
  }

  get room(): number {
    return this.#quota - this.partitions.length;
  }

  of(topicId: string): number {
    return this.#byTopic.get(topicId) ?? 0;
  }

  add(partition: AssignablePartition): void {
    this.partitions.push(partition);
    this.#count(partition.topicId);
  }

  #count(topicId: string): void {
    this.#byTopic.set(topicId, this.of(topicId) + 1);
  }
}

/** Of those with room, the broker that leads fewest of the topic, then the one with most room. */
function mostSuitable(loads: readonly Load[], topicId: string): Load {
  let best: Load | undefined;
  for (const load of loads) {
    if (load.room <= 0) continue;
    const isBetter =
      best === undefined ||
      load.of(topicId) < best.of(topicId) ||
      (load.of(topicId) === best.of(topicId) && load.room > best.room);
    if (isBetter) best = load;
  }
  return best!;
}
