import { expect, test } from "vitest";
import { Letterpress } from "./client.ts";

/** `host:port` of an Apache Kafka to test against; it is no npm package, so most machines have none. */
const KAFKA = process.env.LETTERPRESS_TEST_KAFKA;

const WRITER = {
  part: "value",
  subject: "orders-value",
  schemaId: 3,
  fingerprint: "ab".repeat(16),
} as const;

if (KAFKA === undefined) {
  console.log("the SDK is not tried against Apache Kafka: LETTERPRESS_TEST_KAFKA=host:port names one");
}

test.skipIf(KAFKA === undefined)("the SDK works against Apache Kafka", async () => {
  await using client = new Letterpress({ brokers: [KAFKA!] });
  const { topics, groups, producers } = client.admin();
  const topic = `letterpress-${process.pid}-${Date.now()}`;
  await topics.create([{ name: topic, partitions: 3, replicationFactor: 1 }]);
  try {
    const values = Array.from({ length: 500 }, (_, index) => `${index}`);
    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
      const producer = client.producer({ compression });
      // Apache Kafka has no place for it, and skips it.
      producer.declareWriterSchemas(topic, [WRITER]);
      await Promise.all(values.map((value) => producer.send({ topic, key: value, value })));
    }
    const read: string[] = [];
    for await (const { value } of client.consumer({ group: topic, topics: [topic] })) {
      if (read.push(`${value}`) === values.length * 5) break;
    }
    expect(new Set(read).size).toBe(values.length);
    const expected = values.flatMap((value) => Array(5).fill(value)).toSorted();
    expect(read.toSorted()).toEqual(expected);
    const { partitions, writers } = await producers.describe(topic);
    expect(partitions.map(({ activeProducers }) => activeProducers.length)).toEqual([5, 5, 5]);
    expect(writers).toEqual([]);
    expect((await groups.describe(topic)).state).toBe("Empty");
    await groups.delete([topic]);
  } finally {
    await topics.delete([topic]);
  }
});
