import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyHeader, formatHeader, gapHeader, type MessageHeader, parseHeader } from "./message-header.ts";

const count = fc.nat({ max: 1_000_000 });
const dataHeader = fc.record<MessageHeader>({
  kind: fc.constant("data"),
  term: count,
  leaderEpoch: count,
  baseOffset: fc.maxSafeNat().map((offset) => Math.floor(offset / 2)),
  lastOffset: fc.constant(0),
  startOffset: fc.maxSafeNat(),
  maxTimestampMs: fc.maxSafeInteger(),
  recordCount: count,
  producer: fc.option(
    fc.record({
      id: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      epoch: fc.nat({ max: 32_767 }),
      baseSequence: fc.integer({ min: -1, max: 2_147_483_647 }),
    }),
    { nil: undefined },
  ),
});

test("what is written is read", () => {
  fc.assert(
    fc.property(dataHeader, count, (header, extent) => {
      const written = { ...header, lastOffset: header.baseOffset + extent };
      expect(parseHeader(formatHeader(written))).toEqual(written);
    }),
  );
});

test("a gap is read as it was written, with the batch of a producer and without", () => {
  const place = { term: 3, leaderEpoch: 0, startOffset: 100 };
  const producer = { id: 7n, epoch: 1, baseSequence: 12 };
  for (const gap of [
    gapHeader(place, { baseOffset: 0, lastOffset: 99 }),
    gapHeader(place, { baseOffset: 4, lastOffset: 4, producer, maxTimestampMs: 1_000 }),
  ]) {
    expect(parseHeader(formatHeader(gap))).toEqual(gap);
  }
});

test("every message tells the compacted front", () => {
  const cleaned = { generation: { term: 6, number: 1 }, endOffset: 150, lastSequence: 88 };
  const place = { term: 6, leaderEpoch: 4, startOffset: 100, endOffset: 171, cleaned };
  for (const kind of ["cleaned", "term", "logstart"] as const) {
    expect(parseHeader(formatHeader(emptyHeader(kind, place)))).toEqual(emptyHeader(kind, place));
  }
  const gap = gapHeader(place, {
    baseOffset: 171,
    lastOffset: 172,
    producer: { id: 7n, epoch: 0, baseSequence: 1 },
  });
  const written: MessageHeader = { ...gap, kind: "data", cleaned };
  expect(parseHeader(formatHeader(written))).toEqual(written);
});

test("anything else is no header", () => {
  for (const text of [
    undefined,
    "",
    "data",
    "data term=0 epoch=0 base=0 last=0 start=0",
    "data term=0 epoch=0 base=5 last=4 start=0 time=0 count=0",
    "term term=0 epoch=0 base=5 last=5 start=0",
    "gap term=0 epoch=0 base=5 last=4 start=0",
    "cleaned term=0 epoch=0 base=5 last=4 start=0",
    "cleaned term=0 epoch=0 base=5 last=4 start=0 cleaned=0-1/99999999999999999999/4",
    "term term=99999999999999999999 epoch=0 base=5 last=4 start=0",
    "data term=0 epoch=0 base=99999999999999999999 last=99999999999999999999 start=0 time=0 count=0",
    "data term=0 epoch=0 base=0 last=0 start=0 time=0 count=0 more",
  ]) {
    expect(parseHeader(text)).toBeUndefined();
  }
});
