import { Letterpress } from "@letterpress/client";
import { type BenchClient, type ClientTarget, groupName, keyOf, recordsFrom } from "./bench-client.ts";

/** The SDK with bytes as values; all defaults, so idempotent and with acks from all. */
export async function letterpress({ kafka, topic, valueBytes }: ClientTarget): Promise<BenchClient> {
  const client = new Letterpress({ brokers: [kafka] });
  const producer = client.producer();
  const value = Buffer.alloc(valueBytes, "x");
  return {
    send: (sequence) => producer.send({ topic, key: keyOf(sequence), value }),
    sendBatch: (first, count) =>
      producer.sendBatch(
        topic,
        recordsFrom(first, count, (sequence) => ({ key: keyOf(sequence), value })),
      ),
    async consume(onRecord) {
      for await (const record of client.consumer({ group: groupName(), topics: [topic] })) {
        if (!onRecord(Number(record.key), record.value!.length)) break;
      }
    },
  };
}
