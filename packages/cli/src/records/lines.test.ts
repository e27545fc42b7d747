import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLines } from "./lines.ts";

async function linesOf(chunks: readonly Buffer[]): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const lines of readLines(Readable.from(chunks), "stdin")) {
    for (const { number, bytes } of lines) found.push([number, bytes.toString()]);
  }
  return found;
}

test("lines end with a newline, with or without a return; the last one may lack it", async () => {
  expect(await linesOf([Buffer.from("a\r\n\nb")])).toEqual([
    [1, "a"],
    [2, ""],
    [3, "b"],
  ]);
  expect(await linesOf([])).toEqual([]);
});

test("it does not matter where the chunks of a stream end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-z]{0,5}$/), { minLength: 1 }),
      fc.array(fc.nat({ max: 20 })),
      async (lines, cuts) => {
        const bytes = Buffer.from(`${lines.join("\n")}\n`);
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await linesOf(chunks)).toEqual(lines.map((line, index) => [index + 1, line]));
      },
    ),
  );
});
