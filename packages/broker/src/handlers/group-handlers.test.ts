import {
  DeleteGroups,
  DescribeGroups,
  ERRORS,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  type RequestInitOf,
  SyncGroup,
} from "@letterpress/protocol";
import { expect, test } from "vitest";
import type { GroupHost } from "../groups/group-host.ts";
import { call, hostOf, versionsOf } from "../groups/testing/call-handler.ts";
import { CoordinatorDriver } from "../groups/testing/coordinator-driver.ts";
import { encodeAssignment, protocol } from "../groups/testing/group-driver.ts";
import { offsetCommit } from "./08-offset-commit.ts";
import { offsetFetch } from "./09-offset-fetch.ts";
import { findCoordinator } from "./10-find-coordinator.ts";
import { joinGroup } from "./11-join-group.ts";
import { heartbeat } from "./12-heartbeat.ts";
import { leaveGroup } from "./13-leave-group.ts";
import { syncGroup } from "./14-sync-group.ts";
import { describeGroups } from "./15-describe-groups.ts";
import { listGroups } from "./16-list-groups.ts";
import { deleteGroups } from "./42-delete-groups.ts";
import { offsetDelete } from "./47-offset-delete.ts";

const GROUP = "billing";

async function startHost(): Promise<GroupHost> {
  const { coordinator } = await CoordinatorDriver.start();
  return hostOf(coordinator);
}

const JOIN: RequestInitOf<typeof JoinGroup> = {
  groupId: GROUP,
  sessionTimeoutMs: 30_000,
  memberId: "",
  protocolType: "consumer",
  protocols: [protocol("range", "orders")],
};

/** Joins and syncs as the only member, which then owns `orders` 0; in any version. */
async function formGroup(host: GroupHost, version = 5): Promise<{ memberId: string; generationId: number }> {
  const first = await call(host, JoinGroup, joinGroup, version, JOIN);
  const joined =
    first.errorCode === ERRORS.MEMBER_ID_REQUIRED.code
      ? await call(host, JoinGroup, joinGroup, version, { ...JOIN, memberId: first.memberId })
      : first;
  expect(joined.errorCode).toBe(0);
  const { memberId, generationId } = joined;
  const assignments = [{ memberId, assignment: encodeAssignment({ orders: [0] }) }];
  await call(host, SyncGroup, syncGroup, 3, { groupId: GROUP, generationId, memberId, assignments });
  return { memberId, generationId };
}

function commitOf(partitionIndex: number, committedOffset: bigint, name = "orders") {
  return { name, partitions: [{ partitionIndex, committedOffset, committedMetadata: "note" }] };
}

test("a consumer of kafkajs: find, join twice, sync, fetch, heartbeat, commit, leave", async () => {
  const host = await startHost();
  const found = await call(host, FindCoordinator, findCoordinator, 2, { key: GROUP, keyType: 0 });
  expect(found).toMatchObject({ errorCode: 0, nodeId: 7, host: "broker.test", port: 9092 });
  const refused = await call(host, JoinGroup, joinGroup, 5, { ...JOIN, rebalanceTimeoutMs: 60_000 });
  expect(refused).toMatchObject({ errorCode: 79, generationId: -1, protocolName: "", members: [] });
  expect(refused.memberId).toMatch(/^test-client-/);
  const { memberId } = refused;
  const joined = await call(host, JoinGroup, joinGroup, 5, { ...JOIN, memberId, rebalanceTimeoutMs: 60_000 });
  expect(joined).toMatchObject({ errorCode: 0, generationId: 1, leader: memberId, protocolName: "range" });
  const assignments = [{ memberId, assignment: encodeAssignment({ orders: [0, 1] }) }];
  const member = { groupId: GROUP, generationId: 1, memberId };
  const synced = await call(host, SyncGroup, syncGroup, 3, { ...member, assignments });
  expect(synced).toMatchObject({ errorCode: 0, assignment: assignments[0]!.assignment });
  const asked = { groupId: GROUP, topics: [{ name: "orders", partitionIndexes: [0, 1] }] };
  const before = await call(host, OffsetFetch, offsetFetch, 4, asked);
  expect(before.topics[0]?.partitions[0]).toMatchObject({ committedOffset: -1n, errorCode: 0 });
  expect(await call(host, Heartbeat, heartbeat, 3, member)).toMatchObject({ errorCode: 0 });
  const { generationId: generationIdOrMemberEpoch } = member;
  const commit = { groupId: GROUP, memberId, generationIdOrMemberEpoch, topics: [commitOf(1, 12n)] };
  const committed = await call(host, OffsetCommit, offsetCommit, 5, commit);
  expect(committed.topics).toEqual([{ name: "orders", partitions: [{ partitionIndex: 1, errorCode: 0 }] }]);
  const after = await call(host, OffsetFetch, offsetFetch, 4, asked);
  expect(after.topics[0]?.partitions[1]).toMatchObject({ committedOffset: 12n, metadata: "note" });
  const left = await call(host, LeaveGroup, leaveGroup, 3, { groupId: GROUP, members: [{ memberId }] });
  expect(left).toMatchObject({ errorCode: 0, members: [{ memberId, errorCode: 0 }] });
});

test.each(versionsOf(JoinGroup))("JoinGroup %i", async (version) => {
  const host = await startHost();
  const { memberId, generationId } = await formGroup(host, version);
  expect(memberId).toMatch(/^test-client-/);
  expect(generationId).toBe(1);
  const refused = await call(host, JoinGroup, joinGroup, version, { ...JOIN, groupId: "" });
  expect(refused).toMatchObject({ errorCode: 24, protocolName: version >= 7 ? null : "" });
});

test.each(versionsOf(SyncGroup))("SyncGroup %i", async (version) => {
  const host = await startHost();
  const member = { groupId: GROUP, ...(await formGroup(host)) };
  const typed = version >= 5 ? { protocolType: "consumer", protocolName: "range" } : {};
  const synced = await call(host, SyncGroup, syncGroup, version, { ...member, ...typed, assignments: [] });
  expect(synced.assignment).toEqual(encodeAssignment({ orders: [0] }));
  expect([synced.protocolType, synced.protocolName]).toEqual(
    version >= 5 ? ["consumer", "range"] : [null, null],
  );
});

test.each(versionsOf(Heartbeat))("Heartbeat %i", async (version) => {
  const host = await startHost();
  const member = { groupId: GROUP, ...(await formGroup(host)) };
  expect((await call(host, Heartbeat, heartbeat, version, member)).errorCode).toBe(0);
  const stale = { ...member, generationId: 0 };
  expect((await call(host, Heartbeat, heartbeat, version, stale)).errorCode).toBe(22);
});

test.each(versionsOf(LeaveGroup))("LeaveGroup %i", async (version) => {
  const host = await startHost();
  const { memberId } = await formGroup(host);
  const leave = (id: string) =>
    call(host, LeaveGroup, leaveGroup, version, {
      groupId: GROUP,
      ...(version < 3 ? { memberId: id } : { members: [{ memberId: id }] }),
    });
  const stranger = await leave("stranger");
  expect(version < 3 ? stranger.errorCode : stranger.members[0]?.errorCode).toBe(25);
  const left = await leave(memberId);
  expect([left.errorCode, left.members[0]?.errorCode ?? 0]).toEqual([0, 0]);
});

test.each(versionsOf(OffsetCommit))("OffsetCommit %i", async (version) => {
  const host = await startHost();
  const commit = { groupId: GROUP, memberId: "", topics: [commitOf(0, 5n), commitOf(0, 6n, "unknown")] };
  const { topics } = await call(host, OffsetCommit, offsetCommit, version, commit);
  expect(topics.map(({ partitions }) => partitions[0]?.errorCode)).toEqual([0, 3]);
});

test.each(versionsOf(OffsetFetch))("OffsetFetch %i", async (version) => {
  const host = await startHost();
  await call(host, OffsetCommit, offsetCommit, 7, {
    groupId: GROUP,
    memberId: "",
    topics: [commitOf(3, 5n)],
  });
  const fetch = async (groupId: string, topics: { name: string; partitionIndexes: number[] }[] | null) => {
    const asked = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
    const response = await call(host, OffsetFetch, offsetFetch, version, asked);
    return version >= 8 ? response.groups[0]! : response;
  };
  const asked = await fetch(GROUP, [{ name: "orders", partitionIndexes: [3, 4] }]);
  expect(asked.topics[0]?.partitions.map(({ committedOffset }) => committedOffset)).toEqual([5n, -1n]);
  const refused = await fetch("", [{ name: "orders", partitionIndexes: [3] }]);
  expect(version === 1 ? refused.topics[0]?.partitions[0]?.errorCode : refused.errorCode).toBe(24);
  if (version === 1) return;
  const all = await fetch(GROUP, null);
  expect(all.topics).toMatchObject([
    { name: "orders", partitions: [{ partitionIndex: 3, metadata: "note" }] },
  ]);
});

test.each(versionsOf(FindCoordinator))("FindCoordinator %i", async (version) => {
  const host = await startHost();
  const find = async (key: string, keyType?: number) => {
    const asked = version >= 4 ? { coordinatorKeys: [key] } : { key };
    const typed = keyType === undefined ? asked : { ...asked, keyType };
    const response = await call(host, FindCoordinator, findCoordinator, version, typed);
    return version >= 4 ? response.coordinators[0]! : response;
  };
  expect(await find(GROUP)).toMatchObject({ errorCode: 0, nodeId: 7, host: "broker.test", port: 9092 });
  expect(await find("")).toMatchObject({ errorCode: 24, nodeId: -1 });
  if (version > 0) expect(await find("tx-1", 1)).toMatchObject({ errorCode: 42, nodeId: -1, port: -1 });
});

test("FindCoordinator while nobody leads the partition", async () => {
  const host = await startHost();
  const leaderless = { ...host, cluster: { ...host.cluster, leaderOf: () => undefined } };
  const found = await call(leaderless, FindCoordinator, findCoordinator, 2, { key: GROUP });
  expect(found).toMatchObject({ errorCode: 15, nodeId: -1, host: "", port: -1 });
});

test.each(versionsOf(DescribeGroups))("DescribeGroups %i", async (version) => {
  const host = await startHost();
  const { memberId } = await formGroup(host);
  const { groups } = await call(host, DescribeGroups, describeGroups, version, {
    groups: [GROUP, "nowhere"],
  });
  expect(groups[0]).toMatchObject({
    groupState: "Stable",
    protocolType: "consumer",
    protocolData: "range",
    members: [{ memberId, clientId: "test-client", clientHost: "/127.0.0.1" }],
  });
  expect(groups[0]?.members[0]?.memberAssignment).toEqual(encodeAssignment({ orders: [0] }));
  expect(groups[1]).toMatchObject({ errorCode: 0, groupState: "Dead", members: [] });
});

test.each(versionsOf(ListGroups))("ListGroups %i", async (version) => {
  const host = await startHost();
  await formGroup(host);
  await call(host, OffsetCommit, offsetCommit, 7, {
    groupId: "other",
    memberId: "",
    topics: [commitOf(0, 5n)],
  });
  const list = async (filter: RequestInitOf<typeof ListGroups>) => {
    const { groups } = await call(host, ListGroups, listGroups, version, filter);
    return groups.map(({ groupId }) => groupId);
  };
  expect(await list({})).toEqual([GROUP, "other"]);
  if (version >= 4) expect(await list({ statesFilter: ["stable"] })).toEqual([GROUP]);
  if (version >= 5) expect(await list({ typesFilter: ["Consumer"] })).toEqual([]);
  if (version >= 5)
    expect(await list({ typesFilter: ["classic"], statesFilter: ["Empty"] })).toEqual(["other"]);
});

test.each(versionsOf(DeleteGroups))("DeleteGroups %i", async (version) => {
  const host = await startHost();
  await formGroup(host);
  await call(host, OffsetCommit, offsetCommit, 7, {
    groupId: "other",
    memberId: "",
    topics: [commitOf(0, 5n)],
  });
  const groupsNames = [GROUP, "other", "nowhere", ""];
  const { results } = await call(host, DeleteGroups, deleteGroups, version, { groupsNames });
  expect(results.map(({ errorCode }) => errorCode)).toEqual([68, 0, 69, 24]);
});

test("OffsetDelete 0", async () => {
  const host = await startHost();
  const topics = [commitOf(0, 5n), commitOf(0, 6n, "bills")];
  await call(host, OffsetCommit, offsetCommit, 7, { groupId: GROUP, memberId: "", topics });
  await formGroup(host);
  const removed = ["orders", "bills", "unknown"].map((name) => ({
    name,
    partitions: [{ partitionIndex: 0 }],
  }));
  const deleted = await call(host, OffsetDelete, offsetDelete, 0, { groupId: GROUP, topics: removed });
  expect(deleted.errorCode).toBe(0);
  expect(deleted.topics.map(({ partitions }) => partitions[0]?.errorCode)).toEqual([86, 0, 3]);
  const nowhere = await call(host, OffsetDelete, offsetDelete, 0, { groupId: "nowhere", topics: removed });
  expect(nowhere).toMatchObject({ errorCode: 69, topics: [] });
});
