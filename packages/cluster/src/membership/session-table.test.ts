import { expect, test } from "vitest";
import type { LeaseEntry } from "./lease-store.ts";
import { SessionTable } from "./session-table.ts";

const broker = (nodeId: number, revision: number, fields: object = {}): LeaseEntry => ({
  key: `broker.${nodeId}`,
  value: JSON.stringify({ owner: `s${nodeId}`, host: "h", port: 9092, rack: null, http: null, ...fields }),
  revision,
});

test("a session lives for as long as renewals of it show", () => {
  const table = new SessionTable(15_000);
  expect(table.observe([broker(1, 1), broker(2, 2)], 0)).toBe(true);
  expect(table.observe([broker(1, 3), broker(2, 2)], 10_000)).toBe(false);
  expect(table.sessions().map(({ nodeId }) => nodeId)).toEqual([1, 2]);
  expect(table.observe([broker(1, 3), broker(2, 2)], 15_000)).toBe(true);
  expect(table.sessions().map(({ nodeId }) => nodeId)).toEqual([1]);
});

test("a session that is over stays so, also while servers still show its key", () => {
  const table = new SessionTable(15_000);
  table.observe([broker(1, 1)], 0);
  expect(table.isExpired(broker(1, 1))).toBe(false);
  table.observe([broker(1, 1)], 15_000);
  for (const nowMs of [16_000, 31_000, 60_000, 61_000, 120_000]) {
    expect(table.observe([broker(1, 1)], nowMs)).toBe(false);
    expect(table.sessions()).toEqual([]);
    expect(table.isExpired(broker(1, 1))).toBe(true);
  }
  // Another revision is somebody who lives.
  expect(table.isExpired(broker(1, 2))).toBe(false);
  expect(table.observe([broker(1, 2)], 121_000)).toBe(true);
  expect(table.sessions()).toHaveLength(1);
});

test("a key that is gone may come back in the answer of a replica that lags, and means nothing then", () => {
  const table = new SessionTable(15_000);
  table.observe([broker(1, 1)], 0);
  table.observe([], 15_000);
  expect(table.observe([broker(1, 1)], 40_000)).toBe(false);
  table.observe([], 60_000);
  expect(table.isExpired(broker(1, 1))).toBe(false);
});

test("an answer that leaves a session out, or shows an older one, changes nothing", () => {
  const table = new SessionTable(15_000);
  table.observe([broker(1, 7, { host: "new" })], 0);
  expect(table.observe([], 1_000)).toBe(false);
  expect(table.observe([broker(1, 6, { host: "old" })], 2_000)).toBe(false);
  expect(table.sessions()).toMatchObject([{ nodeId: 1, host: "new" }]);
});

test("a session that was released is gone at once", () => {
  const table = new SessionTable(15_000);
  table.observe([broker(1, 1)], 0);
  expect(table.observe([broker(1, 2, { isReleased: true })], 1)).toBe(true);
  expect(table.sessions()).toEqual([]);
});

test("the controller is told by its lease", () => {
  const table = new SessionTable(15_000);
  const lease = (revision: number, isReleased: boolean): LeaseEntry => ({
    key: "controller",
    value: JSON.stringify({ owner: "s3", nodeId: 3, isReleased }),
    revision,
  });
  table.observe([lease(1, false)], 0);
  expect(table.controller()).toBe(3);
  table.observe([lease(2, true)], 1);
  expect(table.controller()).toBeUndefined();
});

test("what is no lease of ours is passed over", () => {
  const table = new SessionTable(15_000);
  const strange = ["", "null", "[]", "{}", '{"owner":1}', '{"owner":"s"}'];
  table.observe(
    strange.map((value, index) => ({ key: `broker.${index}`, value, revision: index + 1 })),
    0,
  );
  expect(table.sessions()).toEqual([]);
});
