import fc from "fast-check";
import { expect, test } from "vitest";
import { type AssignablePartition, assignLeaders } from "./assign-leaders.ts";

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
const partitionsOf = (topics: readonly number[]): AssignablePartition[] =>
  topics.flatMap((count, topic) =>
    Array.from({ length: count }, (_, index) => ({ key: `${topic}/${index}`, topicId: String(topic) })),
  );
const situation = fc
  .record({
    brokers: ids,
    partitions: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }).map(partitionsOf),
  })
  .chain(({ brokers, partitions }) =>
    fc
      .array(fc.option(fc.integer({ min: 1, max: 12 })), {
        minLength: partitions.length,
        maxLength: partitions.length,
      })
      .map((leaders) => {
        const current = new Map<string, number>();
        leaders.forEach((id, at) => {
          if (id !== null) current.set(partitions[at]!.key, id);
        });
        return { brokers, partitions, current };
      }),
  );

function countByBroker(brokers: readonly number[], leaders: ReadonlyMap<string, number>): number[] {
  return brokers.map((id) => [...leaders.values()].filter((leader) => leader === id).length);
}

test("every partition gets one live leader, and loads differ by one at most", () => {
  fc.assert(
    fc.property(situation, ({ brokers, partitions, current }) => {
      const leaders = assignLeaders(brokers, partitions, current);
      expect([...leaders.keys()].sort()).toEqual(partitions.map(({ key }) => key).sort());
      for (const id of leaders.values()) expect(brokers).toContain(id);
      const counts = countByBroker(brokers, leaders);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test("no more partitions move than balance takes", () => {
  fc.assert(
    fc.property(situation, ({ brokers, partitions, current }) => {
      const leaders = assignLeaders(brokers, partitions, current);
      const moves = partitions.filter(({ key }) => leaders.get(key) !== current.get(key)).length;
      // What must move: the partitions without a live leader, and what lies above the quotas, largest loads first.
      const kept = countByBroker(brokers, current).sort((a, b) => b - a);
      const share = Math.floor(partitions.length / brokers.length);
      const odd = partitions.length % brokers.length;
      const stay = kept.reduce(
        (sum, count, place) => sum + Math.min(count, share + (place < odd ? 1 : 0)),
        0,
      );
      expect(moves).toBe(partitions.length - stay);
    }),
  );
});

test("what is balanced stays as it is", () => {
  fc.assert(
    fc.property(situation, ({ brokers, partitions, current }) => {
      const leaders = assignLeaders(brokers, partitions, current);
      expect(assignLeaders(brokers.toReversed(), partitions, leaders)).toEqual(leaders);
    }),
  );
});

test("the partitions of a topic are spread over the brokers", () => {
  const partitions = partitionsOf([3, 3, 3]);
  const leaders = assignLeaders([1, 2, 3], partitions, new Map());
  for (const topic of [0, 1, 2]) {
    expect(new Set([0, 1, 2].map((index) => leaders.get(`${topic}/${index}`))).size).toBe(3);
  }
});

test("without brokers nobody leads", () => {
  expect(assignLeaders([], partitionsOf([2]), new Map([["0/0", 1]]))).toEqual(new Map());
});
