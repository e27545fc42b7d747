import type { StateEntry } from "@letterpress/log";
import { expect, test } from "vitest";
import type { BrokerSession } from "./broker-session.ts";
import { LeadershipState, leadershipEntry } from "./leadership-state.ts";
import { type LeadershipChange, planLeadership } from "./plan-leadership.ts";

const session = (nodeId: number, name = `s${nodeId}`, isStopping = false): BrokerSession => ({
  nodeId,
  session: name,
  host: "h",
  port: 1,
  rack: null,
  http: null,
  isStopping,
});
const TOPICS = [
  { id: "t", partitions: 4 },
  { id: "u", partitions: 2 },
];

function apply(state: LeadershipState, changes: readonly LeadershipChange[]): void {
  const entries = changes.map(({ topicId, leaders }): StateEntry => leadershipEntry(topicId, leaders));
  for (const entry of entries) state.apply({ ...entry, offset: 0n, timestampMs: 0 });
}
const leaders = (state: LeadershipState) => ["t", "u"].flatMap((id) => state.of(id));

test("what is planned once is not planned again", () => {
  const state = new LeadershipState();
  apply(state, planLeadership([session(1), session(2)], TOPICS, state, true));
  expect(leaders(state).map(({ leaderEpoch }) => leaderEpoch)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(planLeadership([session(1), session(2)], TOPICS, state, true)).toEqual([]);
});

test("a broker that has joined anew leads the same partitions in new epochs", () => {
  const state = new LeadershipState();
  apply(state, planLeadership([session(1), session(2)], TOPICS, state, true));
  const before = leaders(state);
  apply(state, planLeadership([session(1), session(2, "again")], TOPICS, state, true));
  for (const [index, leader] of leaders(state).entries()) {
    const { leaderId } = before[index]!;
    expect(leader).toEqual(
      leaderId === 1 ? before[index] : { leaderId: 2, session: "again", leaderEpoch: 1 },
    );
  }
});

test("a broker that has just joined takes nothing from others before all is settled", () => {
  const state = new LeadershipState();
  apply(state, planLeadership([session(1), session(2)], TOPICS, state, true));
  const three = [session(1), session(2), session(3)];
  expect(planLeadership(three, TOPICS, state, false)).toEqual([]);
  apply(state, planLeadership(three.slice(1), TOPICS, state, false));
  const after = leaders(state).map(({ leaderId }) => leaderId);
  expect(after.toSorted()).toEqual([2, 2, 2, 3, 3, 3]);
  expect(planLeadership(three, TOPICS, state, true)).not.toEqual([]);
});

test("a broker that is about to stop leads nothing, and epochs only grow", () => {
  const state = new LeadershipState();
  apply(state, planLeadership([session(1), session(2)], TOPICS, state, true));
  apply(state, planLeadership([session(1), session(2, "s2", true)], TOPICS, state, true));
  expect(leaders(state).every(({ leaderId }) => leaderId === 1)).toBe(true);
  expect(state.includes("s2")).toBe(false);
  apply(state, planLeadership([], TOPICS, state, true));
  expect(leaders(state).every(({ leaderId }) => leaderId === -1)).toBe(true);
  apply(state, planLeadership([session(1)], TOPICS, state, true));
  expect(Math.min(...leaders(state).map(({ leaderEpoch }) => leaderEpoch))).toBeGreaterThanOrEqual(2);
});

test("the leaders of a deleted topic are removed", () => {
  const state = new LeadershipState();
  apply(state, planLeadership([session(1)], TOPICS, state, true));
  expect(planLeadership([session(1)], [TOPICS[0]!], state, true)).toEqual([{ topicId: "u", leaders: null }]);
});
