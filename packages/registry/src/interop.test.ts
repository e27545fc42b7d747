import { create, createMutableRegistry, type DescMessage, type Message } from "@bufbuild/protobuf";

import { serve } from "@hono/node-server";
import kafkajsRegistry from "@kafkajs/confluent-schema-registry";
import { parseProtobuf } from "@letterpress/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRegistryApp } from "./rest/app.ts";
import { confluent } from "./testing/confluent.ts";
import { testRegistry } from "./testing/test-registry.ts";

const ORDER = `{"type":"record","name":"Order","namespace":"shop","fields":[
  {"name":"id","type":"string"},{"name":"cents","type":"long"}]}`;
const ORDER_2 = `{"type":"record","name":"Order","namespace":"shop","fields":[
  {"name":"id","type":"string"},{"name":"cents","type":"long"},{"name":"note","type":"string","default":""}]}`;
const MONEY = `syntax = "proto3";
package shop;
message Money { string currency = 1; int64 cents = 2; }
`;
const PAYMENT = `syntax = "proto3";
package shop;
import "money.proto";
message Unused { bool never = 1; }
message Payment {
  string id = 1;
  Money amount = 2;
  message Part { int32 cents = 1; }
  repeated Part parts = 3;
}
`;

let url: string;
let close: () => Promise<void>;
const { registry } = testRegistry();

beforeAll(async () => {
  const app = createRegistryApp(registry);
  await new Promise<void>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
      url = `http://127.0.0.1:${port}`;
      resolve();
    });
    close = () => new Promise((done) => server.close(() => done()));
  });
});
afterAll(() => close());

/** The descriptors a user's generated code would have. */
function paymentMessages(): { payment: DescMessage; part: DescMessage } {
  const file = parseProtobuf(
    {
      format: "PROTOBUF",
      text: PAYMENT,
      references: [
        {
          name: "money.proto",
          subject: "money.proto",
          version: 1,
          schema: { format: "PROTOBUF", text: MONEY, references: [] },
        },
      ],
    },
    { file: "payment.proto" },
  );
  const payment = file.messageAt([1])!;
  return { payment, part: payment.nestedMessages[0]! };
}

describe("Confluent's serialisers", () => {
  const client = () => new confluent.SchemaRegistryClient({ baseURLs: [url] });
  const { SerdeType, SubjectNameStrategyType } = confluent;

  test("Avro records round-trip, and are read with a later schema", async () => {
    const serializer = new confluent.AvroSerializer(client(), SerdeType.VALUE, { useLatestVersion: true });
    const deserializer = new confluent.AvroDeserializer(client(), SerdeType.VALUE, {});
    await client().register("avro-value", { schema: ORDER, schemaType: "AVRO" });
    const bytes = await serializer.serialize("avro", { id: "o-1", cents: 7 });
    expect(bytes.readInt32BE(1)).toBe(registry.reader.version("avro-value", "latest").schema.id);
    expect(await deserializer.deserialize("avro", bytes)).toMatchObject({ id: "o-1", cents: 7 });
    await client().register("avro-value", { schema: ORDER_2, schemaType: "AVRO" });
    const latest = new confluent.AvroDeserializer(client(), SerdeType.VALUE, { useLatestVersion: true });
    expect(await latest.deserialize("avro", bytes)).toMatchObject({ id: "o-1", cents: 7, note: "" });
  });

  test.each(["TOPIC", "RECORD", "TOPIC_RECORD"] as const)("subjects are named by %s", async (strategy) => {
    const subject = { TOPIC: "named-value", RECORD: "shop.Money", TOPIC_RECORD: "named-shop.Money" }[
      strategy
    ];
    const money = parseProtobuf({ format: "PROTOBUF", text: MONEY, references: [] }).messageAt([0])!;
    const config = { subjectNameStrategyType: SubjectNameStrategyType[strategy] };
    const serializer = new confluent.ProtobufSerializer(client(), SerdeType.VALUE, {
      ...config,
      autoRegisterSchemas: true,
      registry: createMutableRegistry(money),
    });
    const deserializer = new confluent.ProtobufDeserializer(client(), SerdeType.VALUE, config);
    const bytes = await serializer.serialize("named", create(money, { currency: "EUR", cents: 7n }));
    expect(registry.reader.hasSubject(subject)).toBe(true);
    expect(await deserializer.deserialize("named", bytes)).toMatchObject({ currency: "EUR", cents: 7n });
  });

  test("Protobuf messages round-trip with their imports, nested ones too", async () => {
    const { payment, part } = paymentMessages();
    const serializer = new confluent.ProtobufSerializer(client(), SerdeType.VALUE, {
      autoRegisterSchemas: true,
      registry: createMutableRegistry(payment, part),
    });
    const deserializer = new confluent.ProtobufDeserializer(client(), SerdeType.VALUE, {});
    const message = create(payment, { id: "p-1", amount: { currency: "EUR", cents: 7n } });
    const bytes = await serializer.serialize("protobuf", message);
    expect([...bytes.subarray(5, 7)]).toEqual([2, 2]);
    const read = (await deserializer.deserialize("protobuf", bytes)) as Message & Record<string, unknown>;
    expect(read.$typeName).toBe("shop.Payment");
    expect(read).toMatchObject({ id: "p-1", amount: { currency: "EUR", cents: 7n } });
    const stored = registry.reader.version("protobuf-value", 1).schema.content;
    expect(stored.text).toContain("message Payment {");
    expect(stored.references).toEqual([{ name: "money.proto", subject: "money.proto", version: 1 }]);

    const nested = await serializer.serialize("protobuf", create(part, { cents: 3 }));
    expect(await deserializer.deserialize("protobuf", nested)).toMatchObject({ cents: 3 });
  });

  test("the schema's GUID travels in a header", async () => {
    await client().register("headers-value", { schema: ORDER, schemaType: "AVRO" });
    const serializer = new confluent.AvroSerializer(client(), SerdeType.VALUE, {
      useLatestVersion: true,
      schemaIdSerializer: confluent.HeaderSchemaIdSerializer,
    });
    const deserializer = new confluent.AvroDeserializer(client(), SerdeType.VALUE, {
      schemaIdDeserializer: confluent.DualSchemaIdDeserializer,
    });
    const headers: Record<string, Buffer> = {};
    const bytes = await serializer.serialize("headers", { id: "o-1", cents: 7 }, headers);
    const { guid } = registry.reader.version("headers-value", 1).schema;
    expect(headers.__value_schema_id!.toString("hex")).toBe(`01${guid.replaceAll("-", "")}`);
    expect(await deserializer.deserialize("headers", bytes, headers)).toMatchObject({ id: "o-1" });
  });

  test("the client reads, lists, tests, configures and deletes", async () => {
    const schema = { schema: ORDER, schemaType: "AVRO" };
    const one = client();
    const id = await one.register("whole", schema);
    expect(await one.getId("whole", schema)).toBe(id);
    expect(await one.getVersion("whole", schema)).toBe(1);
    expect((await one.getBySubjectAndId("whole", id)).schema).toContain("Order");
    expect((await one.getLatestSchemaMetadata("whole")).version).toBe(1);
    expect(await one.getAllSubjects()).toContain("whole");
    expect(await one.getAllVersions("whole")).toEqual([1]);
    expect(await one.testSubjectCompatibility("whole", { ...schema, schema: ORDER_2 })).toBe(true);
    expect(await one.testSubjectCompatibility("whole", { ...schema, schema: '"string"' })).toBe(false);
    await one.updateCompatibility("whole", confluent.Compatibility.FULL);
    expect(await one.getCompatibility("whole")).toBe("FULL");
    expect(await one.deleteSubject("whole")).toEqual([1]);
    expect(await one.deleteSubject("whole", true)).toEqual([1]);
  });
});

describe("@kafkajs/confluent-schema-registry", () => {
  const { SchemaRegistry, SchemaType } = kafkajsRegistry;

  test("Avro records round-trip", async () => {
    const client = new SchemaRegistry({ host: url });
    const { id } = await client.register({ type: SchemaType.AVRO, schema: ORDER });
    expect(await client.getLatestSchemaId("shop.Order")).toBe(id);
    const bytes = await client.encode(id, { id: "o-1", cents: 7 });
    expect(await client.decode(bytes)).toMatchObject({ id: "o-1", cents: 7 });
    expect(await client.getRegistryIdBySchema("shop.Order", { type: SchemaType.AVRO, schema: ORDER })).toBe(
      id,
    );
  });

  test("Protobuf messages round-trip, with references", async () => {
    const client = new SchemaRegistry({ host: url });
    await client.register({ type: SchemaType.PROTOBUF, schema: MONEY }, { subject: "kafkajs-money" });
    const schema = `syntax = "proto3";
      package shop;
      import "money.proto";
      message Transfer { string id = 1; Money amount = 2; }`;
    const references = [{ name: "money.proto", subject: "kafkajs-money", version: 1 }];
    const { id } = await client.register(
      { type: SchemaType.PROTOBUF, schema, references },
      { subject: "kafkajs-transfers" },
    );
    const bytes = await client.encode(id, { id: "t-1", amount: { currency: "EUR", cents: 7 } });
    const read = (await client.decode(bytes)) as { id: string; amount: { currency: string } };
    expect([read.id, read.amount.currency]).toEqual(["t-1", "EUR"]);
  });
});
