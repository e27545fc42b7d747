import { expect, test } from "vitest";
import { collect, parseAssignment } from "./repeated-flag.ts";

test("an assignment has a name and an equals sign; the value may hold more of them", () => {
  expect(parseAssignment("a.b=c=d")).toEqual(["a.b", "c=d"]);
  expect(() => parseAssignment("=x")).toThrow(/name=value/);
});

test("a repeated flag keeps the order of its values", () => {
  expect(["a", "b"].reduce<string[] | undefined>((all, each) => collect(each, all), undefined)).toEqual([
    "a",
    "b",
  ]);
});
