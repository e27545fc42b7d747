import fc from "fast-check";
import { expect, test } from "vitest";
import { type CleanedMark, type Generation, isObsolete } from "./generation.ts";

const mark = (generation: Generation, endOffset = 100): CleanedMark => ({
  generation,
  endOffset,
  lastSequence: 9,
});
const place = { term: 5, startOffset: 0, cleaned: mark({ term: 4, number: 2 }) };

test("what is older than the adopted generation is obsolete, and so is what was left up to this term", () => {
  expect(isObsolete({ term: 4, number: 1 }, place)).toBe(true);
  expect(isObsolete({ term: 3, number: 9 }, place)).toBe(true);
  expect(isObsolete({ term: 4, number: 3 }, place)).toBe(true);
  expect(isObsolete({ term: 5, number: 1 }, place)).toBe(true);
});

test("the adopted generation and those of later terms stay", () => {
  expect(isObsolete({ term: 4, number: 2 }, place)).toBe(false);
  expect(isObsolete({ term: 6, number: 1 }, place)).toBe(false);
});

test("once the log starts behind it, the adopted generation is obsolete, too", () => {
  expect(isObsolete({ term: 4, number: 2 }, { ...place, startOffset: 100 })).toBe(true);
});

test("what a leader takes for obsolete is nothing that a later one has adopted", () => {
  const number = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), number), { maxLength: 12 }), fc.nat(), (steps, cut) => {
      // Adoptions in the order in which they come about: each in the same term with a larger number, or in a later term.
      let last = { term: 0, number: 0 };
      const adopted = steps.map(([isNewTerm, by]) => {
        last = isNewTerm
          ? { term: last.term + by, number: by }
          : { term: last.term, number: last.number + by };
        return last;
      });
      const seen = adopted.slice(0, cut % (adopted.length + 1));
      const own = seen.at(-1)?.term ?? 0;
      const cleaned = seen.length === 0 ? undefined : mark(seen.at(-1)!);
      for (const term of [own, own + 1]) {
        // While it asks, the leader of the term is about to adopt nothing itself.
        const later = adopted.slice(seen.length).filter((generation) => generation.term > term);
        for (const generation of later) {
          expect(isObsolete(generation, { term, startOffset: 0, cleaned })).toBe(false);
        }
      }
    }),
  );
});
