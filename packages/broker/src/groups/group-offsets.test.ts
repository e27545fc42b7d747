import { LogError } from "@letterpress/log";
import { expect, test } from "vitest";
import { CoordinatorDriver, NOBODY, toCommit } from "./testing/coordinator-driver.ts";
import { protocol } from "./testing/group-driver.ts";

const DAY_MS = 86_400_000;

test("commits are kept with their leader epoch and metadata, and survive a restart", async () => {
  const before = await CoordinatorDriver.start();
  const member = await before.formGroup("g");
  expect(await before.coordinator.offsets.commit("g", member, [toCommit("orders", 0, 42n)])).toEqual([
    "NONE",
  ]);
  const after = await before.restart();
  expect(after.committed("g", "orders", 0)).toEqual({
    offset: 42n,
    leaderEpoch: 4,
    metadata: "note",
    commitTimestampMs: before.clock.now(),
    expireTimestampMs: -1,
  });
});

test("a commit is neither answered nor seen before it is durable", async () => {
  const driver = await CoordinatorDriver.start();
  driver.log.hold();
  let errors: unknown;
  const committing = driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)]);
  void committing.then((result) => {
    errors = result;
  });
  await driver.clock.advance(0);
  expect([errors, driver.committed("g", "orders", 0)]).toEqual([undefined, undefined]);
  driver.log.release();
  await committing;
  expect(driver.committed("g", "orders", 0)?.offset).toBe(1n);
});

test("commits that arrive during an append share the next one", async () => {
  const driver = await CoordinatorDriver.start();
  driver.log.hold();
  const first = driver.coordinator.offsets.commit("g-0", NOBODY, [toCommit("orders", 0, 1n)]);
  await driver.clock.advance(0);
  const others = Array.from({ length: 20 }, (_, index) =>
    driver.coordinator.offsets.commit(`g-${index + 1}`, NOBODY, [toCommit("orders", 0, 1n)]),
  );
  await driver.clock.advance(0);
  driver.log.release();
  await Promise.all([first, ...others]);
  expect(driver.log.appends.map((entries) => entries.length)).toEqual([1, 20]);
});

test("each partition has its own error, and the others are committed", async () => {
  const driver = await CoordinatorDriver.start();
  const errors = await driver.coordinator.offsets.commit("g", NOBODY, [
    { ...toCommit("orders", 0, 1n), metadata: "x".repeat(4097) },
    toCommit("unknown", 0, 1n),
    { ...toCommit("orders", 1, 1n), metadata: "x".repeat(4096) },
  ]);
  expect(errors).toEqual(["OFFSET_METADATA_TOO_LARGE", "UNKNOWN_TOPIC_OR_PARTITION", "NONE"]);
  expect(driver.committed("g", "orders", 1)?.offset).toBe(1n);
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
});

test("only members of the generation commit to a group that has any", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  const { offsets } = driver.coordinator;
  const commit = (committer: typeof member) => offsets.commit("g", committer, [toCommit("orders", 0, 1n)]);
  expect(await commit(NOBODY)).toEqual(["UNKNOWN_MEMBER_ID"]);
  expect(await commit({ ...member, generationId: member.generationId + 1 })).toEqual(["ILLEGAL_GENERATION"]);
  expect(await commit({ ...member, memberId: "stranger" })).toEqual(["UNKNOWN_MEMBER_ID"]);
  expect(await offsets.commit("nowhere", member, [toCommit("orders", 0, 1n)])).toEqual([
    "ILLEGAL_GENERATION",
  ]);
  expect(await commit(member)).toEqual(["NONE"]);
});

test("a member cannot commit for a partition that another member of its generation owns", async () => {
  const driver = await CoordinatorDriver.start();
  const first = await driver.join("g");
  const joining = driver.join("g");
  const leader = await driver.join("g", { memberId: first.memberId });
  const follower = await joining;
  await driver.sync("g", leader, {
    [leader.memberId]: { orders: [0] },
    [follower.memberId]: { orders: [1] },
  });
  const committer = { ...NOBODY, memberId: follower.memberId, generationId: follower.generationId };
  const errors = await driver.coordinator.offsets.commit("g", committer, [
    toCommit("orders", 0, 1n),
    toCommit("orders", 1, 1n),
    toCommit("orders", 2, 1n),
  ]);
  expect(errors).toEqual(["ILLEGAL_GENERATION", "NONE", "NONE"]);
});

test("a commit that cannot be stored says why", async () => {
  const driver = await CoordinatorDriver.start();
  driver.log.failure = new LogError("STORAGE_FAILED", "disk full");
  const { offsets } = driver.coordinator;
  expect(await offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)])).toEqual([
    "COORDINATOR_NOT_AVAILABLE",
  ]);
  driver.log.failure = new LogError("CLOSED", "closed");
  expect(await offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)])).toEqual(["NOT_COORDINATOR"]);
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
});

test("offsets of an empty group go away after the retention, and the group with them", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  await driver.coordinator.offsets.commit("g", member, [toCommit("orders", 0, 1n)]);
  driver.coordinator.leave("g", [member]);
  await driver.clock.advance(7 * DAY_MS - 600_000);
  expect(driver.committed("g", "orders", 0)?.offset).toBe(1n);
  await driver.clock.advance(1_200_000);
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
  expect(driver.coordinator.admin.describe("g").state).toBe("Dead");
  const after = await driver.restart();
  expect(after.coordinator.admin.list().groups).toEqual([]);
});

test("a group with members keeps its offsets for ever", async () => {
  const driver = await CoordinatorDriver.start({
    offsetsRetentionMs: 60_000,
    offsetsCheckIntervalMs: 10_000,
  });
  const member = await driver.formGroup("g");
  await driver.coordinator.offsets.commit("g", member, [toCommit("orders", 0, 1n)]);
  for (let count = 0; count < 20; count++) {
    await driver.clock.advance(9_000);
    driver.coordinator.heartbeat("g", member, member.generationId);
  }
  expect(driver.committed("g", "orders", 0)?.offset).toBe(1n);
});

test("a retention of the commit's own counts, also after a restart", async () => {
  const before = await CoordinatorDriver.start();
  const committer = { ...NOBODY, retentionMs: 60_000 };
  await before.coordinator.offsets.commit("g", committer, [toCommit("orders", 0, 1n)]);
  const after = await before.restart();
  await after.clock.advance(600_000);
  expect(after.committed("g", "orders", 0)).toBeUndefined();
});

test("offsets of a deleted topic go with it", async () => {
  const driver = await CoordinatorDriver.start();
  await driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n), toCommit("bills", 0, 2n)]);
  await driver.coordinator.offsets.removeTopic("orders");
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
  expect(driver.committed("g", "bills", 0)?.offset).toBe(2n);
});

test("a commit that is under way when its topic is deleted goes with the topic", async () => {
  const driver = await CoordinatorDriver.start();
  driver.log.hold();
  const committing = driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)]);
  const removing = driver.coordinator.offsets.removeTopic("orders");
  await driver.clock.advance(0);
  driver.log.release();
  await Promise.all([committing, removing]);
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
});

test("a commit during the expiry of the group's other offsets is kept", async () => {
  const driver = await CoordinatorDriver.start({
    offsetsRetentionMs: 60_000,
    offsetsCheckIntervalMs: 60_000,
  });
  await driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)]);
  driver.log.hold();
  await driver.clock.advance(120_000);
  const committing = driver.coordinator.offsets.commit("g", NOBODY, [toCommit("orders", 0, 2n)]);
  driver.log.release();
  expect(await committing).toEqual(["NONE"]);
  await driver.clock.advance(0);
  expect(driver.committed("g", "orders", 0)?.offset).toBe(2n);
});

test("a group is deleted when it is empty, and only then", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  const { admin, offsets } = driver.coordinator;
  expect(await admin.delete("g")).toBe("NON_EMPTY_GROUP");
  driver.coordinator.leave("g", [member]);
  const committing = offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n)]);
  expect(await admin.delete("g")).toBe("NONE");
  expect(await committing).toEqual(["NONE"]);
  expect(driver.committed("g", "orders", 0)).toBeUndefined();
  expect(await admin.delete("g")).toBe("GROUP_ID_NOT_FOUND");
  const after = await driver.restart();
  expect(after.coordinator.admin.describe("g").state).toBe("Dead");
});

test("a group whose deletion could not be stored is still there", async () => {
  const driver = await CoordinatorDriver.start();
  const member = await driver.formGroup("g");
  driver.coordinator.leave("g", [member]);
  await driver.clock.advance(0);
  driver.log.failure = new LogError("STORAGE_FAILED", "disk full");
  expect(await driver.coordinator.admin.delete("g")).toBe("COORDINATOR_NOT_AVAILABLE");
  expect(driver.coordinator.admin.describe("g").state).toBe("Empty");
});

test("offsets are removed unless a member subscribes to their topic", async () => {
  const driver = await CoordinatorDriver.start();
  const { offsets } = driver.coordinator;
  await offsets.commit("g", NOBODY, [toCommit("orders", 0, 1n), toCommit("bills", 0, 2n)]);
  await driver.formGroup("g");
  const removed = await offsets.remove("g", [
    { topic: "orders", partition: 0 },
    { topic: "bills", partition: 0 },
    { topic: "unknown", partition: 0 },
  ]);
  expect(removed).toEqual({
    error: "NONE",
    errors: ["GROUP_SUBSCRIBED_TO_TOPIC", "NONE", "UNKNOWN_TOPIC_OR_PARTITION"],
  });
  expect(driver.committed("g", "bills", 0)).toBeUndefined();
  expect((await offsets.remove("nowhere", [])).error).toBe("GROUP_ID_NOT_FOUND");
});

test("offsets of a live group of another protocol type are not removed", async () => {
  const driver = await CoordinatorDriver.start();
  await driver.join("workers", { protocolType: "connect", protocols: [protocol("default")] });
  expect((await driver.coordinator.offsets.remove("workers", [])).error).toBe("NON_EMPTY_GROUP");
});

test("a retention beyond all time is kept as far as time goes", async () => {
  const driver = await CoordinatorDriver.start();
  const committer = { ...NOBODY, retentionMs: Number(2n ** 63n - 1n) };
  expect(await driver.coordinator.offsets.commit("g", committer, [toCommit("orders", 0, 1n)])).toEqual([
    "NONE",
  ]);
  expect(driver.committed("g", "orders", 0)?.expireTimestampMs).toBe(Number.MAX_SAFE_INTEGER);
});
