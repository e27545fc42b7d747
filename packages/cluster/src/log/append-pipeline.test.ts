import { expect, test } from "vitest";
import type { AppendReply } from "../jetstream/append-reply.ts";
import { AppendPipeline } from "./append-pipeline.ts";
import { InFlightBudget } from "./in-flight-budget.ts";
import { emptyHeader } from "./message-header.ts";

interface Sent {
  readonly bytes: Uint8Array;
  readonly lastSequence: number;
  readonly reply: (reply: AppendReply) => void;
}

/** A pipeline behind message 10, what it sent, and what its host was told. */
function setUp(budgetBytes = 1 << 30) {
  const sent: Sent[] = [];
  const stored: (readonly [marker: number, sequence: number])[] = [];
  let interruptions = 0;
  const stream = {
    append: (_: unknown, bytes: Uint8Array, lastSequence: number, __: number, reply: Sent["reply"]) =>
      void sent.push({ bytes, lastSequence, reply }),
  };
  const budget = new InFlightBudget(budgetBytes);
  const pipeline = new AppendPipeline(stream, budget, 10, {
    stored: ({ bytes }, sequence) => void stored.push([bytes[0]!, sequence]),
    interrupted: () => void interruptions++,
  });
  const header = emptyHeader("logstart", { term: 0, leaderEpoch: 0, startOffset: 0, endOffset: 0 });
  const push = (marker: number, size = 1) => pipeline.push({ header, bytes: Buffer.alloc(size, marker) });
  const acknowledge = (index: number) =>
    sent[index]!.reply({ kind: "stored", sequence: sent[index]!.lastSequence + 1 });
  return { pipeline, sent, stored, push, acknowledge, interruptions: () => interruptions };
}

test("sixteen appends at most are on their way, each expecting the one before", () => {
  const { sent, push, acknowledge } = setUp();
  for (let marker = 0; marker < 20; marker++) push(marker);
  expect(sent.map(({ lastSequence }) => lastSequence)).toEqual(
    Array.from({ length: 16 }, (_, at) => 10 + at),
  );
  acknowledge(0);
  expect(sent).toHaveLength(17);
});

test("eight megabytes at most are on their way, but always one append", () => {
  const { sent, push, acknowledge } = setUp();
  push(1, 9 << 20);
  push(2, 5 << 20);
  push(3, 5 << 20);
  expect(sent).toHaveLength(1);
  acknowledge(0);
  expect(sent).toHaveLength(2);
});

test("an append counts when all before it are acknowledged, too", () => {
  const { stored, push, acknowledge, pipeline } = setUp();
  for (let marker = 0; marker < 3; marker++) push(marker);
  acknowledge(2);
  acknowledge(1);
  expect(stored).toEqual([]);
  acknowledge(0);
  expect(stored).toEqual([
    [0, 11],
    [1, 12],
    [2, 13],
  ]);
  expect(pipeline.isIdle).toBe(true);
});

test("after a failure nothing is sent and no answer counts until it is resumed", () => {
  const { pipeline, sent, stored, push, acknowledge, interruptions } = setUp();
  for (let marker = 0; marker < 3; marker++) push(marker);
  sent[0]!.reply({ kind: "timed-out", reason: "lost" });
  acknowledge(1);
  push(3);
  expect([interruptions(), sent.length, stored.length]).toEqual([1, 3, 0]);
  pipeline.resume([11], 20);
  expect(stored).toEqual([[0, 11]]);
  expect(sent.slice(3).map(({ bytes, lastSequence }) => [bytes[0], lastSequence])).toEqual([
    [1, 20],
    [2, 21],
    [3, 22],
  ]);
  acknowledge(2);
  expect(stored).toHaveLength(1);
  for (const index of [3, 4, 5]) acknowledge(index);
  expect(stored).toHaveLength(4);
});

test("an acknowledgement of another sequence is a failure", () => {
  const { sent, stored, push, interruptions } = setUp();
  push(0);
  sent[0]!.reply({ kind: "stored", sequence: 3 });
  expect([interruptions(), stored.length]).toEqual([1, 0]);
});

test("pipelines share a budget, and go on when another one frees it", () => {
  const budget = new InFlightBudget(100);
  let resumed = 0;
  expect(budget.take(80, () => {})).toBe(true);
  expect(budget.take(30, () => resumed++)).toBe(false);
  budget.give(80);
  expect(resumed).toBe(1);
  expect(budget.take(500, () => {})).toBe(true);
});
