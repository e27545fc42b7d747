import { expect, test } from "vitest";
import { FaultTimes } from "./fault-times.ts";

test("faults are counted by kind, and those that took too long are named", () => {
  const times = new FaultTimes({ killed: 2_000 });
  for (const ms of [1_500, 2_500, 400]) times.record("killed", ms);
  times.record("paused", 9_000);
  expect(times.table().split("\n").slice(2)).toEqual([
    "| killed | 3 | 1.5 | 2.5 | 2.0 |",
    "| paused | 1 | 9.0 | 9.0 |  |",
  ]);
  expect(times.late()).toEqual(["killed: 2.5 s, at most 2.0 s"]);
});
