import { LogError } from "@letterpress/log";
import { expect, test } from "vitest";
import type { OffsetsLog } from "./offsets-writer.ts";
import { CoordinatorDriver, NOBODY, toCommit } from "./testing/coordinator-driver.ts";

test("a restarted coordinator resumes its groups: generation, members and assignments", async () => {
  const before = await CoordinatorDriver.start();
  const member = await before.formGroup("g");
  const after = await before.restart();
  expect(after.coordinator.heartbeat("g", member, member.generationId)).toBe("NONE");
  const { state, snapshot } = after.coordinator.admin.describe("g");
  expect(state).toBe("Stable");
  expect(snapshot?.members[0]).toMatchObject({ memberId: member.memberId, clientHost: "/127.0.0.1" });
  await after.clock.advance(10_000);
  expect(after.coordinator.heartbeat("g", member, member.generationId)).toBe("UNKNOWN_MEMBER_ID");
});

test("generations go on where they were after a restart", async () => {
  const before = await CoordinatorDriver.start();
  const member = await before.formGroup("g");
  const after = await before.restart();
  expect(after.coordinator.leave("g", [member]).members[0]?.error).toBe("NONE");
  const joined = await after.join("g");
  expect(joined.generationId).toBeGreaterThan(member.generationId);
});

test("an assignment is handed out only when it is stored", async () => {
  const driver = await CoordinatorDriver.start();
  const joined = await driver.join("g");
  driver.log.hold();
  let isAnswered = false;
  const synced = driver.sync("g", joined, { [joined.memberId]: { orders: [0] } }).then((result) => {
    isAnswered = true;
    return result;
  });
  await driver.clock.advance(0);
  expect(isAnswered).toBe(false);
  driver.log.release();
  expect((await synced).error).toBe("NONE");
});

test("when the log cannot store the assignment, the members are told to find the coordinator again", async () => {
  const driver = await CoordinatorDriver.start();
  const joined = await driver.join("g");
  driver.log.failure = new LogError("NOT_LEADER", "led elsewhere");
  expect((await driver.sync("g", joined)).error).toBe("NOT_COORDINATOR");
  driver.log.failure = new LogError("STORAGE_FAILED", "disk full");
  const again = await driver.join("g", { memberId: joined.memberId });
  expect((await driver.sync("g", again)).error).toBe("COORDINATOR_NOT_AVAILABLE");
});

test("one timer serves every member of every group", async () => {
  const driver = await CoordinatorDriver.start();
  for (let count = 0; count < 50; count++) await driver.formGroup(`g-${count}`);
  expect(driver.clock.timerCount).toBe(1);
  const before = driver.clock.scheduledCount;
  const member = await driver.formGroup("g");
  for (let count = 0; count < 100; count++) driver.coordinator.heartbeat("g", member, member.generationId);
  expect(driver.clock.scheduledCount - before).toBeLessThanOrEqual(2);
});

test("a member whose heartbeats stop is put out by the timer", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  for (let count = 0; count < 5; count++) {
    await driver.clock.advance(9_000);
    expect(driver.coordinator.heartbeat("g", member, member.generationId)).toBe("NONE");
  }
  await driver.clock.advance(10_000);
  expect(driver.coordinator.admin.describe("g").state).toBe("Empty");
});

test("a join waits for the others, and ends when its connection does", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  const connection = new AbortController();
  const lost = driver.join("g", {}, connection.signal);
  connection.abort();
  expect((await lost).error).toBe("COORDINATOR_NOT_AVAILABLE");
  const rejoined = await driver.join("g", { memberId: member.memberId });
  expect(rejoined.members).toHaveLength(1);
});

test("requests on a connection that is gone already do not stay parked", async () => {
  const driver = await CoordinatorDriver.start();
  await driver.formGroup("g");
  expect((await driver.join("g", {}, AbortSignal.abort())).error).toBe("COORDINATOR_NOT_AVAILABLE");
  expect(driver.coordinator.admin.describe("g").snapshot?.members).toHaveLength(1);
});

test("a partition that is loading, unloaded or elsewhere says so", async () => {
  const driver = await CoordinatorDriver.start({ offsetsPartitions: 2 });
  const [here, elsewhere] = ["a", "b"];
  expect([here, elsewhere].map((id) => driver.coordinator.partitionOf(id))).toEqual([1, 0]);
  let opened: (log: OffsetsLog) => void = () => {};
  const loading = driver.coordinator.loadPartition(1, () => new Promise((resolve) => (opened = resolve)));
  expect((await driver.join("a")).error).toBe("COORDINATOR_LOAD_IN_PROGRESS");
  expect(driver.coordinator.admin.list().error).toBe("COORDINATOR_LOAD_IN_PROGRESS");
  opened(driver.log);
  await loading;
  const member = await driver.formGroup("a");
  const parked = driver.join("a");
  driver.coordinator.unloadPartition(1);
  expect((await parked).error).toBe("NOT_COORDINATOR");
  expect(driver.coordinator.heartbeat("a", member, 1)).toBe("NOT_COORDINATOR");
  expect(await driver.coordinator.offsets.commit("a", NOBODY, [toCommit("orders", 0, 1n)])).toEqual([
    "NOT_COORDINATOR",
  ]);
});

test("a partition that cannot be opened is not coordinated here", async () => {
  const driver = await CoordinatorDriver.start();
  driver.coordinator.unloadPartition(0);
  const failing = driver.coordinator.loadPartition(0, () => Promise.reject(new Error("corrupt")));
  await expect(failing).rejects.toThrow("corrupt");
  expect((await driver.join("g")).error).toBe("NOT_COORDINATOR");
});

test("an unload during the load wins", async () => {
  const driver = await CoordinatorDriver.start();
  driver.coordinator.unloadPartition(0);
  let opened: (log: OffsetsLog) => void = () => {};
  const loading = driver.coordinator.loadPartition(0, () => new Promise((resolve) => (opened = resolve)));
  driver.coordinator.unloadPartition(0);
  opened(driver.log);
  await loading;
  expect((await driver.join("g")).error).toBe("NOT_COORDINATOR");
});

test.each(["", "x".repeat(1025)])("group ids are bounded", async (groupId) => {
  const driver = await CoordinatorDriver.start();
  expect((await driver.join(groupId)).error).toBe("INVALID_GROUP_ID");
  expect(driver.coordinator.heartbeat(groupId, NOBODY, 1)).toBe("INVALID_GROUP_ID");
  expect(driver.coordinator.leave(groupId, [NOBODY]).error).toBe("INVALID_GROUP_ID");
});

test("members of a group that is not there are unknown", async () => {
  const driver = await CoordinatorDriver.start();
  expect((await driver.join("g", { memberId: "m" })).error).toBe("UNKNOWN_MEMBER_ID");
  expect(driver.coordinator.heartbeat("g", NOBODY, 1)).toBe("UNKNOWN_MEMBER_ID");
  expect(driver.coordinator.leave("g", [NOBODY])).toMatchObject({
    error: "NONE",
    members: [{ error: "UNKNOWN_MEMBER_ID" }],
  });
});

test("a refused assignment is said in the log, with the partition and both members", async () => {
  const driver = await CoordinatorDriver.start();
  const first = await driver.join("g");
  const second = driver.join("g");
  const leader = await driver.join("g", { memberId: first.memberId });
  const [a, b] = [leader.memberId, (await second).memberId];
  const synced = await driver.sync("g", leader, { [a]: { orders: [0] }, [b]: { orders: [0] } });
  expect(synced.error).toBe("INVALID_REQUEST");
  expect(driver.warnings[0]).toContain(`orders-0 is assigned to ${a} and to ${b}`);
});

test("a coordinator that may not lead any more knows nothing, though nobody has told it yet", async () => {
  let leads = true;
  const driver = await CoordinatorDriver.start({ leads: () => leads });
  const member = await driver.formGroup("g");
  expect(await driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 7n)])).toEqual([
    "UNKNOWN_MEMBER_ID",
  ]);
  expect(await driver.coordinator.offsets.commit("h", NOBODY, [toCommit("orders", 0, 7n)])).toEqual(["NONE"]);
  leads = false;
  const { coordinator } = driver;
  expect(coordinator.offsets.fetch("h")).toEqual({ error: "NOT_COORDINATOR" });
  expect(await coordinator.offsets.commit("h", NOBODY, [toCommit("orders", 0, 8n)])).toEqual([
    "NOT_COORDINATOR",
  ]);
  expect(coordinator.heartbeat("g", member, member.generationId)).toBe("NOT_COORDINATOR");
  expect((await driver.join("g", { memberId: member.memberId })).error).toBe("NOT_COORDINATOR");
  expect(coordinator.admin.describe("g").error).toBe("NOT_COORDINATOR");
  expect(coordinator.admin.list().groups).toEqual([]);
});
