import { expect, test } from "vitest";
import { GroupDriver, protocol } from "./testing/group-driver.ts";

test("a lone consumer gets an id first, then the generation, then its assignment", () => {
  const driver = new GroupDriver();
  const first = driver.join({ memberId: "", newMemberId: "m-1" });
  expect(driver.joined(first)).toMatchObject({ error: "MEMBER_ID_REQUIRED", memberId: "m-1" });
  const second = driver.join({ memberId: "m-1" });
  expect(driver.joined(second)).toMatchObject({
    error: "NONE",
    generationId: 1,
    leader: "m-1",
    protocolName: "range",
    protocolType: "consumer",
    members: [{ memberId: "m-1", groupInstanceId: null }],
  });
  const synced = driver.sync("m-1", 1, { "m-1": { orders: [0, 1] } });
  expect(driver.synced(synced)).toMatchObject({ error: "NONE", protocolName: "range" });
  expect(driver.group.state).toBe("Stable");
  expect(driver.heartbeat("m-1", 1)).toBe("NONE");
});

test("before version 4 a new member joins at once", () => {
  const driver = new GroupDriver();
  const joined = driver.join({ requiresKnownMemberId: false, newMemberId: "m-1" });
  expect(driver.joined(joined)).toMatchObject({ error: "NONE", memberId: "m-1", generationId: 1 });
});

test("a second member waits for the first to join again, and only the leader is told who is there", () => {
  const driver = new GroupDriver();
  driver.formStable("a");
  driver.join({ newMemberId: "b" });
  const b = driver.join({ memberId: "b" });
  expect(driver.joined(b)).toBeUndefined();
  expect(driver.group.state).toBe("PreparingRebalance");
  expect(driver.heartbeat("a", 1)).toBe("REBALANCE_IN_PROGRESS");
  const a = driver.join({ memberId: "a" });
  expect(driver.joined(a)).toMatchObject({ generationId: 2, leader: "a" });
  expect(driver.joined(a)?.members.map(({ memberId }) => memberId)).toEqual(["a", "b"]);
  expect(driver.joined(b)).toMatchObject({ generationId: 2, leader: "a", members: [] });
});

test("followers get their assignment when the leader's one is stored", () => {
  const driver = new GroupDriver();
  driver.formGroup("a", "b");
  driver.holdsStorage = true;
  const b = driver.sync("b", 2);
  const a = driver.sync("a", 2, { a: { orders: [0] }, b: { orders: [1] } });
  expect([driver.synced(a), driver.synced(b), driver.group.state]).toEqual([
    undefined,
    undefined,
    "CompletingRebalance",
  ]);
  driver.store();
  expect(driver.partitionsOf(a)).toEqual({ orders: [0] });
  expect(driver.partitionsOf(b)).toEqual({ orders: [1] });
  expect(driver.group.state).toBe("Stable");
});

test("assignments that could not be stored are not handed out, and the members join again", () => {
  const driver = new GroupDriver();
  driver.formGroup("a");
  driver.holdsStorage = true;
  const synced = driver.sync("a", 1, { a: { orders: [0] } });
  driver.store("COORDINATOR_NOT_AVAILABLE");
  expect(driver.synced(synced)?.error).toBe("COORDINATOR_NOT_AVAILABLE");
  expect(driver.group.state).toBe("PreparingRebalance");
});

test("a rebalance during the store withholds the assignments of the old generation", () => {
  const driver = new GroupDriver();
  driver.formGroup("a");
  driver.holdsStorage = true;
  const synced = driver.sync("a", 1, { a: { orders: [0] } });
  driver.join({ requiresKnownMemberId: false, newMemberId: "b" });
  expect(driver.synced(synced)?.error).toBe("REBALANCE_IN_PROGRESS");
  driver.store();
  expect(driver.group.state).toBe("PreparingRebalance");
  expect(driver.group.isOwnedByOther("b", "orders", 0)).toBe(false);
});

test("a leader that joins a stable group starts a rebalance, a follower does not", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  const generation = driver.group.generationId;
  const b = driver.join({ memberId: "b" });
  expect(driver.joined(b)).toMatchObject({ error: "NONE", generationId: generation, members: [] });
  expect(driver.group.state).toBe("Stable");
  driver.join({ memberId: "a" });
  expect(driver.group.state).toBe("PreparingRebalance");
});

test("a follower whose metadata changed starts a rebalance", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  driver.join({ memberId: "b", protocols: [protocol("range", "orders", "payments")] });
  expect(driver.group.state).toBe("PreparingRebalance");
});

test("a join that is repeated because its answer was lost gets the same generation", () => {
  const driver = new GroupDriver();
  const generationId = driver.formGroup("a", "b");
  const again = driver.join({ memberId: "a" });
  expect(driver.joined(again)).toMatchObject({ error: "NONE", generationId, leader: "a" });
  expect(driver.joined(again)?.members).toHaveLength(2);
  expect(driver.group.state).toBe("CompletingRebalance");
});

test("a join that is repeated while the first is parked answers the first", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  const first = driver.join({ memberId: "a" });
  const second = driver.join({ memberId: "a" });
  expect(driver.joined(first)?.error).toBe("REBALANCE_IN_PROGRESS");
  expect(driver.joined(second)).toBeUndefined();
});

test("members that do not join in time are left out, and the leader's role passes on", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  driver.leave("nobody");
  const b = driver.join({ memberId: "b", protocols: [protocol("range", "payments")] });
  driver.advance(9_000);
  driver.heartbeat("a", driver.group.generationId);
  driver.advance(9_000);
  driver.heartbeat("a", driver.group.generationId);
  driver.advance(9_000);
  driver.heartbeat("a", driver.group.generationId);
  driver.advance(3_000);
  expect(driver.joined(b)).toMatchObject({ error: "NONE", leader: "b" });
  expect(driver.heartbeat("a", driver.group.generationId)).toBe("UNKNOWN_MEMBER_ID");
});

test("a member that is silent for its session timeout is out, and the others join again", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  driver.advance(9_999);
  driver.heartbeat("b", driver.group.generationId);
  expect(driver.group.state).toBe("Stable");
  driver.advance(1);
  expect(driver.heartbeat("b", driver.group.generationId)).toBe("REBALANCE_IN_PROGRESS");
  expect(driver.heartbeat("a", driver.group.generationId)).toBe("UNKNOWN_MEMBER_ID");
});

test("heartbeats during a long join keep the member", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  driver.join({ memberId: "a" });
  for (let count = 0; count < 3; count++) {
    driver.advance(8_000);
    expect(driver.heartbeat("b", driver.group.generationId)).toBe("REBALANCE_IN_PROGRESS");
  }
  expect(driver.group.state).toBe("PreparingRebalance");
  driver.join({ memberId: "b" });
  expect(driver.group.state).toBe("CompletingRebalance");
});

test("a member that never syncs is put out after the rebalance timeout", () => {
  const driver = new GroupDriver();
  driver.formGroup("a", "b");
  driver.sync("a", driver.group.generationId, { a: { orders: [0] }, b: { orders: [1] } });
  const generationId = driver.group.generationId;
  for (let count = 0; count < 4; count++) {
    driver.advance(7_500);
    driver.heartbeat("a", generationId);
    driver.heartbeat("b", generationId);
  }
  expect(driver.heartbeat("a", generationId)).toBe("REBALANCE_IN_PROGRESS");
  expect(driver.heartbeat("b", generationId)).toBe("UNKNOWN_MEMBER_ID");
});

test("an id that was handed out but never used delays the others for a session timeout at most", () => {
  const driver = new GroupDriver();
  driver.formStable("a");
  driver.join({ newMemberId: "ghost", sessionTimeoutMs: 5_000 });
  const a = driver.join({ memberId: "a" });
  expect(driver.joined(a)).toBeUndefined();
  driver.advance(5_000);
  expect(driver.joined(a)).toMatchObject({ error: "NONE", generationId: 2 });
  expect(driver.joined(driver.join({ memberId: "ghost" }))?.error).toBe("UNKNOWN_MEMBER_ID");
});

test("a parked join whose connection breaks does not hold the group up", () => {
  const driver = new GroupDriver();
  driver.formStable("a");
  const b = driver.join({ requiresKnownMemberId: false, newMemberId: "b" });
  driver.disconnect(b);
  const a = driver.join({ memberId: "a" });
  expect(driver.joined(a)).toMatchObject({ error: "NONE", generationId: 2 });
  expect(driver.joined(a)?.members.map(({ memberId }) => memberId)).toEqual(["a"]);
});

test("a known member whose connection breaks while it joins may come back within its session timeout", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  driver.disconnect(driver.join({ memberId: "a" }));
  const b = driver.join({ memberId: "b" });
  expect(driver.joined(b)).toBeUndefined();
  const a = driver.join({ memberId: "a" });
  expect(driver.joined(a)?.error).toBe("NONE");
  expect(driver.joined(b)?.error).toBe("NONE");
});

test("when everybody leaves, the group is empty in a new generation, which is stored", () => {
  const driver = new GroupDriver();
  const generationId = driver.formStable("a", "b");
  expect(driver.leave("a", "stranger", "b")).toEqual(["NONE", "UNKNOWN_MEMBER_ID", "NONE"]);
  expect(driver.group.state).toBe("Empty");
  expect(driver.stored.at(-1)).toMatchObject({
    generationId: generationId + 1,
    members: [],
    protocolName: null,
  });
});

test("members that leave together cause one rebalance", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b", "c");
  driver.leave("a", "b");
  const c = driver.join({ memberId: "c" });
  expect(driver.joined(c)).toMatchObject({ error: "NONE", leader: "c" });
});

test("the first generation may wait for more members", () => {
  const driver = new GroupDriver({ initialRebalanceDelayMs: 3_000 });
  const a = driver.join({ requiresKnownMemberId: false, newMemberId: "a" });
  driver.advance(2_000);
  const b = driver.join({ requiresKnownMemberId: false, newMemberId: "b" });
  driver.advance(2_000);
  expect(driver.joined(a)).toBeUndefined();
  driver.advance(2_000);
  expect(driver.joined(a)).toMatchObject({ generationId: 1 });
  expect(driver.joined(b)).toMatchObject({ generationId: 1 });
});

test("the protocol that most members prefer is chosen among those all have", () => {
  const driver = new GroupDriver();
  const [x, y, z] = ["x", "y", "z"].map((name) => protocol(name, "orders"));
  driver.formStable("a");
  driver.leave("a");
  driver.join({ requiresKnownMemberId: false, newMemberId: "a", protocols: [x!, y!, z!] });
  driver.join({ requiresKnownMemberId: false, newMemberId: "b", protocols: [y!, x!] });
  driver.join({ requiresKnownMemberId: false, newMemberId: "c", protocols: [z!, y!, x!] });
  const a = driver.join({ memberId: "a", protocols: [x!, y!, z!] });
  expect(driver.joined(a)?.protocolName).toBe("y");
});

test("a restored group goes on in its generation once its members are heard of", () => {
  const before = new GroupDriver();
  const generationId = before.formStable("a", "b");
  const after = new GroupDriver({}, before.stored.at(-1));
  expect(after.group.state).toBe("Stable");
  expect(after.heartbeat("a", generationId)).toBe("NONE");
  expect(after.group.isOwnedByOther("a", "orders", 1)).toBe(true);
  after.advance(10_000);
  expect(after.heartbeat("b", generationId)).toBe("UNKNOWN_MEMBER_ID");
});

test("a group that is closed answers whoever waits, and then nobody", () => {
  const driver = new GroupDriver();
  driver.formStable("a", "b");
  const joining = driver.join({ memberId: "a" });
  driver.close("NOT_COORDINATOR");
  expect(driver.joined(joining)?.error).toBe("NOT_COORDINATOR");
  expect(driver.group.state).toBe("Dead");
  expect(driver.heartbeat("a", 2)).toBe("COORDINATOR_NOT_AVAILABLE");
  expect(driver.commit("a", 2)).toBe("COORDINATOR_NOT_AVAILABLE");
});

test("a full group takes nobody more, but its members may always join again", () => {
  const driver = new GroupDriver({ membersMax: 2 });
  driver.formStable("a");
  driver.join({ newMemberId: "b" });
  expect(driver.joined(driver.join({ newMemberId: "c" }))?.error).toBe("GROUP_MAX_SIZE_REACHED");
  const b = driver.join({ memberId: "b" });
  driver.join({ memberId: "a" });
  expect(driver.joined(b)?.error).toBe("NONE");
});

test.each([
  ["instance id", { groupInstanceId: "x".repeat(1025) }],
  ["protocol type", { protocolType: "x".repeat(1025) }],
  ["protocol name", { protocols: [protocol("x".repeat(1025))] }],
  ["list of protocols", { protocols: Array(101).fill(protocol("range")) }],
  ["metadata", { protocols: [{ name: "range", metadata: Buffer.alloc(4 * 1024 * 1024 + 1) }] }],
])("a join whose %s is out of bounds is refused", (_, request) => {
  const driver = new GroupDriver();
  expect(driver.joined(driver.join(request))?.error).toBe("INVALID_REQUEST");
});
