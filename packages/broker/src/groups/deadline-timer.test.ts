import fc from "fast-check";
import { expect, test } from "vitest";
import { DeadlineTimer, type Timed } from "./deadline-timer.ts";
import { FakeClock } from "./testing/fake-clock.ts";

function recorder(fired: [name: string, atMs: number][], name: string, startMs: number): Timed {
  return { onDeadline: (nowMs) => fired.push([name, nowMs - startMs]) };
}

test("items are called in the order of their deadlines, with one timer", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { maxLength: 50 }), async (delays) => {
      const clock = new FakeClock();
      const timer = new DeadlineTimer(clock);
      const fired: [string, number][] = [];
      const startMs = clock.now();
      delays.forEach((delayMs, index) => {
        timer.arm(recorder(fired, `${index}`, startMs), startMs + delayMs);
      });
      expect(clock.timerCount).toBeLessThanOrEqual(1);
      await clock.advance(100_000);
      expect(fired.map(([, atMs]) => atMs)).toEqual([...delays].sort((a, b) => a - b));
      expect(clock.timerCount).toBe(0);
    }),
    { numRuns: 50, verbose: true },
  );
});

test("a deadline that moves earlier counts, one that moves later costs nothing", async () => {
  const clock = new FakeClock();
  const timer = new DeadlineTimer(clock);
  const fired: [string, number][] = [];
  const startMs = clock.now();
  const item = recorder(fired, "a", startMs);
  timer.arm(item, startMs + 500);
  timer.arm(item, startMs + 900);
  expect(clock.scheduledCount).toBe(1);
  timer.arm(item, startMs + 200);
  await clock.advance(1000);
  expect(fired).toEqual([["a", 200]]);
});

test("an item that is disarmed is not called", async () => {
  const clock = new FakeClock();
  const timer = new DeadlineTimer(clock);
  const fired: [string, number][] = [];
  const item = recorder(fired, "a", clock.now());
  timer.arm(item, clock.now() + 500);
  timer.disarm(item);
  await clock.advance(1000);
  expect(fired).toEqual([]);
});

test("deadlines beyond what a timer can sleep are met", async () => {
  const clock = new FakeClock();
  const timer = new DeadlineTimer(clock);
  const fired: [string, number][] = [];
  const dayMs = 86_400_000;
  timer.arm(recorder(fired, "a", clock.now()), clock.now() + 40 * dayMs);
  await clock.advance(41 * dayMs);
  expect(fired).toEqual([["a", 40 * dayMs]]);
});

test("after the process stood still, deadlines wait a moment for what has come meanwhile", async () => {
  const clock = new FakeClock();
  const timer = new DeadlineTimer(clock);
  const fired: [string, number][] = [];
  timer.arm(recorder(fired, "a", clock.now()), clock.now() + 500);
  await clock.pause(30_000);
  expect(fired).toEqual([]);
  await clock.advance(1000);
  expect(fired).toEqual([["a", 31_000]]);
});

test("a process that is always late gives up what is due all the same", async () => {
  const clock = new FakeClock();
  const timer = new DeadlineTimer(clock);
  const fired: [string, number][] = [];
  timer.arm(recorder(fired, "a", clock.now()), clock.now() + 500);
  await clock.pause(5_000);
  await clock.pause(5_000);
  expect(fired).toEqual([["a", 10_000]]);
});
