import { batchOf } from "@letterpress/log/testing";
import { expect, test } from "vitest";
import type { AppendReply } from "../jetstream/append-reply.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { InFlightBudget } from "./in-flight-budget.ts";
import { LogAppender } from "./log-appender.ts";
import { LogContent } from "./log-content.ts";
import type { MessageHeader } from "./message-header.ts";
import { TailBudget, TailCache } from "./tail-cache.ts";

const MEGABYTE = 1024 * 1024;

interface Sent {
  readonly header: MessageHeader;
  readonly reply: (reply: AppendReply) => void;
}

/** An appender on an empty log, and what it has sent, which is answered by the test. */
function setUp() {
  const sent: Sent[] = [];
  const append = (header: MessageHeader, _: unknown, __: unknown, ___: unknown, reply: Sent["reply"]) =>
    void sent.push({ header, reply });
  const content = new LogContent();
  const appender = new LogAppender({
    // The class has private fields; appends use what is here only.
    stream: { name: "K", append } as unknown as PartitionStream,
    content,
    tail: new TailCache(new TailBudget(MEGABYTE)),
    services: {
      tailBudget: new TailBudget(MEGABYTE),
      inFlightBudget: new InFlightBudget(64 * MEGABYTE),
      batchBytesMax: 2 * MEGABYTE,
    },
    advanced: () => {},
    failed: () => {},
  });
  return { appender, content, sent };
}

const large = () => batchOf(["x".repeat(MEGABYTE - 200)]);

test("what waits for servers is bounded, and so is what is on its way", async () => {
  const { appender, sent } = setUp();
  for (let count = 0; count < 64; count++) await appender.append(large(), { acks: 0 });
  expect(sent).toHaveLength(8);
  await expect(appender.append(large(), {})).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
  expect(appender.endOffset).toBe(64);
  sent[0]!.reply({ kind: "stored", sequence: 1 });
  await appender.append(large(), { acks: 0 });
  expect([appender.endOffset, appender.highWatermark, sent.length]).toEqual([65, 1, 9]);
});

test("a batch that fits no message is refused before it has an offset", async () => {
  const { appender, sent } = setUp();
  const tooLarge = batchOf(["x".repeat(2 * MEGABYTE)]);
  await expect(appender.append(tooLarge, {})).rejects.toMatchObject({ code: "BATCH_TOO_LARGE" });
  expect([appender.endOffset, sent.length]).toEqual([0, 0]);
});

test("every message says where the log starts, once that has been moved", async () => {
  const { appender, content, sent } = setUp();
  void appender.append(batchOf(["a", "b"]), { acks: 0 });
  const moved = appender.moveStart(1);
  void appender.append(batchOf(["c"]), { acks: 0 });
  expect(sent.map(({ header }) => [header.kind, header.startOffset])).toEqual([
    ["data", 0],
    ["logstart", 1],
    ["data", 1],
  ]);
  for (const [index, { reply }] of sent.entries()) reply({ kind: "stored", sequence: index + 1 });
  expect(await moved).toBe(2);
  expect(content.place).toMatchObject({ startOffset: 1, endOffset: 3 });
});
