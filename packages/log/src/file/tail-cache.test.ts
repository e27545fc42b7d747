import { expect, test } from "vitest";
import { MemoryDisk } from "../memory/memory-disk.ts";
import { Segment } from "./segment.ts";
import { TailBudget, TailCache } from "./tail-cache.ts";

/** As large as a slab, so that each batch has its own. */
const BATCH_BYTES = 1024 * 1024;

/** A cache with room for two batches, each in a slab of its own; the batch that ends at offset n is full of n. */
function openCache() {
  const segment = new Segment(new MemoryDisk(), "/log", 0, 0);
  const tail = new TailCache(new TailBudget(2 * BATCH_BYTES));
  let count = 0;
  return {
    tail,
    find: (batch: number) => tail.find(segment, (batch - 1) * BATCH_BYTES),
    append: (): Buffer => {
      count++;
      return tail.append(Buffer.alloc(BATCH_BYTES, count), segment, (count - 1) * BATCH_BYTES, count);
    },
  };
}

const isIntact = (copy: Buffer, value: number): boolean => copy.equals(Buffer.alloc(BATCH_BYTES, value));

test("the memory of the oldest batches is freed when there is no more room", () => {
  const { tail, append, find } = openCache();
  const copies = [append(), append()];
  tail.written(2);
  append();
  expect(copies[0]!.length).toBe(0);
  expect(isIntact(copies[1]!, 2)).toBe(true);
  expect(find(1)).toBeUndefined();
  expect(isIntact(find(3)!, 3)).toBe(true);
});

test("what a reader was given stays", () => {
  const { tail, append, find } = openCache();
  append();
  append();
  tail.written(2);
  const view = find(1)!;
  append();
  append();
  expect(isIntact(view, 1)).toBe(true);
  expect(find(1)).toBeUndefined();
});

test("what is not written yet stays", () => {
  const { tail, append } = openCache();
  const copies = [append(), append()];
  tail.written(1);
  append();
  append();
  expect(copies.map((copy) => copy.length)).toEqual([0, BATCH_BYTES]);
  expect(isIntact(copies[1]!, 2)).toBe(true);
});

test("a batch larger than all the room stays until it is written", () => {
  const segment = new Segment(new MemoryDisk(), "/log", 0, 0);
  const tail = new TailCache(new TailBudget(1000));
  expect(isIntact(tail.append(Buffer.alloc(BATCH_BYTES, 1), segment, 0, 1), 1)).toBe(true);
  expect(tail.find(segment, 0)).toBeUndefined();
});
