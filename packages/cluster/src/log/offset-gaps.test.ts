import type { ProducerSnapshot } from "@letterpress/log";
import { expect, test } from "vitest";
import { OffsetGaps } from "./offset-gaps.ts";

/** A producer of batches at `offsets`, each of `size` records. */
function producer(producerId: bigint, offsets: readonly number[], size = 1): ProducerSnapshot {
  const batches = offsets.map((offset, index) => ({
    baseSequence: index * size,
    lastSequence: index * size + size - 1,
    baseOffset: BigInt(offset),
    lastOffset: BigInt(offset + size - 1),
    timestampMs: 1_000 + offset,
  }));
  const last = batches.at(-1)!;
  const { lastSequence, lastOffset, timestampMs } = last;
  return { producerId, producerEpoch: 3, lastSequence, lastOffset, lastTimestampMs: timestampMs, batches };
}

const offsetsOf = (gaps: ReturnType<OffsetGaps["between"]>) =>
  gaps.map(({ baseOffset, lastOffset, producer }) => [baseOffset, lastOffset, producer?.id]);

test("offsets that nobody remembers are one gap", () => {
  const gaps = new OffsetGaps([]);
  expect(gaps.between(0, 10)).toEqual([{ baseOffset: 0, lastOffset: 9 }]);
  expect(gaps.between(10, 10)).toEqual([]);
});

test("batches that are remembered are gaps of their own, with their producer", () => {
  const gaps = new OffsetGaps([producer(7n, [2, 8], 2), producer(8n, [4])]);
  const found = gaps.between(0, 12);
  expect(offsetsOf(found)).toEqual([
    [0, 1, undefined],
    [2, 3, 7n],
    [4, 4, 8n],
    [5, 7, undefined],
    [8, 9, 7n],
    [10, 11, undefined],
  ]);
  expect(found[1]).toMatchObject({
    producer: { id: 7n, epoch: 3, baseSequence: 0 },
    maxTimestampMs: 1_002,
  });
});

test("batches that still have records are passed over", () => {
  const gaps = new OffsetGaps([producer(7n, [0, 2, 4, 6], 2)]);
  expect(offsetsOf(gaps.between(2, 4))).toEqual([[2, 3, 7n]]);
  expect(offsetsOf(gaps.between(6, 8))).toEqual([[6, 7, 7n]]);
});
