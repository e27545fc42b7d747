import { expect, test } from "vitest";
import { MemoryDisk } from "../memory/memory-disk.ts";
import { EpochCache } from "./epoch-cache.ts";

function cacheOf(...starts: readonly (readonly [number, number])[]): EpochCache {
  const cache = new EpochCache();
  for (const [epoch, startOffset] of starts) cache.assign(epoch, startOffset);
  return cache;
}

test("an epoch ends where the next one starts, the latest at the log's end", () => {
  const cache = cacheOf([1, 0], [3, 10], [4, 25]);
  expect(cache.endOffsetFor(1, 40)).toMatchObject({ epoch: 1, endOffset: 10 });
  expect(cache.endOffsetFor(2, 40)).toMatchObject({ epoch: 1, endOffset: 10 });
  expect(cache.endOffsetFor(3, 40)).toMatchObject({ epoch: 3, endOffset: 25 });
  expect(cache.endOffsetFor(9, 40)).toMatchObject({ epoch: 4, endOffset: 40 });
  expect(cache.endOffsetFor(0, 40)).toMatchObject({ epoch: 0, endOffset: 0 });
  expect(new EpochCache().endOffsetFor(0, 40)).toMatchObject({ epoch: -1, endOffset: -1 });
});

test("every offset belongs to one epoch, and an epoch without records gives way", () => {
  const cache = cacheOf([1, 0], [2, 10], [3, 10]);
  expect([0, 9, 10, 99].map((offset) => cache.epochAt(offset))).toEqual([1, 1, 3, 3]);
  expect(cache.assign(2, 50)).toBe(false);
});

test("the file survives and damage is noticed", async () => {
  const disk = new MemoryDisk();
  disk.makeFolder("/log");
  await cacheOf([1, 0], [3, 10]).save(disk, "/log");
  expect((await EpochCache.load(disk, "/log"))?.epochAt(11)).toBe(3);
  await (await disk.open("/log/leader-epoch-checkpoint")).truncate(7);
  expect(await EpochCache.load(disk, "/log")).toBeUndefined();
});
