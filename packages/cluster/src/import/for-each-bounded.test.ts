import { expect, test } from "vitest";
import { forEachBounded } from "./for-each-bounded.ts";

const NEVER = new AbortController().signal;

test("no more than the limit runs at a time, and all of it does", async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await forEachBounded([1, 2, 3, 4, 5], 2, NEVER, async (item) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    done.push(item);
  });
  expect(most).toBe(2);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
});

test("the first failure aborts what runs, begins nothing more, and is thrown in the end", async () => {
  const begun: number[] = [];
  let hasEnded = false;
  const work = async (item: number, signal: AbortSignal): Promise<void> => {
    begun.push(item);
    if (item === 2) throw new Error("no");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    hasEnded = true;
    signal.throwIfAborted();
  };
  await expect(forEachBounded([1, 2, 3, 4], 2, NEVER, work)).rejects.toThrow("no");
  expect(begun).toEqual([1, 2]);
  expect(hasEnded).toBe(true);
});

test("what was aborted ends with the reason, though all of it had run", async () => {
  const controller = new AbortController();
  const running = forEachBounded([1], 2, controller.signal, async () => controller.abort(new Error("stop")));
  await expect(running).rejects.toThrow("stop");
});
