import { expect, test } from "vitest";
import { Interruptions } from "./interruptions.ts";

test("the longest time without an acknowledgement counts, of the partition that waited longest", () => {
  let nowMs = 0;
  const interruptions = new Interruptions(2, () => nowMs);
  nowMs = 10;
  interruptions.acknowledged(0);
  nowMs = 30;
  interruptions.acknowledged(1);
  expect(interruptions.longestMs).toBe(30);
  nowMs = 45;
  interruptions.acknowledged(0);
  expect(interruptions.longestMs).toBe(35);
  nowMs = 100;
  expect(interruptions.longestMs).toBe(70);
  interruptions.restart();
  expect(interruptions.longestMs).toBe(0);
});
