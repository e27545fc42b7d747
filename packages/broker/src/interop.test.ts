import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { expect, test } from "vitest";
import { startMemoryBroker } from "./testing/test-broker.ts";

test("kafkajs produces, administers and consumes in a group", async () => {
  await using broker = await startMemoryBroker();
  const kafka = new Kafka({ brokers: [`${broker.host}:${broker.port}`], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: "letters", numPartitions: 3 }] });
  expect(await admin.listTopics()).toContain("letters");

  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const messages = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: `v${index}` }));
  await producer.send({ topic: "letters", messages: messages.slice(0, 25) });
  await producer.send({ topic: "letters", messages: messages.slice(25), compression: CompressionTypes.GZIP });

  const consumer = kafka.consumer({ groupId: "readers" });
  await consumer.connect();
  await consumer.subscribe({ topic: "letters", fromBeginning: true });
  const seen = new Set<string>();
  const done = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      seen.add(String(message.value));
      if (seen.size === messages.length) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  const [committed] = await admin.fetchOffsets({ groupId: "readers", topics: ["letters"] });
  const total = committed!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
  expect(total).toBe(messages.length);
  await admin.deleteTopics({ topics: ["letters"] });
  await broker.createTopic({ name: "letters", partitions: 1 });
  const [forgotten] = await admin.fetchOffsets({ groupId: "readers", topics: ["letters"] });
  expect(forgotten!.partitions.map(({ offset }) => offset)).toEqual(["-1"]);
  await producer.disconnect();
  await admin.disconnect();
});

test("@platformatic/kafka produces and consumes in a group", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: "letters", partitions: 2 });
  const bootstrapBrokers = [`${broker.host}:${broker.port}`];
  const producer = new Producer({
    clientId: "p",
    bootstrapBrokers,
    serializers: stringSerializers,
    idempotent: true,
  });
  const sent = Array.from({ length: 20 }, (_, index) => ({
    topic: "letters",
    key: `k${index}`,
    value: `v${index}`,
  }));
  await producer.send({ messages: sent, acks: -1 });

  const consumer = new Consumer({
    clientId: "c",
    groupId: "readers",
    bootstrapBrokers,
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: ["letters"], mode: "earliest", autocommit: true });
  const seen = new Set<string>();
  for await (const message of stream) {
    seen.add(message.value);
    if (seen.size === sent.length) break;
  }
  expect([...seen].sort()).toEqual(sent.map(({ value }) => value).sort());
  await consumer.close(true);
  await producer.close();
});
