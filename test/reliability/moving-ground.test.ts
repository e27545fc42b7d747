import { type ConsumerOptions, Letterpress } from "@letterpress/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: LetterpressServer;
let client: Letterpress;

beforeAll(async () => {
  server = await startServer({ kafka: "127.0.0.1:0", http: "127.0.0.1:0", log: { level: "silent" } });
  client = new Letterpress({ brokers: [server.kafka] });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

/** A topic of one partition that holds the numbers from 0. */
async function numbered(topic: string, count: number): Promise<void> {
  await client.admin().topics.create([{ name: topic, partitions: 1 }]);
  await using producer = client.producer();
  const records = Array.from({ length: count }, (_, number) => ({ value: String(number) }));
  await producer.sendBatch(topic, records);
}

test("a topic that is deleted and made again goes on under its producer and consumer", async () => {
  await numbered("again", 3);
  await using producer = client.producer();
  const consumer = client.consumer({ group: "again", topics: ["again"] });
  const records = consumer[Symbol.asyncIterator]();
  const next = async () => String((await records.next()).value?.value);
  expect([await next(), await next(), await next()]).toEqual(["0", "1", "2"]);
  const waiting = next();
  await client.admin().topics.delete(["again"]);
  await client.admin().topics.create([{ name: "again", partitions: 1 }]);
  const { offset } = await producer.send({ topic: "again", value: "new" });
  expect(offset).toBe(0n);
  expect(await waiting).toBe("new");
  await consumer.close();
});

test("records that are deleted in front of a consumer are handled as autoOffsetReset says", async () => {
  await numbered("cut", 100);
  await client.admin().topics.deleteRecords([{ topic: "cut", partition: 0, offset: 50n }]);
  const startingBefore = async (autoOffsetReset: NonNullable<ConsumerOptions["autoOffsetReset"]>) => {
    const consumer = client.consumer({ autoOffsetReset });
    await consumer.assign([{ topic: "cut", partition: 0, offset: 10n }]);
    return { consumer, first: consumer[Symbol.asyncIterator]().next() };
  };
  const earliest = await startingBefore("earliest");
  expect(String((await earliest.first).value?.value)).toBe("50");
  const none = await startingBefore("none");
  await expect(none.first).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE", topic: "cut", partition: 0 });
  const latest = await startingBefore("latest");
  await expect.poll(() => latest.consumer.position({ topic: "cut", partition: 0 })).toBe(100n);
  await client.producer().send({ topic: "cut", value: "late" });
  expect(String((await latest.first).value?.value)).toBe("late");
  await Promise.all([earliest.consumer.close(), latest.consumer.close()]);
});

test("records of 10 MB pass where the topic allows them, and are refused by name elsewhere", async () => {
  const configs = { "max.message.bytes": "20000000" };
  await client.admin().topics.create([
    { name: "large", partitions: 1, configs },
    { name: "small", partitions: 1 },
  ]);
  await using producer = client.producer();
  const value = Buffer.alloc(10_000_000, "large");
  await producer.send({ topic: "large", value });
  await expect(producer.send({ topic: "small", value })).rejects.toMatchObject({
    code: "RECORD_TOO_LARGE",
    topic: "small",
  });
  await using consumer = client.consumer();
  await consumer.assign([{ topic: "large", partition: 0, offset: 0n }]);
  const { value: record } = await consumer[Symbol.asyncIterator]().next();
  expect(value.equals(record!.value!)).toBe(true);
});

test("empty, missing and extreme parts of records come back as they were sent", async () => {
  await client.admin().topics.create([{ name: "extremes", partitions: 1 }]);
  await using producer = client.producer({ compression: "zstd" });
  const headers = [
    { key: "", value: null },
    { key: "twice", value: Buffer.alloc(0) },
    { key: "twice", value: Buffer.from([0, 255]) },
  ];
  const sent = [
    { key: Buffer.alloc(0), value: Buffer.alloc(0), headers, timestampMs: 0 },
    { key: null, value: null, headers: [], timestampMs: 1 },
    { key: Buffer.from("\u{1f600}"), value: null, headers: [], timestampMs: 1_700_000_000_000 },
  ];
  await producer.sendBatch("extremes", sent);
  await using consumer = client.consumer();
  await consumer.assign([{ topic: "extremes", partition: 0, offset: 0n }]);
  const records = consumer[Symbol.asyncIterator]();
  for (const one of sent) expect((await records.next()).value).toMatchObject(one);
});

test("records sent without acknowledgement are stored in order", async () => {
  await client.admin().topics.create([{ name: "unacknowledged", partitions: 1 }]);
  const producer = client.producer({ acks: 0, idempotent: false, batchBytes: 1_000 });
  const numbers = Array.from({ length: 2_000 }, (_, number) => String(number));
  await Promise.all(numbers.map((value) => producer.send({ topic: "unacknowledged", value })));
  await producer.close();
  await using consumer = client.consumer();
  await consumer.assign([{ topic: "unacknowledged", partition: 0, offset: 0n }]);
  const stored: string[] = [];
  for await (const { value } of consumer) if (stored.push(String(value)) === numbers.length) break;
  expect(stored).toEqual(numbers);
});

test("a client that is closed in the middle of everything ends all of it with typed results", async () => {
  await numbered("closing", 10);
  for (let turns = 0; turns < 8; turns++) {
    const closing = new Letterpress({ brokers: [server.kafka] });
    const producer = closing.producer();
    const consumer = closing.consumer({ group: `closing-${turns}`, topics: ["closing"] });
    const consumed = (async () => {
      for await (const _ of consumer);
    })();
    const sends = Array.from({ length: 50 }, () => producer.send({ topic: "closing", value: "" }));
    const work = Promise.allSettled([consumed, closing.admin().topics.list(), ...sends]);
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    await closing.close();
    const codes = (await work).map((result) => (result.status === "rejected" ? result.reason.code : "done"));
    expect(["done", "CLOSED", "ABORTED", "CONNECTION_FAILED"]).toEqual(expect.arrayContaining(codes));
  }
});
