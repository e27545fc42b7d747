import { expect, test } from "vitest";
import type { BrokerSession } from "../membership/broker-session.ts";
import type { PartitionStatus } from "./cluster-status.ts";
import { findProblems } from "./find-problems.ts";

const broker = (nodeId: number): BrokerSession => ({
  nodeId,
  session: `s${nodeId}`,
  host: "h",
  port: 1,
  rack: null,
  http: null,
  isStopping: false,
});
const partition = (at: number, differing: Partial<PartitionStatus> = {}): PartitionStatus => ({
  topic: "t",
  partition: at,
  leaderId: 1,
  leaderEpoch: 0,
  replicas: 3,
  replicasInSync: 3,
  replicasMissing: [],
  lagMessages: 0,
  bytes: 0,
  ...differing,
});
const problems = (partitions: PartitionStatus[], brokers = [broker(1)], controllerId = 1): string =>
  findProblems({ brokers, controllerId, partitions }).join("\n");

test("nothing is wrong with partitions that are led and in sync", () => {
  expect(problems([partition(0), partition(1)])).toBe("");
});

test("brokers and the controller are missed", () => {
  expect(problems([], [], -1)).toMatch(/^no broker is alive; start one/);
  expect(problems([], [broker(1)], -1)).toMatch(/^there is no controller/);
  expect(problems([], [broker(1)], 2)).toMatch(/^there is no controller/);
  // Partitions without a leader follow from that.
  expect(problems([partition(0, { leaderId: -1 })], [], -1)).not.toMatch(/leader/);
});

test("partitions without a leader, a stream or a quorum are named, up to five", () => {
  expect(problems([partition(0), partition(1, { leaderId: -1 })])).toMatch(
    /^1 partition has no live leader: t-1;/,
  );
  expect(problems([partition(0, { replicas: 0, replicasInSync: 0 })])).toMatch(
    /^1 partition has no stream yet: t-0;/,
  );
  const stopped = Array.from({ length: 7 }, (_, at) => partition(at, { replicasInSync: 0 }));
  expect(problems(stopped)).toMatch(
    /streams of 7 partitions have no leader: t-0, t-1, t-2, t-3, t-4 and others;/,
  );
});

test("NATS servers that are not in sync are named, with how many partitions they lack", () => {
  const lacking = (...names: string[]) => ({ replicasInSync: 3 - names.length, replicasMissing: names });
  const found = problems([partition(0, lacking("c")), partition(1, lacking("b", "c")), partition(2)]);
  expect(found.split("\n")).toEqual([
    expect.stringMatching(/^NATS server c is not in sync for 2 partitions/),
    expect.stringMatching(/^NATS server b is not in sync for 1 partition;/),
  ]);
});
