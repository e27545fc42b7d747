import fc from "fast-check";
import { expect, test } from "vitest";
import { OffsetIndex } from "./offset-index.ts";
import { TimeIndex } from "./time-index.ts";

test("an offset index finds the last batch that ends at or before an offset", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1_000), { maxLength: 60 }), fc.nat(1_100), (offsets, target) => {
      const index = new OffsetIndex();
      const sorted = offsets.sort((a, b) => a - b);
      for (const offset of sorted) index.add(offset, offset * 10);
      const expected = sorted.findLast((offset) => offset <= target);
      for (const subject of [index, new OffsetIndex(Buffer.from(index.content))]) {
        expect(subject.lookup(target)).toEqual(
          expected === undefined
            ? { relativeOffset: -1, position: 0 }
            : { relativeOffset: expected, position: expected * 10 },
        );
      }
    }),
  );
});

test("a time index keeps only growing timestamps and finds the last one below another", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1, max: 1_000 }), { maxLength: 60 }),
      fc.nat(1_100),
      (times, target) => {
        const index = new TimeIndex();
        for (const [offset, timestampMs] of times.entries()) index.add(timestampMs, offset);
        const growing = times.filter(
          (time, at) => time >= 0 && times.slice(0, at).every((other) => other < time),
        );
        expect(index.content.length).toBe(growing.length * 12);
        expect(index.lastBelow(target)?.timestampMs).toBe(growing.findLast((time) => time < target));
      },
    ),
  );
});

test("the entries are what Kafka writes", () => {
  const offsets = new OffsetIndex();
  offsets.add(5, 4_096);
  expect(offsets.content.toString("hex")).toBe("0000000500001000");
  const times = new TimeIndex();
  times.add(1_700_000_000_000, 5);
  expect(times.content.toString("hex")).toBe("0000018bcfe5680000000005");
});
