import { expect, test } from "vitest";
import type { Topic } from "../topics/topic.ts";
import type { TopicCatalog } from "../topics/topic-catalog.ts";
import { ClusterBrokerView } from "./cluster-broker-view.ts";
import type { ClusterMembership, MemberSession } from "./cluster-join.ts";

const session = (nodeId: number): MemberSession => ({
  nodeId,
  host: `host-${nodeId}`,
  port: 9092,
  rack: null,
});

/** Broker 1 of three, of which broker 2 leads partition 0 and broker 1 partition 1 of a topic. */
function setUp() {
  const state = { sessions: [1, 2, 3].map(session), isHeld: true };
  let changed = (): void => {};
  const member = {
    sessions: () => state.sessions,
    controllerId: 3,
    leadershipOf: (_: string, partition: number) => ({
      leaderId: 2 - partition,
      leaderEpoch: 4,
      session: "s",
    }),
    leads: (_: string, partition: number) => partition === 1 && state.isHeld,
    replicasInSync: () => undefined,
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
  } as unknown as ClusterMembership;
  const topics = {
    get: () => ({ id: "id", partitions: 2, replicationFactor: 1 }),
  } as unknown as TopicCatalog;
  const view = new ClusterBrokerView("cluster", 1, member, topics);
  const see = (ids: readonly number[]): void => {
    state.sessions = ids.map(session);
    state.isHeld = ids.includes(1);
    changed();
  };
  return { view, see };
}

const idsOf = (view: ClusterBrokerView) => view.brokers().map(({ nodeId }) => nodeId);

test("a broker tells of the others for as long as it is one of them", () => {
  const { view, see } = setUp();
  expect(idsOf(view)).toEqual([1, 2, 3]);
  see([1, 2]);
  expect(idsOf(view)).toEqual([1, 2]);
  expect(view.leaderOf("t", 0)).toMatchObject({ leaderId: 2 });
  expect(view.leaderOf("t", 1)).toMatchObject({ leaderId: 1 });
});

test("a broker that is cut off leads nothing, and tells whom it knew last", () => {
  const { view, see } = setUp();
  see([]);
  expect(idsOf(view)).toEqual([1, 2, 3]);
  expect(view.leaderOf("t", 0)).toMatchObject({ leaderId: 2, leaderEpoch: 4 });
  expect(view.leaderOf("t", 1)).toMatchObject({ leaderId: -1 });
  see([1, 3]);
  expect(idsOf(view)).toEqual([1, 3]);
  expect(view.leaderOf("t", 0)).toMatchObject({ leaderId: -1 });
});

/** The view of broker 2, which leads the one partition of a topic. */
function viewOf(brokerIds: number[], replicationFactor: number, inSync?: number, proven = 0) {
  const member = {
    controllerId: 2,
    onChange: () => () => {},
    sessions: () => brokerIds.map(session),
    leadershipOf: () => ({ leaderId: 2, leaderEpoch: 5, session: "s" }),
    leads: () => true,
    replicasInSync: () => inSync,
    replicasProven: () => proven,
  } as unknown as ClusterMembership;
  const topic = { id: "i", partitions: 1, replicationFactor } as Topic;
  return new ClusterBrokerView("c", 2, member, { get: () => topic } as unknown as TopicCatalog);
}

test.each([
  ["as many brokers as copies", [1, 2, 3], 3, [2, 3, 1]],
  ["more brokers than copies", [1, 2, 3, 4], 3, [2, 3, 4]],
  ["fewer brokers than copies", [2, 7], 5, [2, 7, 1, 3, 4]],
  ["one copy", [1, 2, 3], 1, [2]],
])("with %s there are as many replicas as copies, the leader first", (_, brokers, factor, replicas) => {
  expect(viewOf(brokers, factor).leaderOf("t", 0)).toMatchObject({ leaderId: 2, replicas, isr: replicas });
});

test("as many replicas are in sync as copies are, and the leader always", () => {
  expect(viewOf([1, 2, 3], 3, 2).leaderOf("t", 0)?.isr).toEqual([2, 3]);
  expect(viewOf([1, 2, 3], 3, 0).leaderOf("t", 0)?.isr).toEqual([2]);
});

test("a quorum is kept by the storage itself, more copies only where there is proof", () => {
  expect([1, 2, 3].map((copies) => viewOf([2], 3).canKeep("t", 0, copies))).toEqual([true, true, false]);
  expect([3, 4, 5].map((copies) => viewOf([2], 5, 5, 4).canKeep("t", 0, copies))).toEqual([
    true,
    true,
    false,
  ]);
});
