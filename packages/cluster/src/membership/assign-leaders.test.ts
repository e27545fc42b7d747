import fc from "fast-check";
import { expect, test } from "vitest";
import { type AssignableTopic, assignLeaders } from "./assign-leaders.ts";

const brokerId = fc.integer({ min: 1, max: 9 });
const brokers = fc.uniqueArray(brokerId, { minLength: 1, maxLength: 7 });
const topics = fc
  .array(fc.array(fc.option(brokerId, { nil: undefined }), { maxLength: 9 }), { maxLength: 8 })
  .map((all) => all.map((leaders, index): AssignableTopic => ({ id: `t${index}`, leaders })));

const asTopics = (assigned: ReturnType<typeof assignLeaders>): AssignableTopic[] =>
  [...assigned].map(([id, leaders]) => ({ id, leaders }));

function spread(ids: readonly number[], leaders: readonly (number | undefined)[]): number {
  const counts = ids.map((id) => leaders.filter((leader) => leader === id).length);
  return Math.max(...counts) - Math.min(...counts);
}

function moves(before: readonly AssignableTopic[], after: ReturnType<typeof assignLeaders>): number {
  let count = 0;
  for (const { id, leaders } of before) {
    for (const [index, leader] of leaders.entries()) if (after.get(id)![index] !== leader) count++;
  }
  return count;
}

test("every partition gets a live leader; loads differ by one at most, in every topic and altogether", () => {
  fc.assert(
    fc.property(brokers, topics, (ids, current) => {
      const assigned = assignLeaders(ids, current);
      for (const { id, leaders } of current) {
        expect(assigned.get(id)).toHaveLength(leaders.length);
        for (const leader of assigned.get(id)!) expect(ids).toContain(leader);
        expect(spread(ids, assigned.get(id)!)).toBeLessThanOrEqual(1);
      }
      expect(spread(ids, [...assigned.values()].flat())).toBeLessThanOrEqual(1);
    }),
  );
});

test("what is balanced stays as it is, whatever the order of the brokers", () => {
  fc.assert(
    fc.property(brokers, topics, (ids, current) => {
      const assigned = assignLeaders(ids, current);
      expect(assignLeaders(ids.toReversed(), asTopics(assigned))).toEqual(assigned);
    }),
  );
});

test("a single topic moves no more partitions than balance takes", () => {
  fc.assert(
    fc.property(brokers, topics, (ids, current) => {
      for (const topic of current) {
        const counts = ids
          .map((id) => topic.leaders.filter((leader) => leader === id).length)
          .sort((a, b) => b - a);
        const share = Math.floor(topic.leaders.length / ids.length);
        const odd = topic.leaders.length % ids.length;
        const stay = counts.reduce((sum, count, at) => sum + Math.min(count, share + (at < odd ? 1 : 0)), 0);
        expect(moves([topic], assignLeaders(ids, [topic]))).toBe(topic.leaders.length - stay);
      }
    }),
  );
});

test("the loss of a broker moves what it led, and at most one partition of a topic beside", () => {
  fc.assert(
    fc.property(brokers, topics, (ids, current) => {
      const before = asTopics(assignLeaders(ids, current));
      const [lost, ...rest] = ids;
      if (rest.length === 0) return;
      const orphans = before.flatMap(({ leaders }) => leaders).filter((leader) => leader === lost).length;
      expect(moves(before, assignLeaders(rest, before))).toBeLessThanOrEqual(orphans + before.length);
    }),
  );
});

test("without brokers nobody leads", () => {
  expect(assignLeaders([], [{ id: "t", leaders: [1, undefined] }])).toEqual(
    new Map([["t", [undefined, undefined]]]),
  );
});
