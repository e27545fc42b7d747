import fc from "fast-check";
import { expect, test } from "vitest";
import { assignOrphans } from "./assign-orphans.ts";

const brokerId = fc.integer({ min: 1, max: 9 });
const brokers = fc.uniqueArray(brokerId, { minLength: 1, maxLength: 7 });
const topics = fc
  .array(fc.array(fc.option(brokerId, { nil: undefined }), { maxLength: 9 }), { maxLength: 8 })
  .map((all) => all.map((leaders, index) => ({ id: `t${index}`, leaders })));

test("every partition gets a live leader, and whoever is alive keeps what it leads", () => {
  fc.assert(
    fc.property(brokers, topics, (ids, current) => {
      const assigned = assignOrphans(ids, current);
      for (const { id, leaders } of current) {
        const after = assigned.get(id)!;
        expect(after).toHaveLength(leaders.length);
        for (const [index, leader] of leaders.entries()) {
          if (ids.includes(leader!)) expect(after[index]).toBe(leader);
          else expect(ids).toContain(after[index]);
        }
      }
    }),
  );
});

test("new topics are spread evenly, each of them and all together", () => {
  expect([
    ...assignOrphans(
      [3, 1, 2],
      [
        { id: "a", leaders: [undefined, undefined, undefined, undefined] },
        { id: "b", leaders: [undefined] },
        { id: "c", leaders: [undefined] },
      ],
    ).values(),
  ]).toEqual([[1, 2, 3, 1], [2], [3]]);
});

test("what a lost broker led goes to those who lead least of it", () => {
  expect(assignOrphans([1, 2], [{ id: "a", leaders: [1, 3, 1, 3, 2] }]).get("a")).toEqual([1, 2, 1, 1, 2]);
});

test("without brokers nobody leads", () => {
  expect(assignOrphans([], [{ id: "a", leaders: [1, undefined] }])).toEqual(
    new Map([["a", [undefined, undefined]]]),
  );
});
