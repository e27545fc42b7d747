import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Letterpress } from "@letterpress/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runKafkaTool, whyNoKafkaTools } from "./kafka-tools.ts";

const reason = whyNoKafkaTools();
if (reason !== undefined) console.log(`Apache Kafka's own tools are not tried: ${reason}`);

describe.skipIf(reason !== undefined)("Apache Kafka's own tools", { timeout: 120_000 }, () => {
  const topic = "from-java";
  let data: string;
  let server: LetterpressServer;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "letterpress-java-"));
    server = await startServer({ data, kafka: "127.0.0.1:0", http: "127.0.0.1:0", log: { level: "silent" } });
  });
  afterAll(async () => {
    await server.close();
    await rm(data, { recursive: true, force: true });
  });

  const onServer = () => ["--bootstrap-server", server.kafka];

  test("create a topic, produce, consume in a group and describe it", async () => {
    await runKafkaTool("org.apache.kafka.tools.TopicCommand", [
      ...onServer(),
      "--create",
      "--topic",
      topic,
      "--partitions",
      "3",
    ]);
    const lines = Array.from({ length: 500 }, (_, number) => `key-${number % 40}:value-${number}`);
    const keyed = ["--property", "parse.key=true", "--property", "key.separator=:"];
    await runKafkaTool(
      "org.apache.kafka.tools.ConsoleProducer",
      [...onServer(), "--topic", topic, ...keyed, "--compression-codec", "zstd"],
      `${lines.join("\n")}\n`,
    );
    const printed = ["--property", "print.key=true", "--property", "key.separator=:"];
    const consumed = await runKafkaTool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...onServer(),
      "--topic",
      topic,
      "--from-beginning",
      "--max-messages",
      "500",
      "--group",
      "java",
      ...printed,
    ]);
    expect(consumed.trim().split("\n").toSorted()).toEqual(lines.toSorted());
    const described = await runKafkaTool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", [
      ...onServer(),
      "--describe",
      "--group",
      "java",
    ]);
    expect([...described.matchAll(/java +from-java +\d +(\d+) +\1 +0/g)]).toHaveLength(3);
  });

  test("choose the same partition for a key as the SDK", async () => {
    await using client = new Letterpress({ brokers: [server.kafka] });
    const keys = Array.from({ length: 40 }, (_, number) => `key-${number}`);
    const sent = await client.producer().sendBatch(
      topic,
      keys.map((key) => ({ key, value: "ours" })),
    );
    const ours = new Map(keys.map((key, index) => [key, sent[index]!.partition]));
    const consumer = client.consumer();
    await consumer.assign([0, 1, 2].map((partition) => ({ topic, partition, offset: 0n })));
    let count = 0;
    for await (const { key, partition } of consumer) {
      expect(partition).toBe(ours.get(key!.toString()));
      if (++count === 540) break;
    }
  });

  test("describe the producers of a partition, and skip what they have declared", async () => {
    await using client = new Letterpress({ brokers: [server.kafka] });
    const producer = client.producer();
    const fingerprint = "ab".repeat(16);
    producer.declareWriterSchemas(topic, [
      { part: "value", subject: "java-value", schemaId: 1, fingerprint },
    ]);
    await producer.send({ topic, partition: 0, value: "ours" });
    const { writers } = await client.admin().producers.describe(topic);
    const ours = writers.find(({ schemas }) => schemas.some(({ subject }) => subject === "java-value"));
    const described = await runKafkaTool("org.apache.kafka.tools.TransactionsCommand", [
      ...onServer(),
      "describe-producers",
      "--topic",
      topic,
      "--partition",
      "0",
    ]);
    expect(described).toMatch(/ProducerId\s+ProducerEpoch\s+LatestCoordinatorEpoch/);
    expect(described).toMatch(new RegExp(`^${ours!.producerId}\\s+0\\s+-1\\s+0\\s+\\d{13}`, "m"));
  });

  test("read the segments, indexes and offsets on disk", async () => {
    await server.close();
    const segment = (name: string) => join(data, name, "00000000000000000000.log");
    const dump = "kafka.tools.DumpLogSegments";
    const records = await runKafkaTool(dump, ["--print-data-log", "--files", segment(`${topic}-0`)]);
    expect(records).toContain("compresscodec: zstd");
    expect(records).toContain("payload: value-");
    expect(records).not.toContain("isvalid: false");
    const [offsets] = (await readdir(data)).filter((name) => name.startsWith("__consumer_offsets"));
    const committed = await runKafkaTool(dump, ["--offsets-decoder", "--files", segment(offsets!)]);
    expect(committed).toContain('"group":"java","topic":"from-java"');
  });
});
