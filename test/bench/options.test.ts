import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("seven rounds of everything are the default, and quick is fewer of less", () => {
  expect(readOptions([])).toEqual({ rounds: 7, scale: 1, only: [], json: false, write: false });
  expect(readOptions(["--quick"])).toMatchObject({ rounds: 3, scale: 0.5 });
  expect(readOptions(["--quick", "--rounds", "5"])).toMatchObject({ rounds: 5, scale: 0.5 });
});

test("benchmarks are named one by one or with commas", () => {
  expect(readOptions(["--only", "fetch,append", "--only", "clients"]).only).toEqual([
    "fetch",
    "append",
    "clients",
  ]);
});

test("what is no number of rounds, no scale or no flag is refused", () => {
  expect(() => readOptions(["--rounds", "0"])).toThrow(/--rounds/);
  expect(() => readOptions(["--scale", "none"])).toThrow(/--scale/);
  expect(() => readOptions(["--fast"])).toThrow(/--fast/);
});
