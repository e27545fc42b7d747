import { expect, test } from "vitest";
import { isValidSubject, normalizeSubject, parseSubject, qualifyReference } from "./subject-name.ts";

test("a subject names its context between colons", () => {
  expect(parseSubject("orders-value")).toEqual({ context: ".", name: "orders-value" });
  expect(parseSubject(":.lab:orders-value")).toEqual({ context: ".lab", name: "orders-value" });
  expect(parseSubject(":.lab:")).toEqual({ context: ".lab", name: "" });
  expect(parseSubject(":.unclosed")).toEqual({ context: ".", name: ":.unclosed" });
  expect(parseSubject(":.lab:a:b")).toEqual({ context: ".lab", name: "a:b" });
});

test("the default context is not spelled out", () => {
  expect(normalizeSubject(":.:orders-value")).toBe("orders-value");
  expect(normalizeSubject(":.lab:orders-value")).toBe(":.lab:orders-value");
});

test("a reference without a context is in its parent's", () => {
  expect(qualifyReference(":.lab:orders", "money")).toBe(":.lab:money");
  expect(qualifyReference(":.lab:orders", ":.:money")).toBe("money");
  expect(qualifyReference("orders", "money")).toBe("money");
});

test("control characters and reserved names make no subject", () => {
  expect(isValidSubject("orders value/é")).toBe(true);
  for (const subject of ["", "__GLOBAL", "__EMPTY", "a\u0000b", "a\nb", "a\u0085b"]) {
    expect(isValidSubject(subject)).toBe(false);
  }
});
