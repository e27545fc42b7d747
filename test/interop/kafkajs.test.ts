import { startTestServer, type TestServer } from "@letterpress/testing";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";

let letterpress: TestServer;
let kafka: Kafka;
beforeAll(async () => {
  letterpress = await startTestServer({ storage: "temporary-folder", broker: {} });
  kafka = new Kafka({ clientId: "interop", brokers: [letterpress.kafka], logLevel: logLevel.NOTHING });
});
afterAll(() => letterpress.close());

async function createTopic(topic: string, numPartitions = 1): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
  await admin.disconnect();
}

test("kafkajs administers topics, configs, offsets and groups", async () => {
  const admin = kafka.admin();
  await admin.connect();
  expect(await admin.createTopics({ topics: [{ topic: "administered", numPartitions: 2 }] })).toBe(true);
  expect(await admin.listTopics()).toContain("administered");
  await admin.createPartitions({ topicPartitions: [{ topic: "administered", count: 4 }] });
  const { topics } = await admin.fetchTopicMetadata({ topics: ["administered"] });
  expect(topics[0]?.partitions).toHaveLength(4);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: "administered", configNames: ["retention.ms"] }],
  });
  expect(resources[0]?.configEntries[0]).toMatchObject({
    configName: "retention.ms",
    configValue: "604800000",
  });
  expect(await admin.fetchTopicOffsets("administered")).toHaveLength(4);
  const cluster = await admin.describeCluster();
  expect(cluster.brokers).toHaveLength(1);
  await admin.setOffsets({
    groupId: "set",
    topic: "administered",
    partitions: [{ partition: 0, offset: "0" }],
  });
  expect((await admin.fetchOffsets({ groupId: "set" }))[0]?.partitions[0]).toMatchObject({ offset: "0" });
  await admin.deleteGroups(["set"]);
  await admin.deleteTopics({ topics: ["administered"] });
  expect(await admin.listTopics()).not.toContain("administered");
  await admin.disconnect();
});

test("kafkajs members share a group's partitions, and the SDK reads the same records", async () => {
  const topic = "from-kafkajs";
  await createTopic(topic, 6);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = Array.from({ length: 600 }, (_, number) => ({
    key: `key-${number % 50}`,
    value: `value-${number}`,
    headers: { number: String(number) },
  }));
  await producer.send({ topic, messages: messages.slice(0, 300) });
  await producer.send({ topic, messages: messages.slice(300), compression: CompressionTypes.GZIP });
  await producer.disconnect();

  const seen = new Map<string, number>();
  const owned: number[][] = [];
  const consumers = [0, 1].map((index) => {
    const consumer = kafka.consumer({ groupId: "kafkajs-pair", maxWaitTimeInMs: 100 });
    consumer.on("consumer.group_join", ({ payload }) => {
      owned[index] = payload.memberAssignment[topic] ?? [];
    });
    return consumer;
  });
  for (const consumer of consumers) {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const value = message.value!.toString();
        seen.set(value, (seen.get(value) ?? 0) + 1);
      },
    });
  }
  await waitFor(
    "both members own half of the partitions",
    () => owned[0]?.length === 3 && owned[1]?.length === 3,
  );
  expect([...owned[0]!, ...owned[1]!].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  await waitFor("all records are consumed", () => seen.size === messages.length);
  for (const consumer of consumers) await consumer.disconnect();

  const read = new Map<string, string>();
  for await (const record of letterpress.client().consumer({ topics: [topic], group: "sdk" })) {
    read.set(record.value!.toString(), record.headers[0]!.value!.toString());
    if (read.size === messages.length) break;
  }
  expect(read.get("value-599")).toBe("599");
});

test("kafkajs reads what the SDK wrote, on the partition both choose for a key", async () => {
  const topic = "from-sdk";
  await createTopic(topic, 5);
  const keys = Array.from({ length: 40 }, (_, number) => `customer-${number}`);
  const sent = await letterpress
    .client()
    .producer({ compression: "gzip" })
    .sendBatch(
      topic,
      keys.map((key) => ({ key, value: `sdk:${key}` })),
    );
  const partitionOf = new Map(keys.map((key, index) => [key, sent[index]!.partition]));
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: keys.map((key) => ({ key, value: `kafkajs:${key}` })) });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: "reader", maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let count = 0;
  const wrong: string[] = [];
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      if (partitionOf.get(message.key!.toString()) !== partition) wrong.push(message.value!.toString());
      count++;
    },
  });
  await waitFor("all records of both producers are read", () => count === 2 * keys.length);
  await consumer.disconnect();
  expect(wrong).toEqual([]);
});
