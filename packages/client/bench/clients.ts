import { Letterpress } from "@letterpress/client";
import { Consumer, Producer } from "@platformatic/kafka";
import { Kafka, logLevel, Partitioners } from "kafkajs";

/** What every client under measurement can do. Acks are `all`, keys are hashed alike, defaults otherwise. */
export interface BenchClient {
  send(key: string, value: Buffer): Promise<unknown>;
  sendBatch(records: readonly { key: string; value: Buffer }[]): Promise<unknown>;
  consume(count: number): Promise<void>;
  close(): Promise<void>;
}

export type ClientName = keyof typeof CLIENTS;

const group = (): string => `bench-${process.pid}-${Date.now()}`;

export const CLIENTS = {
  letterpress: async (broker: string, topic: string): Promise<BenchClient> => {
    const client = new Letterpress({ brokers: [broker] });
    const producer = client.producer();
    return {
      send: (key, value) => producer.send({ topic, key, value }),
      sendBatch: (records) => producer.sendBatch(topic, records),
      async consume(count) {
        let seen = 0;
        for await (const record of client.consumer({ group: group(), topics: [topic] })) {
          if (record.value !== null && ++seen === count) break;
        }
      },
      close: () => client.close(),
    };
  },
  kafkajs: async (broker: string, topic: string): Promise<BenchClient> => {
    const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    return {
      send: (key, value) => producer.send({ topic, acks: -1, messages: [{ key, value }] }),
      sendBatch: (records) => producer.send({ topic, acks: -1, messages: [...records] }),
      async consume(count) {
        const consumer = kafka.consumer({ groupId: group() });
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        let seen = 0;
        await new Promise<void>((resolve) => {
          void consumer.run({
            eachMessage: async ({ message }) => {
              if (message.value !== null && ++seen === count) resolve();
            },
          });
        });
      },
      close: async () => undefined,
    };
  },
  platformatic: async (broker: string, topic: string): Promise<BenchClient> => {
    const producer = new Producer({ clientId: "bench", bootstrapBrokers: [broker], acks: -1 });
    return {
      send: (key, value) => producer.send({ messages: [{ topic, key: Buffer.from(key), value }] }),
      sendBatch: (records) =>
        producer.send({
          messages: records.map(({ key, value }) => ({ topic, key: Buffer.from(key), value })),
        }),
      async consume(count) {
        const consumer = new Consumer({ clientId: "bench", groupId: group(), bootstrapBrokers: [broker] });
        const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: true });
        let seen = 0;
        for await (const message of stream) {
          if (message.value !== null && ++seen === count) break;
        }
      },
      close: async () => undefined,
    };
  },
} as const;
