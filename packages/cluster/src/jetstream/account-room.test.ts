import { expect, test } from "vitest";
import { accountFault } from "./account-room.ts";

const limits = { max_streams: -1, max_storage: -1 };
const use = { streams: 90, storage: 900, limits };

test("an account without limits has room", () => {
  expect(accountFault(use, 3, 1_000_000)).toBeUndefined();
  // JetStream takes no streams at all for as many as one likes.
  expect(accountFault({ ...use, limits: { ...limits, max_streams: 0 } }, 3, 1)).toBeUndefined();
});

test("streams beyond the limit are told, with what to raise", () => {
  const limited = { ...use, limits: { ...limits, max_streams: 100 } };
  expect(accountFault(limited, 3, 10)).toBeUndefined();
  expect(accountFault(limited, 3, 11)).toMatch(
    /has 90 of at most 100 streams.*no room for 11 more.*max_streams/,
  );
});

test("a store that is full is told, with what to raise", () => {
  const limited = { ...use, limits: { ...limits, max_storage: 900 } };
  expect(accountFault(limited, 3, 1)).toMatch(/has used 900 of at most 900 bytes.*raise its max_storage/);
  expect(accountFault({ ...limited, storage: 899 }, 3, 1)).toBeUndefined();
});

test("where limits differ by the number of replicas, those of that number hold", () => {
  const full = { ...use, limits: { ...limits, max_streams: 90 } };
  const tiered = { ...full, tiers: { R1: use, R3: full } };
  expect(accountFault(tiered, 1, 1)).toBeUndefined();
  expect(accountFault(tiered, 3, 1)).toMatch(/max_streams/);
  expect(accountFault(tiered, 5, 1)).toMatch(/no streams with 5 replicas.*tier R5/);
});
