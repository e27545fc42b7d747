import { expect, test } from "vitest";
import { ERRORS, errorByCode, isErrorName } from "./errors.ts";

const ALL = Object.values(ERRORS);

test("codes run from -1 to 133 without a gap", () => {
  expect(ALL.map(({ code }) => code)).toEqual(Array.from({ length: 135 }, (_, index) => index - 1));
});

test("every error is found by its code and by its name", () => {
  for (const info of ALL) {
    expect(errorByCode(info.code)).toBe(info);
    expect(ERRORS[info.name]).toBe(info);
    expect(info.description).toMatch(/^[A-Z].*\.$/);
  }
});

test("a code of a newer broker reads as UNKNOWN_SERVER_ERROR", () => {
  expect(errorByCode(9999)).toBe(ERRORS.UNKNOWN_SERVER_ERROR);
});

test("names are told from other texts", () => {
  expect(isErrorName("NOT_COORDINATOR")).toBe(true);
  expect(isErrorName("toString")).toBe(false);
});

test("what a client must retry is retriable", () => {
  expect(ERRORS.NOT_LEADER_OR_FOLLOWER).toMatchObject({ code: 6, retriable: true });
  expect(ERRORS.COORDINATOR_LOAD_IN_PROGRESS).toMatchObject({ code: 14, retriable: true });
  expect(ERRORS.OFFSET_OUT_OF_RANGE).toMatchObject({ code: 1, retriable: false });
  expect(ERRORS.INVALID_RECORD).toMatchObject({ code: 87, retriable: false });
});
