import { expect, test } from "vitest";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { LogContent } from "./log-content.ts";
import { emptyHeader, type MessageHeader } from "./message-header.ts";
import { visitLog } from "./visit-log.ts";

const PAGE = 50;

const data = (baseOffset: number, term = 2): MessageHeader => ({
  ...emptyHeader("logstart", { term, leaderEpoch: term, startOffset: 0, endOffset: baseOffset }),
  kind: "data",
  lastOffset: baseOffset,
});

const stored = (header: MessageHeader | undefined, index: number): StoredMessage => ({
  sequence: index + 1,
  header,
  data: Buffer.alloc(0),
  sizeBytes: 0,
});

/** A stream of `headers` whose messages at the sequences of `misread` show no header when they are read in pages. */
function streamOf(headers: readonly (MessageHeader | undefined)[], misread: readonly number[] = []) {
  const messages = headers.map(stored);
  const reads: number[] = [];
  const reader = {
    async *scan(from: number, to: number) {
      const shown = messages.map((message) =>
        misread.includes(message.sequence) ? { ...message, header: undefined } : message,
      );
      for (let at = from - 1; at < to; at += PAGE) yield shown.slice(at, Math.min(at + PAGE, to));
    },
    read: async (sequence: number, count: number) => {
      reads.push(sequence);
      return messages.slice(sequence - 1, sequence - 1 + count);
    },
  };
  // The class has private fields; the visit uses what is above only.
  return { reads, stream: { name: "K", reader } as unknown as PartitionStream };
}

async function visit(headers: readonly (MessageHeader | undefined)[], misread: readonly number[] = []) {
  const { stream, reads } = streamOf(headers, misread);
  const content = new LogContent();
  const pages: number[] = [];
  const error = await (async () => {
    for await (const sequence of visitLog(stream, 1, headers.length, content)) pages.push(sequence);
  })().catch((thrown: unknown) => thrown);
  return { endOffset: content.place.endOffset, pages, reads, error };
}

const log = (count: number, from = 0): MessageHeader[] =>
  Array.from({ length: count }, (_, index) => data(from + index));

test("what continues the log is read once, and each page is told", async () => {
  expect(await visit(log(120))).toEqual({
    endOffset: 120,
    pages: [50, 100, 120],
    reads: [],
    error: undefined,
  });
});

test("a message that is misread is read again, at the front, in the middle and at the end", async () => {
  const { endOffset, reads } = await visit(log(120), [1, 50, 77, 120]);
  expect(endOffset).toBe(120);
  expect(reads).toEqual([1, 50, 77, 120]);
});

test("what was shown before a second reading failed is not shown again", async () => {
  const { stream } = streamOf(log(120), [77]);
  const read = stream.reader.read.bind(stream.reader);
  const content = new LogContent();
  let done = 0;
  const goOn = async () => {
    for await (const sequence of visitLog(stream, done + 1, 120, content)) done = sequence;
  };
  stream.reader.read = () => Promise.reject(new JetStreamError("TIMED_OUT", "not now"));
  await expect(goOn()).rejects.toThrow("not now");
  expect([done, content.sequence]).toEqual([76, 76]);
  stream.reader.read = read;
  await goOn();
  expect([done, content.sequence, content.place.endOffset]).toEqual([120, 120, 120]);
});

test("what does not count in another reading either is passed over, however much of it is of older terms", async () => {
  const zombies = Array.from({ length: 400 }, (_, index) => data(10 + index, 1));
  const { endOffset, reads, error } = await visit([...log(10), undefined, ...zombies, ...log(5, 10)]);
  expect([endOffset, error]).toEqual([15, undefined]);
  // Runs are read again together.
  expect(reads.length).toBeLessThan(30);
});

test("a chain that lost a link is passed over", async () => {
  const { endOffset, error } = await visit([...log(10), ...log(15, 11), ...log(20, 10)]);
  expect([endOffset, error]).toEqual([30, undefined]);
});

test("a log that goes on elsewhere, in its own term or in a newer one, is not believed to end", async () => {
  for (const term of [2, 3]) {
    const elsewhere = Array.from({ length: 200 }, (_, index) => data(11 + index, term));
    const { error } = await visit([...log(10), ...elsewhere]);
    expect(error).toMatchObject({
      code: "NOT_ENOUGH_REPLICAS",
      message: expect.stringContaining("offset 10 of"),
    });
  }
});
