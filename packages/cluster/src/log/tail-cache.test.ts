import { expect, test } from "vitest";
import { TailBudget, TailCache } from "./tail-cache.ts";

const batch = (size = 10) => Buffer.alloc(size);

test("reads give whole batches up to the limit, at least one", () => {
  const tail = new TailCache(new TailBudget(1_000));
  for (let base = 0; base < 10; base += 2) tail.append(base, base + 2, batch());
  expect(tail.read(3, 10, 25)).toHaveLength(2);
  expect(tail.read(3, 10, 1)).toHaveLength(1);
  expect(tail.read(0, 4, 1_000)).toHaveLength(2);
  expect(tail.read(9, 10, 1_000)).toHaveLength(1);
});

test("the oldest batches of all logs go first, and what went is not served", () => {
  const budget = new TailBudget(40);
  const [first, second] = [new TailCache(budget), new TailCache(budget)];
  for (let offset = 0; offset < 3; offset++) {
    first.append(offset, offset + 1, batch());
    second.append(offset, offset + 1, batch());
  }
  expect(first.read(0, 3, 1_000)).toBeUndefined();
  expect(second.read(0, 3, 1_000)).toBeUndefined();
  expect(first.read(1, 3, 1_000)).toHaveLength(2);
  second.clear();
  first.append(3, 4, batch());
  first.append(4, 5, batch());
  expect(first.read(1, 5, 1_000)).toHaveLength(4);
});
