import { expect, test } from "vitest";
import type { Topic } from "../topics/topic.ts";
import type { TopicCatalog } from "../topics/topic-catalog.ts";
import { ClusterBrokerView } from "./cluster-broker-view.ts";
import type { ClusterMembership } from "./cluster-join.ts";

/** The view of broker 2, which leads the one partition of a topic. */
function viewOf(brokerIds: number[], replicationFactor: number, inSync?: number, proven = 0) {
  const member = {
    controllerId: 2,
    onChange: () => () => {},
    sessions: () => brokerIds.map((nodeId) => ({ nodeId, host: "h", port: 1, rack: null })),
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
