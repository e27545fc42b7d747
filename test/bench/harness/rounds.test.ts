import { expect, test } from "vitest";
import { interleave } from "./rounds.ts";

test("contestants take turns A B B A, behind one run that is discarded", async () => {
  const order: string[] = [];
  const contestants = ["a", "b"].map((name) => ({
    name,
    measure: async () => order.push(name),
  }));
  const results = await interleave(contestants, 2);
  expect(order.join(" ")).toBe("a a b b a");
  expect(results).toEqual(
    new Map([
      ["a", [2, 5]],
      ["b", [3, 4]],
    ]),
  );
});
