/**
 * Each thing that a request asks about once, the last mention counting: a small request must not have something large
 * described thousands of times.
 */
export function distinctBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return items.length < 2 ? items : [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** The partitions of each topic that a request names, each once, however its lists are cut; the last mention counts. */
export function distinctPartitions<Topic, Partition>(
  topics: readonly Topic[],
  nameOf: (topic: Topic) => string,
  partitionsOf: (topic: Topic) => readonly Partition[],
  indexOf: (partition: Partition) => number,
): { readonly name: string; readonly partitions: readonly Partition[] }[] {
  const byName = new Map<string, Map<number, Partition>>();
  for (const topic of topics) {
    const name = nameOf(topic);
    const byIndex = byName.get(name) ?? new Map<number, Partition>();
    byName.set(name, byIndex);
    for (const partition of partitionsOf(topic)) byIndex.set(indexOf(partition), partition);
  }
  return Array.from(byName, ([name, byIndex]) => ({ name, partitions: [...byIndex.values()] }));
}
