import { expect, test } from "vitest";
import { fieldKey } from "./field-key.ts";

test.each([
  ["text", "kunde-ä", "kunde-ä"],
  ["number", -12, "-12"],
  ["bigint", 2n ** 60n, "1152921504606846976"],
] as const)("a %s key is its text as UTF-8", (kind, key, text) => {
  const contract = fieldKey("id", kind, () => key);
  if (contract.kind !== "field") throw new Error("a field key is of kind field");
  expect(contract.encode(key as never).toString()).toBe(text);
  expect(contract.decode(Buffer.from(text))).toBe(key);
});

test("a key of bytes is those bytes", () => {
  const contract = fieldKey("id", "bytes", () => new Uint8Array([1, 2]));
  if (contract.kind !== "field") throw new Error("a field key is of kind field");
  expect(contract.encode(new Uint8Array([0, 255]))).toEqual(Buffer.from([0, 255]));
});

test("a value of another kind is named with its field", () => {
  const contract = fieldKey("customerId", "text", () => "x");
  if (contract.kind !== "field") throw new Error("a field key is of kind field");
  expect(() => contract.encode(7 as never)).toThrow("customerId must be of kind text, it is number");
  expect(() => contract.encode(undefined as never)).toThrow("customerId");
});
