import { afterEach, expect, test, vi } from "vitest";
import type { AppendReply } from "../jetstream/append-reply.ts";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { placeBarrier } from "./barrier.ts";
import { LogContent } from "./log-content.ts";
import { emptyHeader, type MessageHeader } from "./message-header.ts";
import { settleAppends } from "./settle-appends.ts";

// Retries wait for the next turn instead of for the time they would.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));
afterEach(() => vi.restoreAllMocks());

const place = { term: 2, leaderEpoch: 1, startOffset: 0 };
const mark = (endOffset: number, startOffset = 0) =>
  emptyHeader("logstart", { ...place, startOffset, endOffset });
const data = (baseOffset: number, startOffset = 0): MessageHeader => ({
  ...mark(baseOffset, startOffset),
  kind: "data",
  lastOffset: baseOffset,
});

interface Ends {
  readonly first_seq: number;
  readonly last_seq: number;
}

/** A stream that tells one of `ends` after the other, the last one for ever, and answers appends likewise. */
function streamOf(
  ends: readonly Ends[],
  replies: readonly AppendReply[],
  messages: readonly (MessageHeader | undefined)[] = [],
) {
  const leftEnds = [...ends];
  const leftReplies = [...replies];
  const next = <T>(left: T[]): T => (left.length > 1 ? left.shift()! : left[0]!);
  const stored = messages.map(
    (header, index): StoredMessage => ({
      sequence: index + 1,
      header,
      data: Buffer.alloc(0),
      sizeBytes: 0,
    }),
  );
  const stream = {
    name: "K",
    append: (_: unknown, __: unknown, ___: unknown, ____: unknown, onReply: (reply: AppendReply) => void) =>
      onReply(next(leftReplies)),
    api: { streamInfo: async () => ({ state: next(leftEnds) }) },
    reader: {
      async *scan(from: number, to: number) {
        if (from <= to) yield stored.slice(from - 1, to);
      },
      read: async (sequence: number, count: number) => stored.slice(sequence - 1, sequence - 1 + count),
    },
  };
  // The class has private fields; barriers use what is above only.
  return stream as unknown as PartitionStream;
}

/** Places a barrier, with time going by a second each time that somebody looks. */
async function placeOne(stream: PartitionStream, seenSequence: number) {
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 1_000));
  const failures: string[] = [];
  const visited: number[] = [];
  let removals = 0;
  const placed = await placeBarrier({
    stream,
    seenSequence,
    visitor: { place: new LogContent().place, visit: ({ sequence }) => visited.push(sequence) > 0 },
    removed: () => void removals++,
    header: () => mark(5),
    failed: (error: JetStreamError) => void failures.push(error.code),
  }).catch((error: unknown) => error);
  return { placed, failures, visited, removals };
}

const STORED = { kind: "stored", sequence: 8 } as const;

test("a stream that ends before what was seen, and stays so, has lost data", async () => {
  const { placed, failures } = await placeOne(streamOf([{ first_seq: 1, last_seq: 3 }], [STORED]), 7);
  expect(placed).toMatchObject({ code: "STORAGE_FAILED", message: expect.stringContaining("message 7") });
  expect(new Set(failures)).toEqual(new Set(["UNAVAILABLE"]));
});

test("a server that lags is asked again", async () => {
  const ends = [
    { first_seq: 1, last_seq: 3 },
    { first_seq: 1, last_seq: 7 },
  ];
  const { placed, failures } = await placeOne(streamOf(ends, [STORED]), 7);
  expect(placed).toMatchObject({ sequence: 8 });
  expect(failures).toEqual(["UNAVAILABLE"]);
});

test("an append that nobody answers, takes or has room for is told apart", async () => {
  const replies: AppendReply[] = [
    { kind: "timed-out", reason: "x" },
    { kind: "unavailable", reason: "x" },
    { kind: "full", reason: "x" },
    { kind: "wrong-sequence", lastSequence: undefined },
    STORED,
  ];
  const { failures } = await placeOne(streamOf([{ first_seq: 1, last_seq: 7 }], replies), 7);
  expect(failures).toEqual(["TIMED_OUT", "UNAVAILABLE", "FULL"]);
});

test("what was removed unseen is told, and the rest is visited", async () => {
  const messages = Array.from({ length: 7 }, () => mark(5));
  const { visited, removals } = await placeOne(
    streamOf([{ first_seq: 5, last_seq: 7 }], [STORED], messages),
    2,
  );
  expect([visited, removals]).toEqual([[5, 6, 7], 1]);
});

test("a barrier that is stored behind what nobody has seen counts for nothing, and is placed again behind that", async () => {
  const messages = Array.from({ length: 12 }, () => mark(5));
  const replies: AppendReply[] = [
    { kind: "stored", sequence: 12 },
    { kind: "stored", sequence: 13 },
  ];
  const { placed, visited } = await placeOne(streamOf([{ first_seq: 1, last_seq: 7 }], replies, messages), 7);
  expect(placed).toMatchObject({ sequence: 13 });
  expect(visited).toEqual([8, 9, 10, 11, 12]);
});

const settle = (
  messages: readonly (MessageHeader | undefined)[],
  unacknowledged: readonly MessageHeader[],
) => {
  const content = new LogContent();
  content.visit({ sequence: 1, header: messages[0], data: Buffer.alloc(0), sizeBytes: 0 });
  const last_seq = messages.length;
  return settleAppends({
    stream: streamOf([{ first_seq: 1, last_seq }], [{ kind: "stored", sequence: last_seq + 1 }], messages),
    content,
    unacknowledged: unacknowledged.map((header) => ({ header, bytes: Buffer.alloc(0) })),
    header: (endOffset) => mark(endOffset, 1),
    failed: (error) => {
      throw error;
    },
  });
};

test("an append that is found is stored, one behind it that is not is none", async () => {
  const settled = await settle([data(0), data(1), undefined], [data(1), data(2)]);
  expect(settled).toEqual({ stored: [2], sequence: 4 });
});

test("a new start whose message lost its place is told by the batch behind it", async () => {
  const settled = await settle([data(0), undefined, data(1, 1)], [mark(1, 1), data(1, 1), data(2, 1)]);
  expect(settled).toEqual({ stored: [3, 3], sequence: 4 });
});
