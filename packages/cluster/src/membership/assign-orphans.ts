import type { AssignableTopic } from "./assign-leaders.ts";

/**
 * Gives every partition without a leader one, and leaves all others where they are: the next one goes to whoever leads
 * fewest partitions of the topic, and fewest altogether among those. A pure function.
 *
 * @param brokers the ids of the brokers that may lead, in any order. Who is not among them leads nothing.
 * @returns the leaders by topic id; undefined for every partition when there are no brokers.
 */
export function assignOrphans(
  brokers: readonly number[],
  topics: readonly AssignableTopic[],
): Map<string, readonly (number | undefined)[]> {
  const ids = [...brokers].sort((a, b) => a - b);
  const kept = topics.map(({ id, leaders }) => ({
    id,
    leaders: leaders.map((leader) => (leader !== undefined && ids.includes(leader) ? leader : undefined)),
  }));
  const total = countsOf(
    ids,
    kept.flatMap(({ leaders }) => leaders),
  );
  const assigned = kept.map(({ id, leaders }) => {
    const ofTopic = countsOf(ids, leaders);
    const all = leaders.map((leader) => {
      if (leader !== undefined || ids.length === 0) return leader;
      const chosen = ids.reduce((a, b) => {
        const difference = ofTopic.get(b)! - ofTopic.get(a)! || total.get(b)! - total.get(a)!;
        return difference < 0 ? b : a;
      });
      for (const counts of [ofTopic, total]) counts.set(chosen, counts.get(chosen)! + 1);
      return chosen;
    });
    return [id, all] as const;
  });
  return new Map(assigned);
}

function countsOf(ids: readonly number[], leaders: readonly (number | undefined)[]): Map<number, number> {
  const counts = new Map(ids.map((id) => [id, 0]));
  for (const id of leaders) if (id !== undefined) counts.set(id, counts.get(id)! + 1);
  return counts;
}
