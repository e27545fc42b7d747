import fc from "fast-check";
import { expect, test } from "vitest";
import type { Frame } from "./frame.ts";
import { FrameDecoder } from "./frame-decoder.ts";

const POISON = 0xdd;

function frame(body: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

/** A decoder whose freed memory is overwritten, and what it freed. */
function poisoned(): { readonly decoder: FrameDecoder; readonly freed: Buffer[] } {
  const freed: Buffer[] = [];
  const decoder = new FrameDecoder(1_000_000, (memory) => {
    expect(freed).not.toContain(memory);
    freed.push(memory.fill(POISON));
  });
  return { decoder, freed };
}

test("a frame's bytes stay until it is released, however the stream is cut and in whatever order", () => {
  const bodies = fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 30 });
  const cuts = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1 });
  const picks = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(bodies, cuts, picks, (sizes, cuts, picks) => {
      const { decoder } = poisoned();
      const stream = Buffer.concat(sizes.map((size, index) => frame(Buffer.alloc(size, index))));
      const kept: { readonly frame: Frame; readonly value: number }[] = [];
      const releaseOne = (): void => {
        const [{ frame, value }] = kept.splice(picks.next().value! % kept.length, 1) as [(typeof kept)[0]];
        expect(frame.bytes.every((byte) => byte === value)).toBe(true);
        frame.release();
      };
      let count = 0;
      for (let at = 0, index = 0; at < stream.length; index++) {
        const end = at + cuts[index % cuts.length]!;
        decoder.push(Buffer.from(stream.subarray(at, end)));
        at = end;
        for (let next = decoder.nextFrame(); next !== undefined; next = decoder.nextFrame()) {
          kept.push({ frame: next, value: count++ });
        }
        while (kept.length > 3) releaseOne();
      }
      while (kept.length > 0) releaseOne();
      expect(count).toBe(sizes.length);
    }),
  );
});

test("a chunk is freed when the last of its frames is released", () => {
  const { decoder, freed } = poisoned();
  const chunk = Buffer.concat([frame(Buffer.alloc(2000, 1)), frame(Buffer.alloc(2000, 2))]);
  decoder.push(chunk);
  const [first, second] = [decoder.nextFrame()!, decoder.nextFrame()!];
  second.release();
  expect(freed).toEqual([]);
  expect(first.bytes.equals(Buffer.alloc(2000, 1))).toBe(true);
  first.release();
  expect(freed).toEqual([chunk]);
});

test("chunks of a frame that was copied are freed at once, and the copy when it is released", () => {
  const { decoder, freed } = poisoned();
  const body = Buffer.alloc(5000, 1);
  const stream = frame(body);
  const chunks = [Buffer.from(stream.subarray(0, 2500)), Buffer.from(stream.subarray(2500))];
  for (const chunk of chunks) decoder.push(chunk);
  const whole = decoder.nextFrame()!;
  expect(freed).toEqual(chunks);
  expect(whole.bytes.equals(body)).toBe(true);
  whole.release();
  expect(freed).toEqual([...chunks, whole.bytes]);
});

test("a frame that is released twice lets go of its memory once", () => {
  const { decoder, freed } = poisoned();
  decoder.push(Buffer.concat([frame(Buffer.alloc(2000, 1)), frame(Buffer.alloc(2000, 2))]));
  const [first, second] = [decoder.nextFrame()!, decoder.nextFrame()!];
  first.release();
  first.release();
  expect(freed).toEqual([]);
  expect(second.bytes.equals(Buffer.alloc(2000, 2))).toBe(true);
});

test("frames whose owner releases nothing stay", () => {
  const { decoder, freed } = poisoned();
  decoder.push(Buffer.concat([frame(Buffer.alloc(2000, 1)), frame(Buffer.alloc(2000, 2))]));
  expect([...decoder].map((bytes) => bytes[0])).toEqual([1, 2]);
  expect(freed).toEqual([]);
});
