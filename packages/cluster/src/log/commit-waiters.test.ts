import { expect, test } from "vitest";
import { CommitWaiters } from "./commit-waiters.ts";

const outcome = (promise: Promise<void>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => String(error),
  );

test("whoever waits up to the high watermark goes on, in any order of waiting", async () => {
  const waiters = new CommitWaiters(1_000);
  const order: number[] = [];
  for (const endOffset of [10, 30, 20]) void waiters.wait(endOffset).then(() => order.push(endOffset));
  waiters.reached(20);
  await Promise.resolve();
  expect(order).toEqual([10, 20]);
  waiters.reached(30);
  await Promise.resolve();
  expect(order).toEqual([10, 20, 30]);
});

test("only those that waited too long hear of a failure that may pass", async () => {
  const [patient, hasty] = [new CommitWaiters(60_000), new CommitWaiters(0)];
  const first = outcome(patient.wait(1));
  patient.expire("too late");
  patient.reached(1);
  expect(await first).toBe("resolved");
  const second = outcome(hasty.wait(1));
  hasty.expire("too late");
  expect(await second).toBe("too late");
  const third = outcome(patient.wait(5));
  patient.fail("closed");
  expect(await third).toBe("closed");
});
