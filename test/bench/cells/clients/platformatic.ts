import { Consumer, Producer } from "@platformatic/kafka";
import { type BenchClient, type ClientTarget, groupName, keyOf, recordsFrom } from "./bench-client.ts";

const ACKS_ALL = -1;

/** @platformatic/kafka with its defaults. */
export async function platformatic({ kafka, topic, valueBytes }: ClientTarget): Promise<BenchClient> {
  const options = { clientId: "bench", bootstrapBrokers: [kafka] };
  const producer = new Producer({ ...options, acks: ACKS_ALL });
  const value = Buffer.alloc(valueBytes, "x");
  const message = (sequence: number) => ({ topic, key: Buffer.from(keyOf(sequence)), value });
  return {
    send: (sequence) => producer.send({ messages: [message(sequence)] }),
    sendBatch: (first, count) => producer.send({ messages: recordsFrom(first, count, message) }),
    async consume(onRecord) {
      const consumer = new Consumer({ ...options, groupId: groupName() });
      const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: true });
      for await (const { key, value } of stream) {
        if (!onRecord(Number(key), value!.length)) break;
      }
    },
  };
}
