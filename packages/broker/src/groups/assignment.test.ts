import { expect, test } from "vitest";
import { encodeAssignment, GroupDriver } from "./testing/group-driver.ts";

test("assignments that give one partition to two members are refused, and the leader is put out", () => {
  const driver = new GroupDriver();
  const generationId = driver.formGroup("a", "b");
  const b = driver.sync("b", generationId);
  const a = driver.sync("a", generationId, { a: { orders: [0, 1] }, b: { orders: [1, 2] } });
  expect(driver.synced(a)?.error).toBe("INVALID_REQUEST");
  expect(driver.synced(b)?.error).toBe("REBALANCE_IN_PROGRESS");
  expect(driver.refusals).toEqual(["orders-1 is assigned to a and to b"]);
  expect(driver.heartbeat("a", generationId)).toBe("UNKNOWN_MEMBER_ID");
  const rejoined = driver.join({ memberId: "b" });
  expect(driver.joined(rejoined)).toMatchObject({
    error: "NONE",
    leader: "b",
    generationId: generationId + 1,
  });
});

test("an assignment that is no consumer assignment is refused", () => {
  const driver = new GroupDriver();
  const generationId = driver.formGroup("a");
  const assignment = Buffer.from([0, 0, 0x7f, 0xff, 0xff, 0xff]);
  const synced = driver.syncRaw("a", generationId, [{ memberId: "a", assignment }]);
  expect(driver.synced(synced)?.error).toBe("INVALID_REQUEST");
  expect(driver.refusals[0]).toContain("the assignment of a is not in the consumer protocol's format");
  expect(driver.group.state).toBe("Empty");
});

test("a partition listed twice for one member, empty assignments and strangers are let pass", () => {
  const driver = new GroupDriver();
  const generationId = driver.formGroup("a", "b");
  const assignments = [
    { memberId: "a", assignment: encodeAssignment({ orders: [0, 0] }) },
    { memberId: "b", assignment: Buffer.alloc(0) },
    { memberId: "stranger", assignment: encodeAssignment({ orders: [0] }) },
  ];
  expect(driver.synced(driver.syncRaw("a", generationId, assignments))?.error).toBe("NONE");
});

test("what other protocol types assign is not looked at", () => {
  const driver = new GroupDriver();
  const joined = driver.join({ requiresKnownMemberId: false, newMemberId: "w", protocolType: "connect" });
  expect(driver.joined(joined)?.error).toBe("NONE");
  const synced = driver.syncRaw("w", 1, [{ memberId: "w", assignment: Buffer.from("anything") }]);
  expect(driver.synced(synced)?.assignment.toString()).toBe("anything");
});

test("a partition is owned by the member it was assigned to until the next generation", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  const isOwnedByOther = (memberId: string): boolean => driver.group.isOwnedByOther(memberId, "orders", 1);
  expect(isOwnedByOther("a")).toBe(true);
  expect(isOwnedByOther("b")).toBe(false);
  driver.leave("b");
  expect(isOwnedByOther("a")).toBe(false);
});
