import { createRequire, registerHooks } from "node:module";
import { parseProtobuf } from "@letterpress/schema";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { type IHeaders, Kafka, logLevel, type Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/*
 * One of the package's dependencies imports the folder "punycode/", which Node's own resolution of ES modules refuses;
 * as CommonJS it does load.
 */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(specifier === "punycode/" ? "punycode/punycode.js" : specifier, context),
});
const confluent = createRequire(import.meta.url)(
  "@confluentinc/schemaregistry",
) as typeof import("@confluentinc/schemaregistry");

const ORDER = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"cents","type":"long"}]}';
const MONEY =
  'syntax = "proto3"; package shop; message Coin { bool heads = 1; } message Money { int64 cents = 2; }';

/** The subject of a topic's values under each strategy. */
const SUBJECTS = {
  TopicName: (topic: string) => `${topic}-value`,
  RecordName: (_: string, name: string) => name,
  TopicRecordName: (topic: string, name: string) => `${topic}-${name}`,
} as const;
const CASES = (Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]).flatMap((strategy) => [
  [strategy, "prefix"] as const,
  [strategy, "header"] as const,
]);

let letterpress: TestServer;
let kafka: Kafka;
let producer: Producer;
beforeAll(async () => {
  letterpress = await startTestServer({ broker: {} });
  kafka = new Kafka({ clientId: "serialisers", brokers: [letterpress.kafka], logLevel: logLevel.NOTHING });
  producer = kafka.producer();
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
  await letterpress.close();
});

async function createTopic(topic: string, strategy: string): Promise<void> {
  const configEntries = [
    { name: "letterpress.value.schema.validation", value: "full" },
    { name: "letterpress.value.subject.name.strategy", value: strategy },
  ];
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  await admin.disconnect();
}

/** Confluent's own strategies for record names know no name where the latest version is to be used. */
function options(subject: string, place: "prefix" | "header") {
  const { HeaderSchemaIdSerializer, PrefixSchemaIdSerializer } = confluent;
  return {
    useLatestVersion: true,
    subjectNameStrategy: async () => subject,
    schemaIdSerializer: place === "header" ? HeaderSchemaIdSerializer : PrefixSchemaIdSerializer,
  };
}

describe.each(CASES)("%s, schema named in the %s", (strategy, place) => {
  const client = () => new confluent.SchemaRegistryClient({ baseURLs: [letterpress.registry] });

  async function sendBoth(topic: string, value: Buffer, headers: IHeaders): Promise<void> {
    await producer.send({ topic, messages: [{ value, headers }] });
    const corrupt = producer.send({ topic, messages: [{ value: value.subarray(0, -1), headers }] });
    await expect(corrupt).rejects.toMatchObject({ type: "INVALID_RECORD" });
  }

  test("Avro values are accepted, and refused when they are cut", async () => {
    const topic = `avro-${strategy}-${place}`;
    await createTopic(topic, strategy);
    const subject = SUBJECTS[strategy](topic, "shop.Order");
    await client().register(subject, { schema: ORDER, schemaType: "AVRO" });
    const headers: IHeaders = {};
    const serializer = new confluent.AvroSerializer(
      client(),
      confluent.SerdeType.VALUE,
      options(subject, place),
    );
    const value = await serializer.serialize(topic, { cents: 100_000 }, headers);
    expect("__value_schema_id" in headers).toBe(place === "header");
    await sendBoth(topic, value, headers);
  });

  test("Protobuf values are accepted, and refused when they are cut", async () => {
    const topic = `protobuf-${strategy}-${place}`;
    await createTopic(topic, strategy);
    const subject = SUBJECTS[strategy](topic, "shop.Money");
    await client().register(subject, { schema: MONEY, schemaType: "PROTOBUF" });
    const headers: IHeaders = {};
    const money = parseProtobuf({ format: "PROTOBUF", text: MONEY, references: [] }, { file: "money.proto" });
    const config = options(subject, place);
    const serializer = new confluent.ProtobufSerializer(client(), confluent.SerdeType.VALUE, config);
    serializer.registry.add(money.messageAt([1])!);
    const value = await serializer.serialize(topic, { $typeName: "shop.Money", cents: 100_000n }, headers);
    await sendBoth(topic, value, headers);
  });
});

test("a schema of another subject is refused, whatever names it", async () => {
  await createTopic("strict", "TopicName");
  const client = new confluent.SchemaRegistryClient({ baseURLs: [letterpress.registry] });
  await client.register("elsewhere-value", { schema: ORDER, schemaType: "AVRO" });
  for (const place of ["prefix", "header"] as const) {
    const headers: IHeaders = {};
    const config = options("elsewhere-value", place);
    const serializer = new confluent.AvroSerializer(client, confluent.SerdeType.VALUE, config);
    const value = await serializer.serialize("elsewhere", { cents: 1 }, headers);
    const sent = producer.send({ topic: "strict", messages: [{ value, headers }] });
    await expect(sent).rejects.toMatchObject({ type: "INVALID_RECORD" });
  }
});
