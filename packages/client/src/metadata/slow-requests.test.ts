import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Cluster } from "./cluster.ts";
import { SlowRequests } from "./slow-requests.ts";

const PARTITION = { topic: "orders", partition: 0 };

/** What a client knows of one partition, and how often it asked. */
function knowing() {
  const known = { leaderId: 1, refreshes: 0, suspects: new Set<number>() };
  const cluster = {
    metadata: { partition: () => ({ leaderId: known.leaderId }) },
    refreshIfOlder: () => void known.refreshes++,
    suspect: (nodeId: number) => known.suspects.add(nodeId),
  } as unknown as Cluster;
  return { known, requests: new SlowRequests(cluster) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => vi.useRealTimers());

test("a request to a broker that leads no more is left, and only when its answer is late", () => {
  const { known, requests } = knowing();
  const leave = vi.fn();
  const done = requests.watch({ nodeId: 1, partitions: [PARTITION], leave });
  known.leaderId = 2;
  vi.advanceTimersByTime(2_900);
  expect([leave.mock.calls.length, known.refreshes, known.suspects.size]).toEqual([0, 0, 0]);
  vi.advanceTimersByTime(600);
  expect(leave).toHaveBeenCalled();
  done();
  expect(vi.getTimerCount()).toBe(0);
});

test("a slow leader that still leads is waited for, while metadata is asked for", () => {
  const { known, requests } = knowing();
  const leave = vi.fn();
  const done = requests.watch({ nodeId: 1, partitions: [PARTITION], leave });
  vi.advanceTimersByTime(10_000);
  expect(leave).not.toHaveBeenCalled();
  expect(known.refreshes).toBeGreaterThan(5);
  // Whoever does not answer this does not answer anything else, perhaps.
  expect([...known.suspects]).toEqual([1]);
  known.leaderId = -1;
  vi.advanceTimersByTime(1_000);
  expect(leave).not.toHaveBeenCalled();
  done();
});

test("a long poll is late only when it takes longer than it was asked to", () => {
  const { known, requests } = knowing();
  const leave = vi.fn();
  requests.watch({ nodeId: 1, partitions: [PARTITION], waitMs: 5_000, leave });
  known.leaderId = 2;
  vi.advanceTimersByTime(7_900);
  expect([leave.mock.calls.length, known.refreshes]).toEqual([0, 0]);
  vi.advanceTimersByTime(600);
  expect(leave).toHaveBeenCalled();
});
