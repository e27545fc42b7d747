import { expect, test } from "vitest";
import { ReadMemory } from "./read-memory.ts";

const KIB = 1024;

test("memory that was given back is taken again, and views of its former use are empty", () => {
  const memory = new ReadMemory();
  const first = memory.take(100 * KIB);
  const view = first.subarray(10, 20);
  first.fill(7);
  memory.give([first]);
  expect([first.length, view.length]).toEqual([0, 0]);
  const second = memory.take(90 * KIB);
  expect(second).toHaveLength(90 * KIB);
  expect(second.every((byte) => byte === 7)).toBe(true);
});

test("a part of a buffer gives all of it back", () => {
  const memory = new ReadMemory();
  const whole = memory.take(64 * KIB).fill(7);
  memory.give([whole.subarray(0, 5)]);
  expect(whole).toHaveLength(0);
  expect(memory.take(64 * KIB)[64 * KIB - 1]).toBe(7);
});

test("no more is kept than allowed, and nothing that is very small or very large", () => {
  const memory = new ReadMemory(128 * KIB);
  const buffers = [1, 20, 64, 64, 64, 5000].map((kib) => memory.take(kib * KIB).fill(7));
  const sizes = buffers.map(({ length }) => length);
  expect(sizes).toEqual([1, 20, 64, 64, 64, 5000].map((kib) => kib * KIB));
  memory.give(buffers);
  expect(buffers.every(({ length }) => length === 0)).toBe(true);
  expect(memory.freeBytes).toBe((32 + 64) * KIB);
});
