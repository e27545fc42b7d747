import { expect, test } from "vitest";
import { Lineage } from "./lineage.ts";
import { emptyHeader, type MessageHeader } from "./message-header.ts";

const termMessage = (term: number, endOffset: number) =>
  emptyHeader("term", { term, leaderEpoch: term, endOffset, startOffset: 0 });

const data = (term: number, baseOffset: number, count = 1): MessageHeader => ({
  ...emptyHeader("logstart", { term, leaderEpoch: term, endOffset: baseOffset, startOffset: 0 }),
  kind: "data",
  lastOffset: baseOffset + count - 1,
});

const accepted = (messages: readonly MessageHeader[]) => {
  const lineage = new Lineage();
  return messages.map((message) => lineage.accept(message));
};

test("a chain that lost a link to a newer term is void", () => {
  const messages = [termMessage(0, 0), data(0, 0), termMessage(1, 1), data(0, 2), data(0, 3), data(1, 1)];
  expect(accepted(messages)).toEqual([true, true, true, false, false, true]);
});

test("a batch of an older term is void even where the log ends", () => {
  const messages = [termMessage(0, 0), termMessage(1, 0), data(1, 0, 2), data(0, 2), data(1, 2)];
  expect(accepted(messages)).toEqual([true, true, true, false, true]);
});

test("the rest of a chain that lost a link within its term is void, what is sent again counts", () => {
  const messages = [termMessage(0, 0), data(0, 1), data(0, 0), data(0, 1), data(0, 1)];
  expect(accepted(messages)).toEqual([true, false, true, true, false]);
});

test("a term that is not newer begins nothing", () => {
  expect(accepted([termMessage(3, 0), termMessage(3, 0), termMessage(2, 0)])).toEqual([true, false, false]);
});

test("a stream whose front was purged is taken up at its first message", () => {
  const first = { ...data(4, 100, 10), startOffset: 105 };
  const lineage = Lineage.before(first);
  expect(lineage.accept(first)).toBe(true);
  expect(lineage.place).toEqual({ term: 4, leaderEpoch: 4, endOffset: 110, startOffset: 105 });
  const term = termMessage(7, 20);
  expect(Lineage.before(term).accept(term)).toBe(true);
});
