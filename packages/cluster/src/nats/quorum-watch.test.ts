import { expect, test } from "vitest";
import { QuorumWatch } from "./quorum-watch.ts";

test("a server is left when nothing was stored for a while, and the next one gets as long", () => {
  let nowMs = 0;
  const watch = new QuorumWatch(() => nowMs);
  const failAt = (ms: number): boolean => {
    nowMs = ms;
    return watch.failed(ms);
  };
  expect([0, 2_000, 4_999].map(failAt)).toEqual([false, false, false]);
  watch.succeeded();
  expect([6_000, 10_999, 11_000].map(failAt)).toEqual([false, false, true]);
  expect([11_500, 16_000, 16_500].map(failAt)).toEqual([false, false, true]);
});

test("time counts from when what has failed was sent", () => {
  let nowMs = 2_000;
  const watch = new QuorumWatch(() => nowMs);
  expect(watch.failed(0)).toBe(false);
  nowMs = 5_000;
  expect(watch.failed(2_500)).toBe(true);
});

test("a refusal is no failure, and does not end one", () => {
  let nowMs = 0;
  const watch = new QuorumWatch(() => nowMs);
  expect(watch.refused()).toBe(false);
  expect(watch.failed(0)).toBe(false);
  nowMs = 4_999;
  expect(watch.refused()).toBe(false);
  nowMs = 5_000;
  expect(watch.refused()).toBe(true);
  expect(watch.refused()).toBe(false);
});
