import { Kafka, logLevel, Partitioners } from "kafkajs";
import { type BenchClient, type ClientTarget, groupName, keyOf, recordsFrom } from "./bench-client.ts";

const ACKS_ALL = -1;

/** kafkajs with its defaults and the partitioner that Java clients use. */
export async function kafkajs({ kafka, topic, valueBytes }: ClientTarget): Promise<BenchClient> {
  const client = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const value = Buffer.alloc(valueBytes, "x");
  const message = (sequence: number) => ({ key: keyOf(sequence), value });
  return {
    send: (sequence) => producer.send({ topic, acks: ACKS_ALL, messages: [message(sequence)] }),
    sendBatch: (first, count) =>
      producer.send({ topic, acks: ACKS_ALL, messages: recordsFrom(first, count, message) }),
    async consume(onRecord) {
      const consumer = client.consumer({ groupId: groupName() });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        const eachMessage = async ({
          message,
        }: {
          message: { key: Buffer | null; value: Buffer | null };
        }) => {
          if (!onRecord(Number(message.key), message.value!.length)) resolve();
        };
        consumer.run({ eachMessage }).catch(reject);
      });
    },
  };
}
