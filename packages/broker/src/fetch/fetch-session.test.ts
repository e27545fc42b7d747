import { NIL_UUID } from "@letterpress/protocol";
import { expect, test } from "vitest";
import { FetchSessionCache, type SessionRequest } from "./fetch-session-cache.ts";
import type { FetchResult, FetchTarget } from "./fetch-target.ts";

function target(partition: number, fetchOffset = 0n): FetchTarget {
  return { topic: "t", topicId: NIL_UUID, partition, fetchOffset, currentLeaderEpoch: -1, maxBytes: 1000 };
}

function request(sessionId: number, sessionEpoch: number, targets: FetchTarget[]): SessionRequest {
  return { sessionId, sessionEpoch, usesTopicIds: false, targets, forgotten: [] };
}

function result(of: FetchTarget, change: Partial<FetchResult> = {}): FetchResult {
  return {
    target: of,
    errorCode: 0,
    highWatermark: 5n,
    logStartOffset: 0n,
    chunks: [],
    sizeBytes: 0,
    ...change,
  };
}

const partitionsOf = (results: readonly FetchResult[]) =>
  results.map(({ target: { partition } }) => partition);

test("an incremental fetch carries what changed, and is told what changed", () => {
  const cache = new FetchSessionCache(10, () => 0);
  const opened = cache.plan(request(0, 0, [target(0), target(1), target(2)]));
  expect(partitionsOf(opened.select(opened.targets.map((each) => result(each))))).toEqual([0, 1, 2]);

  const next = cache.plan({ ...request(opened.sessionId, 1, [target(1, 5n)]), forgotten: [target(2)] });
  expect(next.targets).toEqual([target(0), target(1, 5n)]);
  const unchanged = next.targets.map((each) => result(each));
  expect(next.select(unchanged)).toEqual([]);
  expect(partitionsOf(next.select([unchanged[0]!, result(target(1, 5n), { highWatermark: 6n })]))).toEqual([
    1,
  ]);
});

test("partitions that gave records are read after the others", () => {
  const cache = new FetchSessionCache(10, () => 0);
  const opened = cache.plan(request(0, 0, [target(0), target(1)]));
  opened.select([result(target(0), { sizeBytes: 10 }), result(target(1))]);
  expect(cache.plan(request(opened.sessionId, 1, [])).targets).toEqual([target(1), target(0)]);
});

test("an error is told every time until it is gone", () => {
  const cache = new FetchSessionCache(10, () => 0);
  const opened = cache.plan(request(0, 0, [target(0)]));
  const failed = result(target(0), { errorCode: 3, highWatermark: -1n, logStartOffset: -1n });
  opened.select([failed]);
  const next = cache.plan(request(opened.sessionId, 1, []));
  expect(next.select([failed])).toHaveLength(1);
  expect(next.select([result(target(0))])).toHaveLength(1);
  expect(next.select([result(target(0))])).toHaveLength(0);
});

test("wrong epochs, unknown sessions and mixed topic ids are refused", () => {
  const cache = new FetchSessionCache(10, () => 0);
  const { sessionId } = cache.plan(request(0, 0, [target(0)]));
  expect(() => cache.plan(request(sessionId, 2, []))).toThrow(
    expect.objectContaining({ code: "INVALID_FETCH_SESSION_EPOCH" }),
  );
  expect(() => cache.plan(request(sessionId + 1, 1, []))).toThrow(
    expect.objectContaining({ code: "FETCH_SESSION_ID_NOT_FOUND" }),
  );
  expect(() => cache.plan({ ...request(sessionId, 1, []), usesTopicIds: true })).toThrow(
    expect.objectContaining({ code: "FETCH_SESSION_TOPIC_ID_ERROR" }),
  );
  cache.plan(request(sessionId, -1, [target(0)]));
  expect(cache.size).toBe(0);
});

test("a full cache gives up the oldest session, once it was idle for long enough", () => {
  let nowMs = 0;
  const cache = new FetchSessionCache(2, () => nowMs);
  const first = cache.plan(request(0, 0, [target(0)])).sessionId;
  const second = cache.plan(request(0, 0, [target(0)])).sessionId;
  expect(cache.plan(request(0, 0, [target(0)])).sessionId).toBe(0);
  nowMs = 130_000;
  cache.plan(request(first, 1, []));
  expect(cache.plan(request(0, 0, [target(0)])).sessionId).toBeGreaterThan(0);
  expect(() => cache.plan(request(second, 1, []))).toThrow(
    expect.objectContaining({ code: "FETCH_SESSION_ID_NOT_FOUND" }),
  );
});

test("all sessions together hold a bounded number of partitions", () => {
  let nowMs = 0;
  const cache = new FetchSessionCache(1000, () => nowMs);
  const many = Array.from({ length: 20_000 }, (_, index) => target(index));
  const opened = Array.from({ length: 11 }, () => cache.plan(request(0, 0, many)).sessionId);
  expect(opened.map((id) => id > 0)).toEqual([...Array(10).fill(true), false]);
  // What a session forgets, and what a closed one held, makes room again.
  cache.plan({ ...request(opened[0]!, 1, []), forgotten: many.slice(5) });
  cache.plan(request(opened[1]!, -1, []));
  expect(cache.plan(request(0, 0, many)).sessionId).toBeGreaterThan(0);
  nowMs = 130_000;
  expect(cache.plan(request(0, 0, many)).sessionId).toBeGreaterThan(0);
  expect(cache.size).toBeLessThan(12);
});
