import { expect, test } from "vitest";
import { NOT_ENABLED_FOR_ACCOUNT, toError } from "./jetstream-api.ts";

const codeOf = (code: number, err_code: number, description = "") =>
  toError({ code, err_code, description }, "STREAM.CREATE.x").code;

test("what may pass by itself is told from what will not", () => {
  expect(codeOf(503, 10008)).toBe("UNAVAILABLE");
  expect(codeOf(503, NOT_ENABLED_FOR_ACCOUNT)).toBe("REFUSED");
  expect(codeOf(400, 10005, "no suitable peers for placement, peer offline")).toBe("UNAVAILABLE");
  expect(codeOf(400, 10005, "no suitable peers for placement")).toBe("REFUSED");
});
