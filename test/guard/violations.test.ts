import { type ConsumerRecord, RegistryClient } from "@letterpress/client";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";

const NOTE = '{"type":"record","name":"Note","fields":[{"name":"stars","type":"int"}]}';

let letterpress: TestServer;
let kafka: Kafka;
beforeAll(async () => {
  letterpress = await startTestServer({ broker: {} });
  kafka = new Kafka({ clientId: "violations", brokers: [letterpress.kafka], logLevel: logLevel.NOTHING });
});
afterAll(() => letterpress.close());

/** A topic whose values are checked, with what becomes of those at fault; gives the id of its schema. */
async function createTopic(
  topic: string,
  violation: string,
  others: Record<string, string> = {},
): Promise<number> {
  const configs = {
    "letterpress.value.schema.validation": "full",
    "letterpress.schema.violation": violation,
    ...others,
  };
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  await admin.disconnect();
  const registry = new RegistryClient({ url: letterpress.registry });
  return (await registry.register(`${topic}-value`, { format: "AVRO", text: NOTE, references: [] })).id;
}

function framed(id: number, ...payload: number[]): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeInt32BE(id, 1);
  bytes.set(payload, 5);
  return bytes;
}

async function read(topic: string, count: number): Promise<ConsumerRecord[]> {
  const records: ConsumerRecord[] = [];
  const consumer = letterpress.client().consumer({ topics: [topic], group: `readers-of-${topic}` });
  for await (const record of consumer) {
    records.push(record);
    if (records.length === count) break;
  }
  return records;
}

function textHeaders({ headers }: ConsumerRecord): Record<string, string> {
  return Object.fromEntries(headers.map(({ key, value }) => [key, String(value)]));
}

async function metrics(): Promise<string> {
  return (await fetch(`${letterpress.registry}/metrics`)).text();
}

test.each([
  ["none", CompressionTypes.None],
  ["gzip", CompressionTypes.GZIP],
] as const)(
  "kafkajs' batches with %s compression are parted, and the SDK reads both parts",
  async (name, compression) => {
    const topic = `parted-${name}`;
    const id = await createTopic(topic, "dead-letter");
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const good = framed(id, 6);
    const bad = framed(id, 6, 6);
    const messages = [
      { key: "a", value: good },
      { key: "b", value: bad, headers: { trace: "t-1" } },
      { key: "c", value: Buffer.from("unframed") },
      { key: "d", value: good },
    ];
    await producer.send({ topic, messages, compression });
    await producer.send({ topic, messages: [{ key: "e", value: bad }], compression });
    await producer.send({ topic, messages: [{ key: "f", value: good }], compression });
    await producer.disconnect();

    const kept = await read(topic, 3);
    expect(kept.map(({ offset, key }) => [offset, String(key)])).toEqual([
      [0n, "a"],
      [3n, "d"],
      [5n, "f"],
    ]);
    const letters = await read(`${topic}.dlq`, 3);
    expect(letters.map(({ key }) => String(key))).toEqual(["b", "c", "e"]);
    expect(letters[0]!.value!.equals(bad)).toBe(true);
    expect(textHeaders(letters[0]!)).toMatchObject({
      trace: "t-1",
      "letterpress.error.topic": topic,
      "letterpress.error.partition": "0",
      "letterpress.error.offset": "1",
      "letterpress.error.part": "value",
      "letterpress.error.reason": "invalid-payload",
      "letterpress.error.message": expect.stringContaining(`does not decode with schema id ${id}`),
    });
    expect(textHeaders(letters[1]!)["letterpress.error.reason"]).toBe("invalid-framing");
    const counted = `letterpress_records_rejected_total{topic="${topic}",reason="invalid-payload"} 2`;
    expect(await metrics()).toContain(counted);
  },
);

test("kafkajs reads dead letters, and steps over the gaps they leave", async () => {
  const topic = "seen-by-kafkajs";
  const id = await createTopic(topic, "dead-letter", { "letterpress.dead.letter.topic": "lost.and.found" });
  const producer = letterpress.client().producer();
  const values = [framed(id, 2), Buffer.from("bad"), framed(id, 4)];
  await producer.sendBatch(
    topic,
    values.map((value) => ({ value })),
  );
  await producer.send({ topic, value: Buffer.from("nothing is left of this batch") });
  await producer.send({ topic, value: framed(id, 8) });

  const seen: string[] = [];
  const consumer = kafka.consumer({ groupId: "kafkajs-readers", maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic, "lost.and.found"], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic: from, message }) => {
      const reason = message.headers?.["letterpress.error.reason"];
      seen.push(`${from} ${message.offset} ${reason ?? "fine"}`);
    },
  });
  await waitFor("kafkajs has read everything", () => seen.length === 5);
  await consumer.disconnect();
  expect(seen.sort()).toEqual([
    "lost.and.found 0 invalid-framing",
    "lost.and.found 1 invalid-framing",
    "seen-by-kafkajs 0 fine",
    "seen-by-kafkajs 2 fine",
    "seen-by-kafkajs 4 fine",
  ]);
});

test("with warn, records at fault are stored and counted", async () => {
  await createTopic("warned", "warn");
  await letterpress
    .client()
    .producer()
    .send({ topic: "warned", value: Buffer.from("unframed") });
  expect(String((await read("warned", 1))[0]!.value)).toBe("unframed");
  expect(await metrics()).toContain(
    'letterpress_records_rejected_total{topic="warned",reason="invalid-framing"} 1',
  );
});

test("with reject, which is the default, a batch with a record at fault is refused whole", async () => {
  const id = await createTopic("refused", "reject");
  const sent = letterpress
    .client()
    .producer()
    .sendBatch("refused", [{ value: framed(id, 2) }, { value: framed(99, 2) }]);
  await expect(sent).rejects.toMatchObject({ code: "RECORD_REJECTED" });
  const [end] = await letterpress
    .client()
    .admin()
    .topics.listOffsets([{ topic: "refused", partition: 0 }], "latest");
  expect(end!.offset).toBe(0n);
});
