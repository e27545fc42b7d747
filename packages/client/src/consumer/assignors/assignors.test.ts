import fc from "fast-check";
import { expect, test } from "vitest";
import type { TopicPartition } from "../../record.ts";
import { partitionKey } from "../partition-state.ts";
import type { Assignor, GroupAssignment, GroupMember } from "./assignor.ts";
import { cooperativeSticky } from "./cooperative-sticky.ts";
import { range } from "./range.ts";
import { roundRobin } from "./round-robin.ts";

const ASSIGNORS = [range, roundRobin, cooperativeSticky];
const TOPICS = ["a", "b", "c"];

function member(
  memberId: string,
  topics: readonly string[],
  owned: readonly TopicPartition[] = [],
  generationId = -1,
): GroupMember {
  return { memberId, groupInstanceId: undefined, topics, ownedPartitions: owned, generationId };
}

const counts = fc
  .tuple(...TOPICS.map((topic) => fc.tuple(fc.constant(topic), fc.integer({ min: 0, max: 12 }))))
  .map((entries) => new Map(entries));
const members = fc
  .array(fc.subarray(TOPICS, { minLength: 1 }), { minLength: 1, maxLength: 6 })
  .map((subscriptions) => subscriptions.map((topics, index) => member(`m${index}`, topics)));
const equalMembers = fc
  .integer({ min: 1, max: 8 })
  .map((count) => Array.from({ length: count }, (_, index) => member(`m${index}`, TOPICS)));

function keys(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => partitionKey(topic, partition));
}

function expectDisjointAndComplete(
  assignment: GroupAssignment,
  group: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
): void {
  const all = [...assignment.values()].flatMap(keys);
  expect(new Set(all).size).toBe(all.length);
  const expected = [...partitionCounts].flatMap(([topic, count]) =>
    group.some(({ topics }) => topics.includes(topic))
      ? Array.from({ length: count }, (_, partition) => partitionKey(topic, partition))
      : [],
  );
  expect(all.toSorted()).toEqual(expected.toSorted());
  for (const { memberId, topics } of group) {
    expect(assignment.get(memberId)!.every(({ topic }) => topics.includes(topic))).toBe(true);
  }
}

/** The members as they join again, with what they were given. */
function rejoin(
  group: readonly GroupMember[],
  assignment: GroupAssignment,
  generationId: number,
): GroupMember[] {
  return group.map(({ memberId, topics }) =>
    member(memberId, topics, assignment.get(memberId) ?? [], generationId),
  );
}

/** Rebalances until nothing moves, as a cooperative group does. */
function settle(
  group: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
): GroupAssignment {
  const first = cooperativeSticky.assign(group, partitionCounts);
  return cooperativeSticky.assign(rejoin(group, first, 100), partitionCounts);
}

test.each(ASSIGNORS)("$name gives every partition to exactly one subscriber", (assignor: Assignor) => {
  fc.assert(
    fc.property(members, counts, (group, partitionCounts) => {
      expectDisjointAndComplete(assignor.assign(group, partitionCounts), group, partitionCounts);
    }),
  );
});

test.each([roundRobin, cooperativeSticky])("$name balances equal subscriptions to within one", (assignor) => {
  fc.assert(
    fc.property(equalMembers, counts, (group, partitionCounts) => {
      const loads = [...assignor.assign(group, partitionCounts).values()].map(({ length }) => length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }),
  );
});

test("range gives runs of partitions, the first members one more", () => {
  const group = [member("x", ["a"]), member("y", ["a"])];
  const assignment = range.assign(group, new Map([["a", 5]]));
  expect(assignment.get("x")!.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  expect(assignment.get("y")!.map(({ partition }) => partition)).toEqual([3, 4]);
});

test("cooperative-sticky moves nothing when nothing has changed", () => {
  fc.assert(
    fc.property(members, counts, (group, partitionCounts) => {
      const settled = settle(group, partitionCounts);
      const again = cooperativeSticky.assign(rejoin(group, settled, 101), partitionCounts);
      for (const { memberId } of group) {
        expect(keys(again.get(memberId)!).toSorted()).toEqual(keys(settled.get(memberId)!).toSorted());
      }
    }),
  );
});

test("cooperative-sticky never gives away what another member has not let go", () => {
  fc.assert(
    fc.property(equalMembers, counts, (group, partitionCounts) => {
      const settled = settle(group, partitionCounts);
      const grown = [...rejoin(group, settled, 101), member("new", TOPICS)];
      const first = cooperativeSticky.assign(grown, partitionCounts);
      const owned = new Set(grown.flatMap(({ ownedPartitions }) => keys(ownedPartitions)));
      expect(keys(first.get("new")!).filter((key) => owned.has(key))).toEqual([]);
      const second = cooperativeSticky.assign(rejoin(grown, first, 102), partitionCounts);
      expectDisjointAndComplete(second, grown, partitionCounts);
      const loads = [...second.values()].map(({ length }) => length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }),
  );
});

test("cooperative-sticky leaves those who stay what they have when a member goes", () => {
  fc.assert(
    fc.property(equalMembers, counts, (group, partitionCounts) => {
      const settled = settle(group, partitionCounts);
      const rest = rejoin(group.slice(1), settled, 101);
      if (rest.length === 0) return;
      const assignment = cooperativeSticky.assign(rest, partitionCounts);
      for (const { memberId, ownedPartitions } of rest) {
        const now = new Set(keys(assignment.get(memberId)!));
        expect(keys(ownedPartitions).every((key) => now.has(key))).toBe(true);
      }
      expectDisjointAndComplete(assignment, rest, partitionCounts);
    }),
  );
});

test("of two members that claim a partition the later generation keeps it", () => {
  const partition = { topic: "a", partition: 0 };
  const group = [member("stale", ["a"], [partition], 3), member("current", ["a"], [partition], 4)];
  const assignment = cooperativeSticky.assign(group, new Map([["a", 1]]));
  expect(assignment.get("current")).toEqual([partition]);
  expect(assignment.get("stale")).toEqual([]);
});
