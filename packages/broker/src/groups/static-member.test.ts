import { expect, test } from "vitest";
import { GroupDriver, protocol } from "./testing/group-driver.ts";

/** A stable group of two static members: `i-a`, which leads with the id `a-1`, and `i-b` with `b-1`. */
function stableStaticGroup(): GroupDriver {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: "i-a", newMemberId: "a-1" });
  driver.join({ groupInstanceId: "i-b", newMemberId: "b-1" });
  driver.join({ groupInstanceId: "i-a", memberId: "a-1" });
  driver.sync("a-1", 2, { "a-1": { orders: [0] }, "b-1": { orders: [1] } }, { groupInstanceId: "i-a" });
  driver.sync("b-1", 2, {}, { groupInstanceId: "i-b" });
  expect(driver.group.state).toBe("Stable");
  return driver;
}

test("a static member joins without asking for an id first", () => {
  const driver = new GroupDriver();
  const joined = driver.join({ groupInstanceId: "i-a", newMemberId: "a-1" });
  expect(driver.joined(joined)).toMatchObject({ error: "NONE", memberId: "a-1", leader: "a-1" });
  expect(driver.joined(joined)?.members[0]?.groupInstanceId).toBe("i-a");
});

test("a restarted static follower takes over its assignment without a rebalance", () => {
  const driver = stableStaticGroup();
  const joined = driver.join({ groupInstanceId: "i-b", newMemberId: "b-2" });
  expect(driver.joined(joined)).toMatchObject({
    error: "NONE",
    memberId: "b-2",
    generationId: 2,
    leader: "a-1",
  });
  expect(driver.group.state).toBe("Stable");
  const synced = driver.sync("b-2", 2, {}, { groupInstanceId: "i-b" });
  expect(driver.partitionsOf(synced)).toEqual({ orders: [1] });
  expect(driver.stored.at(-1)?.members.map(({ memberId }) => memberId)).toEqual(["a-1", "b-2"]);
});

test("the answer to a restarted static member waits until its new id is stored", () => {
  const driver = stableStaticGroup();
  driver.holdsStorage = true;
  const joined = driver.join({ groupInstanceId: "i-b", newMemberId: "b-2" });
  expect(driver.joined(joined)).toBeUndefined();
  driver.store();
  expect(driver.joined(joined)?.error).toBe("NONE");
});

test("the id that a static member had before is fenced everywhere", () => {
  const driver = stableStaticGroup();
  driver.join({ groupInstanceId: "i-b", newMemberId: "b-2" });
  expect(driver.heartbeat("b-1", 2, "i-b")).toBe("FENCED_INSTANCE_ID");
  expect(driver.commit("b-1", 2, "i-b")).toBe("FENCED_INSTANCE_ID");
  expect(driver.synced(driver.sync("b-1", 2, {}, { groupInstanceId: "i-b" }))?.error).toBe(
    "FENCED_INSTANCE_ID",
  );
  const joined = driver.join({ memberId: "b-1", groupInstanceId: "i-b" });
  expect(driver.joined(joined)?.error).toBe("FENCED_INSTANCE_ID");
  expect(driver.leaveInstance("i-b", "b-1")).toEqual(["FENCED_INSTANCE_ID"]);
  expect(driver.heartbeat("b-2", 2, "i-b")).toBe("NONE");
});

test("a parked request of a replaced static member is fenced at once", () => {
  const driver = stableStaticGroup();
  const old = driver.join({ memberId: "a-1", groupInstanceId: "i-a" });
  driver.join({ groupInstanceId: "i-a", newMemberId: "a-2" });
  expect(driver.joined(old)?.error).toBe("FENCED_INSTANCE_ID");
});

test("a restarted static leader is told to skip the assignment, or, before version 9, that another leads", () => {
  const modern = stableStaticGroup();
  const skipped = modern.join({ groupInstanceId: "i-a", newMemberId: "a-2" });
  expect(modern.joined(skipped)).toMatchObject({ leader: "a-2", skipAssignment: true });
  expect(modern.joined(skipped)?.members).toHaveLength(2);
  const old = stableStaticGroup();
  const joined = old.join({ groupInstanceId: "i-a", newMemberId: "a-2", supportsSkippingAssignment: false });
  expect(old.joined(joined)).toMatchObject({ leader: "a-1", skipAssignment: false, members: [] });
});

test("a static member that comes back with other topics causes a rebalance", () => {
  const driver = stableStaticGroup();
  driver.join({ groupInstanceId: "i-b", newMemberId: "b-2", protocols: [protocol("range", "payments")] });
  expect(driver.group.state).toBe("PreparingRebalance");
});

test("a static member that restarts between join and sync causes a rebalance", () => {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: "i-a", newMemberId: "a-1" });
  const joined = driver.join({ groupInstanceId: "i-a", newMemberId: "a-2" });
  expect(driver.joined(joined)).toMatchObject({ error: "NONE", generationId: 2, leader: "a-2" });
});

test("static members that are away are kept in the next generation until their session ends", () => {
  const driver = stableStaticGroup();
  const leader = driver.join({ memberId: "a-1", groupInstanceId: "i-a", rebalanceTimeoutMs: 5_000 });
  driver.advance(9_000);
  expect(driver.joined(leader)).toBeUndefined();
  driver.heartbeat("b-1", 2, "i-b");
  driver.advance(9_000);
  driver.heartbeat("b-1", 2, "i-b");
  driver.advance(9_000);
  driver.heartbeat("b-1", 2, "i-b");
  driver.advance(3_000);
  expect(driver.joined(leader)?.members.map(({ memberId }) => memberId)).toEqual(["a-1", "b-1"]);
});

test("when only static members are there and none joins, the wait goes on until their sessions end", () => {
  const driver = stableStaticGroup();
  const joining = driver.join({ memberId: "a-1", groupInstanceId: "i-a" });
  driver.disconnect(joining);
  driver.advance(60_000);
  expect(driver.group.state).toBe("Empty");
});

test("an administrator removes a static member by its instance", () => {
  const driver = stableStaticGroup();
  expect(driver.leaveInstance("i-b")).toEqual(["NONE"]);
  expect(driver.leaveInstance("i-b")).toEqual(["UNKNOWN_MEMBER_ID"]);
  expect(driver.group.state).toBe("PreparingRebalance");
});
