import { expect, test } from "vitest";
import type { SeenStream } from "./look-at-streams.ts";
import { frontsByStream, replicationOf } from "./replication-of.ts";

const ID = "00000000-0000-4000-8000-000000000001";

const seen = (bytes: number, missing: readonly string[], lag: number): SeenStream => ({
  info: {
    config: { name: "", subjects: [], num_replicas: 3 },
    state: { messages: 1, bytes, first_seq: 1, last_seq: 1 },
    cluster: { leader: "one", replicas: [{ name: "two", current: true, lag }] },
  },
  inSync: 3 - missing.length,
  missing,
});

test("a partition is no better replicated than its compacted front", () => {
  expect(replicationOf(seen(100, [], 2), [seen(10, ["two"], 7)], 3)).toEqual({
    replicas: 3,
    replicasInSync: 2,
    replicasMissing: ["two"],
    lagMessages: 7,
    bytes: 110,
  });
});

test("a partition without a stream has no replicas, one without a leader has none in sync", () => {
  expect(replicationOf(undefined, [], 3)).toMatchObject({ replicas: 0, replicasInSync: 0 });
  const leaderless = { info: undefined, inSync: 0, missing: [] };
  expect(replicationOf(leaderless, [], 3)).toMatchObject({ replicas: 3, replicasInSync: 0, bytes: 0 });
});

test("fronts are found by the stream that they belong to", () => {
  const front = seen(1, [], 0);
  expect(frontsByStream(new Map([[`C_${ID}_7_3_1`, front]]))).toEqual(new Map([[`K_${ID}_7`, [front]]]));
});
