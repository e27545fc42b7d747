import { expect, test } from "vitest";
import { isValidGroupId, offsetsPartitionOf } from "./group-id.ts";

// What `Utils.abs(id.hashCode())` gives in Java.
test.each([
  ["", 0],
  ["a", 97],
  ["billing", 109829509],
  ["polygenelubricants", 0],
  ["hello", 99162322],
])("the hash of %j is Java's", (groupId, hash) => {
  expect(offsetsPartitionOf(groupId, 2 ** 31)).toBe(hash);
});

test("a group lives in the partition its hash falls into, whatever the sign", () => {
  expect(["hello", "billing", "console-consumer-12345"].map((id) => offsetsPartitionOf(id, 50))).toEqual([
    22, 9, 6,
  ]);
});

test("group ids have between 1 and 1024 characters", () => {
  expect(["", "g", "x".repeat(1024), "x".repeat(1025)].map(isValidGroupId)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
