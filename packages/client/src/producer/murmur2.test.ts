import { expect, test } from "vitest";
import { murmur2, murmur2Partition } from "./murmur2.ts";

/** The vectors of Apache Kafka's UtilsTest. */
const VECTORS: readonly [string, number][] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
];

test.each(VECTORS)("hashes %s as Java does", (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test("hashes bytes above 127 as Java does", () => {
  expect(murmur2(Buffer.from("abc"))).toBe(479470107);
  expect(murmur2(Buffer.alloc(0))).toBe(275646681);
});

test("chooses the partition from the positive part of the hash", () => {
  expect(murmur2Partition(Buffer.from("21"), 10)).toBe((-973932308 & 0x7fffffff) % 10);
});
