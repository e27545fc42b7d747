import { expect, test } from "vitest";
import type { StreamInfo, StreamReplica } from "../jetstream/jetstream-api.ts";
import { InSyncReplicas } from "./in-sync.ts";

const look = (leader: string, ...replicas: StreamReplica[]): StreamInfo => ({
  config: { name: "s", subjects: [], num_replicas: 3 },
  state: { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 },
  cluster: { leader, replicas },
});
const current = (name: string): StreamReplica => ({ name, current: true, active: 1 });
const behind = (name: string): StreamReplica => ({ name, current: false, active: 1, lag: 1 });
const silent = (name: string): StreamReplica => ({ name, current: false, active: 6e9 });

test("a server by itself has the one copy", () => {
  const { cluster: _, ...alone } = look("a");
  expect(new InSyncReplicas().count(alone, 0)).toBe(1);
});

test("the leader and the followers that are current are in sync", () => {
  expect(new InSyncReplicas().count(look("a", current("b"), current("c")), 0)).toBe(3);
  expect(new InSyncReplicas().count(look("a", current("b"), behind("c")), 0)).toBe(2);
  expect(new InSyncReplicas().count(look("", current("b"), current("c")), 0)).toBe(0);
});

test("a follower that lags a moment stays in sync, one that does so for long does not", () => {
  const replicas = new InSyncReplicas();
  expect(replicas.count(look("a", current("b"), current("c")), 0)).toBe(3);
  expect(replicas.count(look("a", current("b"), behind("c")), 30_000)).toBe(3);
  expect(replicas.count(look("a", current("b"), behind("c")), 30_001)).toBe(2);
});

test("a follower that is gone is out at once, and in again when it has caught up", () => {
  const replicas = new InSyncReplicas();
  const offline = { ...current("c"), offline: true };
  expect(replicas.count(look("a", current("b"), current("c")), 0)).toBe(3);
  expect(replicas.count(look("a", current("b"), silent("c")), 1)).toBe(2);
  expect(replicas.count(look("a", current("b"), behind("c")), 2)).toBe(2);
  expect(replicas.count(look("a", current("b"), current("c")), 3)).toBe(3);
  expect(replicas.count(look("a", current("b"), offline), 4)).toBe(2);
});
