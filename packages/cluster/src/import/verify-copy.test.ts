import { logConfig, openMemoryEngine, type PartitionLog } from "@letterpress/log";
import { batchOf, partitionOf } from "@letterpress/log/testing";
import { beforeEach, expect, test } from "vitest";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { LogContent } from "../log/log-content.ts";
import { emptyHeader } from "../log/message-header.ts";
import { sourceMessages } from "./source-messages.ts";
import { verifyCopy } from "./verify-copy.ts";

const PRODUCER = { producerId: 7n, producerEpoch: 0, baseSequence: 0 };
const VALUES = ["a", "b", "c", "d"];

let source: PartitionLog;
let messages: StoredMessage[];

beforeEach(async () => {
  source = await logOf(VALUES);
  messages = await copyOf(source);
});

async function logOf(values: readonly string[], producer = PRODUCER): Promise<PartitionLog> {
  const log = await openMemoryEngine().open(partitionOf("source"), logConfig());
  for (const [index, value] of values.entries()) {
    await log.append(batchOf([value], 1_000, index === 1 ? producer : {}));
  }
  return log;
}

/** What a stream holds that the log was copied to. */
async function copyOf(log: PartitionLog): Promise<StoredMessage[]> {
  const term = emptyHeader("term", { term: 0, leaderEpoch: 0, startOffset: 0, endOffset: 0 });
  const stored: StoredMessage[] = [{ sequence: 1, header: term, data: Buffer.alloc(0), sizeBytes: 0 }];
  const content = new LogContent();
  content.visit(stored[0]!);
  for await (const piece of sourceMessages(log, content.place)) {
    for (const { header, bytes } of piece) {
      stored.push({ sequence: stored.length + 1, header, data: Buffer.from(bytes), sizeBytes: bytes.length });
    }
  }
  return stored;
}

/** Verifies a stream with `messages`, which is read two at a time; resolves to the bytes that are the same. */
async function verify(log: PartitionLog = source): Promise<number> {
  const read = async (sequence: number) => messages.slice(sequence - 1, sequence + 1);
  // Of a stream nothing else is used.
  const stream = { id: partitionOf("source"), reader: { read } } as unknown as PartitionStream;
  let bytes = 0;
  const ends = { firstSequence: 1, lastSequence: messages.length };
  const { signal } = new AbortController();
  const onVerified = (more: number): void => {
    bytes += more;
  };
  await verifyCopy({ stream, ...ends, source: log, signal, onVerified });
  return bytes;
}

const refused = (message: RegExp) => ({
  code: "IMPORT_MISMATCH",
  message: expect.stringMatching(message),
});

test("a copy is found to be the same", async () => {
  expect(await verify()).toBe(source.sizeBytes);
  await source.trim(2n);
  messages = [...messages, ...(await startMoved(2))];
  await expect(verify()).resolves.toBeGreaterThan(0);
});

test("a bit that is another one is found", async () => {
  const { data } = messages[2]!;
  data[data.length - 1]! ^= 1;
  await expect(verify()).rejects.toMatchObject(refused(/source-0 .*the batch at offset 1 is another one/));
});

test("what is missing is found, in the middle and at the end", async () => {
  const [last] = messages.splice(-1);
  await expect(verify()).rejects.toMatchObject(refused(/offset 3 is missing/));
  messages.splice(2, 1);
  messages = [...messages, last!].map((message, index) => ({ ...message, sequence: index + 1 }));
  await expect(verify()).rejects.toMatchObject(refused(/offset 1 is missing/));
});

test("what the folder does not have is found", async () => {
  await expect(verify(await logOf(VALUES.slice(0, 3)))).rejects.toMatchObject(
    refused(/offset 3 is another one/),
  );
});

test("a start that is another one is found", async () => {
  await source.trim(2n);
  await expect(verify()).rejects.toMatchObject(refused(/offsets 0 to 4, the folder 2 to 4/));
});

test("a producer that is known otherwise is found", async () => {
  const { header } = messages[2]!;
  messages[2] = { ...messages[2]!, header: { ...header!, producer: { id: 7n, epoch: 0, baseSequence: 5 } } };
  await expect(verify()).rejects.toMatchObject(refused(/producer 7 is known otherwise/));
});

async function startMoved(startOffset: number): Promise<StoredMessage[]> {
  const header = emptyHeader("logstart", { term: 0, leaderEpoch: 0, startOffset, endOffset: VALUES.length });
  return [{ sequence: messages.length + 1, header, data: Buffer.alloc(0), sizeBytes: 0 }];
}
